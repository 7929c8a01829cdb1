"""Where output goes: answers and JSON to standard output, everything else to standard error."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from jarvis.cli.words import printable

if TYPE_CHECKING:
    from rich.console import Console


class Screen:
    """Two text streams, and whether a person looks at them."""

    def __init__(
        self, stdin: TextIO, stdout: TextIO, stderr: TextIO, *, json_to: BinaryIO | None = None, term: str = ""
    ) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self._json_to = json_to
        self._dumb = term in ("dumb", "unknown")
        self._told_json = False

    @property
    def interactive(self) -> bool:
        """Whether standard output is a terminal that can be drawn on."""
        return self.stdout.isatty() and not self._dumb

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer a question."""
        return self.stdin.isatty() and self.stderr.isatty()

    @property
    def told_json(self) -> bool:
        """Whether the JSON of this command is out; a second object would break its readers."""
        return self._told_json

    @cached_property
    def out(self) -> Console:
        """Standard output for rich; words are never taken for markup."""
        from rich.console import Console

        return Console(file=self.stdout, markup=False, highlight=False, emoji=False)

    @property
    def ascii_only(self) -> bool:
        """Whether the terminal shows nothing but ASCII."""
        encoding = (getattr(self.stdout, "encoding", None) or "utf-8").lower()
        return not encoding.startswith("utf")

    def write(self, text: str = "") -> None:
        """One text and a line end, to standard output."""
        self.stdout.write(printable(text) + "\n")
        self.stdout.flush()

    def note(self, text: str) -> None:
        """One line to standard error."""
        self.stderr.write(printable(text) + "\n")
        self.stderr.flush()

    def json(self, value: object) -> None:
        """One JSON value and a line end, to standard output, as UTF-8."""
        text = json.dumps(_finite(value), ensure_ascii=False, default=str) + "\n"
        # A file name that is not Unicode travels as a lone surrogate; written as an escape it is still valid JSON.
        data = text.encode("utf-8", "backslashreplace")
        self._told_json = True
        if self._json_to is not None:
            self._json_to.write(data)
            self._json_to.flush()
        else:
            self.stdout.write(data.decode("utf-8"))
            self.stdout.flush()


def _finite(value: Any) -> Any:
    """The value with null for NaN and infinity, which JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


@contextmanager
def standard_screen(*, wants_json: bool) -> Generator[Screen]:
    """The screen of this process.

    With `wants_json`, whatever else writes to standard output meanwhile (a C library that prints) ends up on standard
    error, so that standard output holds the JSON alone.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    term = os.environ.get("TERM", "")
    if not (wants_json and _is_descriptor_1(sys.stdout)):
        yield Screen(sys.stdin, sys.stdout, sys.stderr, term=term)
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "wb", closefd=False) as json_to:
            yield Screen(sys.stdin, sys.stdout, sys.stderr, json_to=json_to, term=term)
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _is_descriptor_1(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 1
    except (OSError, ValueError):
        return False
