"""Where a run stands: events in, one row per task out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from jarvis.artifacts import Artifact
from jarvis.graph import Task
from jarvis.messages import (
    Answered,
    Assignment,
    CandidateFailed,
    Event,
    PlanningStarted,
    Preparing,
    Response,
    Result,
    TaskFinished,
    TaskPlanned,
    TaskStarted,
)


class State(StrEnum):
    """What a task is doing."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CACHED = "cached"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def over(self) -> bool:
        """Whether nothing more happens to the task."""
        return self not in (State.QUEUED, State.RUNNING)


@dataclass(slots=True)
class Row:
    """One task of a run that goes on."""

    task: Task
    assignment: Assignment
    state: State = State.QUEUED
    model: str = ""
    """The model that runs it, or is to run it; empty when there is none."""
    started: float | None = None
    """When it started, on the clock of the Progress."""
    result: Result | None = None
    setbacks: list[str] = field(default_factory=list[str])
    """What earlier candidates failed with."""

    @property
    def why(self) -> str:
        """Why this model: the selector's reason, or what is missing when there is none."""
        reasons = {c.model_id: c.reason for c in self.assignment.candidates}
        return reasons.get(self.model, "") if reasons else self.assignment.advice

    @property
    def problem(self) -> str:
        """What went wrong; empty when nothing did."""
        failure = self.result.failure if self.result else None
        return failure.message if failure else ""

    def seconds(self, now: float) -> float | None:
        """How long it has run, or took; None before it starts."""
        if self.result is not None:
            return self.result.seconds
        return None if self.started is None else now - self.started


class Progress:
    """All that is known about one run, kept up to date by `apply`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.began = clock()
        self.planner = ""
        self.run_id = ""
        """By which the journal knows the run; empty when it does not."""
        self.waiting_for = ""
        """What has to be fetched or loaded first, in one sentence; empty when nothing has."""
        self.stopped = False
        """Whether it ended without an answer."""
        self._ended: float | None = None
        self.response: Response | None = None
        self._rows: dict[int, Row] = {}

    @property
    def rows(self) -> list[Row]:
        """The tasks in the order they were planned; safe to call while another thread applies events."""
        return list(self._rows.values())

    @property
    def elapsed(self) -> float:
        """Seconds since the run began, until it was over."""
        return (self.clock() if self._ended is None else self._ended) - self.began

    @property
    def files(self) -> list[Artifact]:
        """The files made so far."""
        values = [row.result.value for row in self.rows if row.result and row.result.ok]
        flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
        return [item for item in flat if isinstance(item, Artifact)]

    def count(self, *states: State) -> int:
        """How many tasks are in one of these states."""
        return sum(row.state in states for row in self.rows)

    def row(self, task_id: int) -> Row | None:
        """The row of a task, or None when it was never planned."""
        return self._rows.get(task_id)

    def stop(self) -> None:
        """Takes note that no answer will come."""
        if self.response is None:
            self.stopped, self._ended = True, self.clock()

    def apply(self, event: Event) -> None:
        """Takes note of an event; unknown kinds are let pass."""
        match event:
            case PlanningStarted():
                self.planner, self.run_id = event.planner, event.run_id
            case Preparing():
                self.waiting_for = event.message
            case TaskPlanned():
                self._plan(event)
            case TaskStarted():
                self._start(event)
            case CandidateFailed():
                self._set_back(event)
            case TaskFinished():
                self._finish(event.result)
            case Answered():
                self.response, self._ended = event.response, self.clock()
                self.planner = event.response.planner or self.planner
            case _:
                pass

    def _plan(self, event: TaskPlanned) -> None:
        candidates = event.assignment.candidates
        model = candidates[0].model_id if candidates else ""
        self._rows[event.task.id] = Row(event.task, event.assignment, model=model)
        self.waiting_for = ""

    def _start(self, event: TaskStarted) -> None:
        row = self._rows.get(event.task_id)
        if row is not None:
            row.state, row.model = State.RUNNING, event.model or row.model
            row.started = self.clock() if row.started is None else row.started

    def _set_back(self, event: CandidateFailed) -> None:
        row = self._rows.get(event.task_id)
        if row is not None:
            row.setbacks.append(f"{event.model}: {event.message}")

    def _finish(self, result: Result) -> None:
        row = self._rows.get(result.task_id)
        if row is not None:
            row.result, row.state = result, state_of(result)
            row.model = result.model or row.model


def state_of(result: Result) -> State:
    """The state that a result puts its task in."""
    if result.failure is not None:
        return State.SKIPPED if result.failure.kind == "Skipped" else State.FAILED
    return State.CACHED if result.cached else State.DONE
