"""A conversation: what was asked, planned and made before, so that "that picture" means something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.approval import Approve, Permit
from jarvis.files import Kind, kind_of, user_artifact
from jarvis.graph import Task, TaskGraph
from jarvis.journal.journal import Journal
from jarvis.journal.records import RunRecord
from jarvis.messages import Answered, Event, Failure, Response, Result, Value
from jarvis.pasted import split_pasted
from jarvis.planners.protocol import Planner, Turn
from jarvis.responding.failures import AMBIGUOUS
from jarvis.spec import ToolSpec, ValueType

if TYPE_CHECKING:
    from jarvis.engine import Jarvis


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a request beside its words, and how it may go on."""

    room: str = ""
    """Where the one who asks stands, as the home calls it."""
    language: str = ""
    """ISO 639-1 code of the language that was spoken; empty when only the text can tell."""
    release: asyncio.Event | None = None
    """Set when all words are said: nothing with an effect begins before, and there is no answer before. Cancelling the
    run before it is set drops it, as if it had never been asked."""
    approve: Approve | None = None
    """Who is asked about what cannot be taken back in this turn; None for whom the Jarvis asks."""
    permit: Permit | None = None
    """Whether the one who asks may have this done at all; asked before anything else but the rules that forbid."""
    planner: Planner | None = None
    """Who plans this run, where it is not the Jarvis' own planner: a standing plan has its tasks already."""


_KINDS: tuple[Kind, ...] = ("image", "audio", "video")
_SKIPPED = "Skipped"
_NAMED = 100
"""How many files are known by name in a conversation of which only the newest turns are kept."""
_INTERRUPTED = "it needs what an earlier answer did not come to say, because it was interrupted; ask for that again"


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
    unclear: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    """Tasks of the turn before that name something which fits several things, and what these are called."""

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
        waiting = tuple(files) if response.ask else ()
        if response.ask and not response.results:
            turn = Turn(said, (), response.ask)
            return Memory((*self.turns, turn), self.types, self.results, latest, known, waiting, response.run_id)
        graph = response.graph
        types = {**self.types, **{task.id: graph.spec_of(task).output for task in graph}}
        results = {**self.results, **{task.id: _told(task, response.results) for task in graph}}
        turns = (*self.turns, Turn(said, tuple(graph), response.ask or ""))
        return Memory(turns, types, results, latest, known, waiting, response.run_id, unclear_of(response.results))

    def settled(self) -> Memory:
        """The memory when the last question needs no answer any more."""
        if not self.turns or not self.turns[-1].question:
            return self
        return replace(self, turns=(*self.turns[:-1], replace(self.turns[-1], question="")), unclear={}, waiting=())

    def newest(self, turns: int) -> Memory:
        """The memory of the last turns only, for conversations that never end. Ids go on as they were."""
        if len(self.turns) <= turns:
            return self
        kept = self.turns[-turns:]
        used = [n for turn in kept for task in turn.tasks for n in (task.id, *task.needs)]
        first = min(used, default=self.next_id - 1)
        return replace(
            self,
            turns=kept,
            types={n: kind for n, kind in self.types.items() if n >= first},
            results={n: result for n, result in self.results.items() if n >= first},
            named=dict(list(self.named.items())[-_NAMED:]),
        )

    def unheard(self, kept: Mapping[int, str]) -> Memory:
        """The memory when the last answer was interrupted: what nobody heard of it was never said.

        `kept` has the tasks of which only a part was told, with that part; "" where nothing was. What such a task did
        stays done; what it gave cannot be referred to any more.
        """
        results = {**self.results}
        for task_id, heard in kept.items():
            result = results.get(task_id)
            if result is None or not result.ok:
                continue
            whole = isinstance(result.value, str)
            gone = Result(task_id, failure=Failure(_INTERRUPTED, _SKIPPED))
            results[task_id] = replace(result, value=heard) if whole and heard else result if heard else gone
        latest: dict[Kind, Value] = {}
        for kind, value in self.files.items():
            source = next((n for n in kept if value == self.results[n].value), None) if kind == "text" else None
            if source is None:
                latest[kind] = value
            elif results[source].ok:
                latest[kind] = results[source].value
        return replace(self, results=results, files=latest)


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


def unclear_of(results: Mapping[int, Result]) -> dict[int, tuple[str, ...]]:
    """The tasks that would ask which thing is meant, with what the things are called."""
    failures = {task_id: result.failure for task_id, result in results.items() if result.failure}
    return {task_id: failure.choices for task_id, failure in failures.items() if failure.kind == AMBIGUOUS}


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

    async def run(
        self,
        text: str,
        files: Sequence[Path | str] = (),
        out: Path | str | None = None,
        *,
        circumstances: Circumstances | None = None,
        room: str = "",
    ) -> Response:
        """Takes one turn and remembers it. `room` is short for `circumstances` that say no more.

        Raises:
            JarvisError: as `Jarvis.run`; a turn that raises is not remembered.
        """
        asked = self.stream(text, files, out, circumstances=circumstances, room=room)
        async with aclosing(asked) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.response
        raise AssertionError("a stream of events ends with Answered")

    async def stream(
        self,
        text: str,
        files: Sequence[Path | str] = (),
        out: Path | str | None = None,
        *,
        circumstances: Circumstances | None = None,
        room: str = "",
    ) -> AsyncGenerator[Event, None]:
        """The same, with each event as it happens; the last one is Answered."""
        waiting = (path for path in self.memory.waiting if path.is_file())
        given = [*waiting, *_expanded(files)]
        circumstances = circumstances or Circumstances(room)
        asked = self._jarvis.stream(text, given, out, memory=self.memory, circumstances=circumstances)
        async with aclosing(asked) as events:
            async for event in events:
                if isinstance(event, Answered):
                    self.memory = self.memory.after(text, given, event.response)
                yield event
