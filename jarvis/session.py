"""A conversation: what was asked, planned and made before, so that "that picture" means something."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.files import Kind, kind_of, user_artifact
from jarvis.messages import Answered, Event, Response, Value
from jarvis.planners.protocol import Turn
from jarvis.spec import ValueType

if TYPE_CHECKING:
    from jarvis.engine import Jarvis

_KINDS: tuple[Kind, ...] = ("image", "audio", "video")


@dataclass(frozen=True, slots=True)
class Memory:
    """What a run may use of earlier turns. Immutable: each turn makes a new one."""

    turns: tuple[Turn, ...] = ()
    values: Mapping[int, Value] = field(default_factory=dict[int, Value])
    """Results of earlier tasks by id."""
    types: Mapping[int, ValueType] = field(default_factory=dict[int, ValueType])
    files: Mapping[Kind, Value] = field(default_factory=dict[Kind, Value])
    """The latest picture, recording, video and text, for "that picture"."""
    pending: str = ""
    """The request that was answered with a question; the next turn completes it."""

    @property
    def next_id(self) -> int:
        """The id for the first task of the next turn."""
        return max(self.types, default=-1) + 1

    def after(self, text: str, files: Sequence[Path], response: Response) -> Memory:
        """The memory with one turn more."""
        if response.ask:
            return Memory(self.turns, self.values, self.types, self._latest(files, response), text)
        tasks = tuple(response.graph)
        types = {task.id: response.graph.spec_of(task).output for task in tasks}
        values = {task_id: result.value for task_id, result in response.results.items() if result.ok}
        return Memory(
            (*self.turns, Turn(text, tasks)),
            {**self.values, **values},
            {**self.types, **types},
            self._latest(files, response),
        )

    def _latest(self, files: Sequence[Path], response: Response) -> dict[Kind, Value]:
        latest = dict(self.files)
        for path in files:
            kind = kind_of(path)
            latest[kind] = path.read_text("utf-8", "replace") if kind == "text" else user_artifact(path)
        for task in response.graph:
            for _, literal in task.values():
                if isinstance(literal, str) and Path(literal).suffix and Path(literal).is_file():
                    latest[kind_of(Path(literal))] = user_artifact(Path(literal))
        for result in response.results.values():
            if isinstance(result.value, Artifact) and result.value.media_type.split("/")[0] in _KINDS:
                latest[kind_of(result.value.path)] = result.value
            elif isinstance(result.value, str) and result.ok:
                latest["text"] = result.value
        return latest


class Session:
    """One conversation with a Jarvis. Turns are taken one at a time."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.memory = Memory()

    async def run(self, text: str, files: Sequence[Path | str] = (), out: Path | str | None = None) -> Response:
        """Takes one turn and remembers it.

        Raises:
            JarvisError: as `Jarvis.run`; a turn that raises is not remembered.
        """
        async with aclosing(self.stream(text, files, out)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.response
        raise AssertionError("a stream of events ends with Answered")

    async def stream(
        self, text: str, files: Sequence[Path | str] = (), out: Path | str | None = None
    ) -> AsyncGenerator[Event, None]:
        """The same, with each event as it happens; the last one is Answered."""
        whole = f"{self.memory.pending.rstrip('.!?')}: {text}" if self.memory.pending else text
        async with aclosing(self._jarvis.stream(whole, files, out, memory=self.memory)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    self.memory = self.memory.after(whole, [Path(file) for file in files], event.response)
                yield event
