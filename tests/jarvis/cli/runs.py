"""Runs the command line inside a test, with streams of its own."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from jarvis.artifacts import Artifact
from jarvis.cli import main
from jarvis.cli.services import Services
from jarvis.graph import Ref, Task
from jarvis.messages import Failure, Result
from tests.jarvis.cli.fakes import ScriptedJarvis, Step, Terminal, services


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)


class CommandLine:
    """`jarvis ...` with a scripted Jarvis."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(
        self,
        *arguments: str,
        jarvis: ScriptedJarvis | Services | None = None,
        stdin: str | bytes = b"",
        terminal: bool = False,
        keyboard: bool = False,
    ) -> Outcome:
        """One command; `terminal`: standard output is one, `keyboard`: standard input and error are."""
        out, err = (Terminal() if terminal else io.StringIO()), (Terminal() if keyboard else io.StringIO())
        data = stdin.encode() if isinstance(stdin, str) else stdin
        given = Terminal(data.decode()) if keyboard else io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        chosen = jarvis if isinstance(jarvis, Services) else services(jarvis or ScriptedJarvis())
        with self._monkeypatch.context() as patch:
            for name, stream in (("stdin", given), ("stdout", out), ("stderr", err)):
                patch.setattr(sys, name, stream)
            for name, value in (("TERM", "xterm-256color"), ("COLUMNS", "80"), ("LINES", "24")):
                patch.setenv(name, value)
            code = main(arguments, chosen)
        return Outcome(code, out.getvalue(), err.getvalue())


def spoken(artifact: Artifact) -> tuple[Step, ...]:
    """A caption, read aloud into a file."""
    return (
        Step(
            Task(0, "image-to-text", {"image": "cat.jpg"}), Result(0, "a cat on a chair", model="model-a", seconds=0.3)
        ),
        Step(Task(1, "text-to-speech", {"text": Ref(0)}), Result(1, artifact, model="model-a", seconds=1.2)),
    )


def broken() -> tuple[Step, ...]:
    """A caption that fails, and speech that is skipped for it."""
    lacking = Failure("no model for image-to-text is registered", "NoModelError")
    skipped = Failure("skipped, because task 0 failed", "Skipped", 0)
    return (
        Step(Task(0, "image-to-text", {"image": "cat.jpg"}), Result(0, failure=lacking), model=""),
        Step(Task(1, "text-to-speech", {"text": Ref(0)}), Result(1, failure=skipped)),
    )
