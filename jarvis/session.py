"""A conversation: what was asked, planned and made before, so that "that picture" means something."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.files import Kind, kind_of, user_artifact
from jarvis.graph import Task, TaskGraph
from jarvis.journal.journal import Journal
from jarvis.journal.records import RunRecord
from jarvis.messages import Answered, Event, Failure, Response, Result, Value
from jarvis.pasted import split_pasted
from jarvis.planners.protocol import Turn
from jarvis.spec import ToolSpec, ValueType

if TYPE_CHECKING:
    from jarvis.engine import Jarvis

_KINDS: tuple[Kind, ...] = ("image", "audio", "video")
_SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a run may use of earlier turns. Immutable: each turn makes a new one."""

    turns: tuple[Turn, ...] = ()
    types: Mapping[int, ValueType] = field(default_factory=dict[int, ValueType])
    """What each earlier task gives, by id."""
    results: Mapping[int, Result] = field(default_factory=dict[int, Result])
    """What became of them."""
    files: Mapping[Kind, Value] = field(default_factory=dict[Kind, Value])
    """The latest picture, recording, video and text, for "that picture"."""
    named: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """Files that came along or were made, by file name; the latest of each name."""
    waiting: tuple[Path, ...] = ()
    """Files of a request that was answered with a question; they come along with the answer to it."""
    run: str = ""
    """By which the journal knows the turn before; empty when it does not."""

    @property
    def next_id(self) -> int:
        """The id for the first task of the next turn."""
        return max(self.types, default=-1) + 1

    def given(self) -> dict[int, Result]:
        """What a task may refer to: the results of earlier tasks, or why there is nothing. Looks for their files."""
        return {task_id: _usable(result) for task_id, result in self.results.items()}

    def after(self, text: str, files: Sequence[Path], response: Response) -> Memory:
        """The memory with one turn more. A question back is a turn without tasks; the next turn answers it."""
        said, passage = split_pasted(text)
        pasted: dict[Kind, Value] = {"text": passage} if passage else {}
        latest: dict[Kind, Value] = {**self.files, **pasted, **_latest(files, response, self.named)}
        made = (file.path for result in response.results.values() for file in result.files)
        known = {**self.named, **{path.name: path.resolve() for path in (*files, *made)}}
        if response.ask:
            turn = Turn(said, (), response.ask)
            return Memory((*self.turns, turn), self.types, self.results, latest, known, tuple(files), response.run_id)
        graph = response.graph
        types = {**self.types, **{task.id: graph.spec_of(task).output for task in graph}}
        results = {**self.results, **{task.id: _told(task, response.results) for task in graph}}
        turns = (*self.turns, Turn(said, tuple(graph)))
        return Memory(turns, types, results, latest, known, run=response.run_id)


def memory_of(journal: Journal, run_id: str, tools: Mapping[str, ToolSpec]) -> Memory:
    """The memory after a turn that stands in the journal, from all turns before it; for no turn, an empty one.

    Raises:
        UsageError: a turn is not in the journal any more.
        JarvisError: a file of an earlier turn is gone, or a tool that it used.
    """
    turns: list[RunRecord] = []
    while run_id:
        turns.append(journal.read(run_id))
        run_id = turns[-1].parent
    memory = Memory()
    for turn in reversed(turns):
        graph = TaskGraph([row.task for row in turn.tasks.values()], tools, memory.types)
        response = Response("", (), {}, graph, turn.results, ask=turn.ask, run_id=turn.id)
        memory = memory.after(turn.request.text, turn.request.files, response)
    return memory


def _told(task: Task, results: Mapping[int, Result]) -> Result:
    """A result as later turns see it: of a failed task, the sentence to put before whoever builds on it."""
    result = results.get(task.id) or Result(task.id, failure=Failure("it was not run; ask for it again", _SKIPPED))
    if result.failure is None:
        return result
    root = results.get(task.id if result.failure.cause is None else result.failure.cause, result).failure
    why = (root or result.failure).message
    message = f"it needs what {task.tool} did not give in an earlier turn: {why}"
    return Result(task.id, failure=Failure(message, _SKIPPED))


def _usable(result: Result) -> Result:
    gone = [file.path for file in result.files if not file.path.exists()]
    if not gone:
        return result
    message = f"it needs {gone[0]} of an earlier turn, which is not there any more; ask for that again"
    return Result(result.task_id, failure=Failure(message, _SKIPPED))


def _latest(files: Sequence[Path], response: Response, named: Mapping[str, Path]) -> dict[Kind, Value]:
    """The last of each kind that came along, was named, or was made."""
    latest: dict[Kind, Value] = {}
    for path in files:
        kind = kind_of(path)
        latest[kind] = path.read_text("utf-8", "replace") if kind == "text" else user_artifact(path)
    for task in response.graph:
        for _, literal in task.values():
            if isinstance(literal, str) and (found := _file_named(literal, named)):
                latest[kind_of(found)] = user_artifact(found)
    for result in response.results.values():
        for file in result.files:
            if file.media_type.split("/")[0] in _KINDS:
                latest[kind_of(file.path)] = file
        if isinstance(result.value, str) and result.ok:
            latest["text"] = result.value
    return latest


def _expanded(files: Sequence[Path | str]) -> list[Path]:
    return [Path(file).expanduser() for file in files]


def _file_named(literal: str, named: Mapping[str, Path]) -> Path | None:
    path = named.get(literal) or Path(literal)
    with suppress(OSError, ValueError):  # a text with a full stop in it, longer than a file's name can be
        if path.suffix and path.is_file() and path.stat().st_size:
            return path
    return None


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
        waiting = (path for path in self.memory.waiting if path.is_file())
        given = [*waiting, *_expanded(files)]
        async with aclosing(self._jarvis.stream(text, given, out, memory=self.memory)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    self.memory = self.memory.after(text, given, event.response)
                yield event
