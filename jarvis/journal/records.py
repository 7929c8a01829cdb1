"""A run as the journal tells it: its request, its tasks with what became of them, and how it ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from jarvis.graph import Task
from jarvis.journal.rows import assignment_of, decision_of, request_of, result_of, task_of
from jarvis.messages import Assignment, Decision, Request, Result


class State(StrEnum):
    """How far a run came."""

    RUNNING = "running"
    """It goes on, or its process died without a word; `Summary.alive` tells which."""
    DONE = "done"
    FAILED = "failed"
    """It ended, and a task of it failed."""
    ASKED = "asked"
    """It ended with a question back."""
    STOPPED = "stopped"
    """It was cancelled."""
    BROKEN = "broken"
    """An error ended it: the planner could not be reached, a file was gone."""
    DROPPED = "dropped"
    """It was begun before all words were said, and then they were others."""

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self in (State.DONE, State.FAILED, State.ASKED, State.DROPPED)


UNFINISHED = tuple(state for state in State if not state.over)


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list of runs."""

    id: str
    began: float
    """Seconds since 1970, UTC."""
    state: State
    title: str
    """The beginning of the request."""
    seconds: float | None = None
    tasks: int = 0
    failed: int = 0
    alive: bool = False
    """Of one that is running: whether its process still lives."""

    @property
    def standing(self) -> str:
        """The state in words for people."""
        return "broken off" if self.state is State.RUNNING and not self.alive else self.state.value

    @property
    def resumable(self) -> bool:
        """Whether `jarvis resume` has something to do."""
        return not self.state.over and not self.alive

    def to_json(self) -> dict[str, Any]:
        """As `jarvis runs --json` prints it."""
        return {
            "run_id": self.id,
            "began": self.began,
            "state": self.standing,
            "request": self.title,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "task_count": self.tasks,
            "failed_count": self.failed,
            "resumable": self.resumable,
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """A worker took a task."""

    model: str
    at: float
    """Seconds since the run began, as every `at` here."""
    failed_at: float | None = None
    problem: str = ""
    """What it failed with."""


@dataclass(frozen=True, slots=True)
class Intent:
    """An effect was about to be done."""

    task: Task
    """As it was approved, which may be another one than was planned."""
    key: str
    at: float


@dataclass(slots=True)
class TaskRecord:
    """What is known about one task."""

    task: Task
    assignment: Assignment
    planned_at: float
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    intent: Intent | None = None
    """The last one; None when there was none, or when a person said since that it may be done again."""
    approval: str = ""
    """Who said yes or no to it: "approved by a rule of the settings"; empty when nobody was asked."""
    result: Result | None = None
    finished_at: float | None = None

    @property
    def unsettled(self) -> bool:
        """Whether its effect may have happened, and nobody knows."""
        return self.intent is not None and self.result is None


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that went in, as it was."""

    path: Path
    digest: str
    bytes: int


@dataclass(slots=True)
class RunRecord:
    """All that the journal holds about one run."""

    seq: int
    id: str
    began: float
    owner: str
    state: State
    alive: bool
    request: Request
    cwd: Path
    out: Path
    parent: str = ""
    """The run of the turn before, in a conversation."""
    replays: str = ""
    """The run whose plan was run again."""
    version: str = ""
    planner: str = ""
    tasks: dict[int, TaskRecord] = field(default_factory=dict[int, TaskRecord])
    inputs: list[InputFile] = field(default_factory=list[InputFile])
    decision: Decision | None = None
    complete: bool = False
    """Whether the plan was written to its end."""
    replanned: bool = False
    """Whether tasks were added to it after some had failed; that happens once."""
    resumed_at: list[float] = field(default_factory=list[float])
    """When the run was taken up again."""
    answer: str = ""
    ask: str | None = None
    problem: str = ""
    """What ended a broken one."""
    seconds: float = 0.0
    """When the last thing happened."""
    joules: float | None = None
    """What the machine used while it ran; None where it does not tell."""
    last: int = -1
    """The number of the last event."""

    @property
    def summary(self) -> Summary:
        """The run in one line."""
        failed = sum(task.result is not None and not task.result.ok for task in self.tasks.values())
        title = title_of(self.request.text)
        return Summary(self.id, self.began, self.state, title, self.seconds, len(self.tasks), failed, self.alive)

    @property
    def results(self) -> dict[int, Result]:
        """What its tasks gave, in the order of the plan."""
        return {task_id: row.result for task_id, row in self.tasks.items() if row.result}


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the journal, read."""

    n: int
    kind: str
    task: int | None
    at: float
    body: Mapping[str, Any]

    @property
    def task_id(self) -> int:
        """The task that it is about."""
        assert self.task is not None
        return self.task


def record_of(
    seq: int, run_id: str, began: float, owner: str, state: str, alive: bool, rows: Iterable[Any]
) -> RunRecord:
    """The record of a run, from its rows (n, kind, task, at, body) in their order."""
    happenings = [Happening(n, kind, task, at, json.loads(body)) for n, kind, task, at, body in rows]
    first = happenings[0].body
    record = RunRecord(
        seq,
        run_id,
        began,
        owner,
        State(state),
        alive,
        request_of(first["request"]),
        Path(first["cwd"]),
        Path(first["out"]),
        first.get("parent", ""),
        first.get("replays", ""),
        first.get("version", ""),
        first.get("planner", ""),
    )
    for happening in happenings:
        if happening.kind in _READERS:  # what is superseded stays in the file, and counts no more
            _READERS[happening.kind](record, happening)
        record.seconds = max(record.seconds, happening.at)
        record.last = happening.n
    return record


def title_of(text: str) -> str:
    """The beginning of a request, in one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 100 else f"{flat[:99]}…"


def _planned(record: RunRecord, it: Happening) -> None:
    record.replanned |= record.complete
    task_id = it.task_id
    record.tasks[task_id] = TaskRecord(task_of(task_id, it.body), assignment_of(task_id, it.body), it.at)


def _started(record: RunRecord, it: Happening) -> None:
    record.tasks[it.task_id].attempts.append(Attempt(it.body["model"], it.at))


def _setback(record: RunRecord, it: Happening) -> None:
    attempts = record.tasks[it.task_id].attempts
    if attempts:
        attempts[-1] = Attempt(attempts[-1].model, attempts[-1].at, it.at, it.body["problem"])


def _intent(record: RunRecord, it: Happening) -> None:
    task = task_of(it.task_id, it.body)
    record.tasks[it.task_id].intent = Intent(task, it.body["key"], it.at)


def _approval(record: RunRecord, it: Happening) -> None:
    record.tasks[it.task_id].approval = f"{it.kind} by {it.body['by']}"


def _again(record: RunRecord, it: Happening) -> None:
    record.tasks[it.task_id].intent = None


def _finished(record: RunRecord, it: Happening) -> None:
    row = record.tasks[it.task_id]
    row.result, row.finished_at = result_of(it.task_id, it.body), it.at


def _input(record: RunRecord, it: Happening) -> None:
    record.inputs.append(InputFile(Path(it.body["path"]), it.body["sha256"], it.body["bytes"]))


def _decided(record: RunRecord, it: Happening) -> None:
    record.decision = decision_of(it.body)


def _complete(record: RunRecord, it: Happening) -> None:
    record.complete = True


def _resumed(record: RunRecord, it: Happening) -> None:
    record.resumed_at.append(it.at)


def _ended(record: RunRecord, it: Happening) -> None:
    record.answer, record.ask = it.body.get("answer", ""), it.body.get("ask")
    record.problem = it.body.get("problem", "")
    joules = it.body.get("joules")
    if joules is not None:
        record.joules = joules + (record.joules or 0)


_READERS: dict[str, Callable[[RunRecord, Happening], None]] = {
    "planned": _planned,
    "started": _started,
    "setback": _setback,
    "intent": _intent,
    "approved": _approval,
    "refused": _approval,
    "again": _again,
    "finished": _finished,
    "input": _input,
    "decided": _decided,
    "complete": _complete,
    "resumed": _resumed,
    "ended": _ended,
}
