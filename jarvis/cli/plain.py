"""A run as plain lines, one per event: for pipes, log files and dumb terminals."""

from __future__ import annotations

from jarvis.cli.progress import Progress, State, state_of
from jarvis.cli.words import counted, duration, inputs_line, one_line, preview
from jarvis.messages import (
    Answered,
    CandidateFailed,
    Event,
    PlanningStarted,
    Preparing,
    Result,
    TaskFinished,
    TaskPlanned,
    TaskStarted,
)


def line(event: Event, progress: Progress) -> str | None:
    """What to write about an event, or None when there is nothing to say."""
    said = _said(event, progress)
    return None if said is None else f"[{progress.elapsed:6.2f} s] {said}"


def _said(event: Event, progress: Progress) -> str | None:
    match event:
        case PlanningStarted():
            return f"planning with {event.planner}"
        case Preparing():
            return one_line(event.message, 300)
        case TaskPlanned():
            return _planned(event)
        case TaskStarted():
            return f"task {event.task_id} started on {event.model}"
        case CandidateFailed():
            return f"task {event.task_id}: {event.model} failed: {one_line(event.message, 300)}"
        case TaskFinished():
            return f"task {event.result.task_id} {_outcome(event.result)}"
        case Answered():
            return f"{counted(len(progress.rows), 'task')}, answered in {duration(progress.elapsed)}"
        case _:
            return None


def _planned(event: TaskPlanned) -> str:
    head = f"task {event.task.id} {event.task.tool} {inputs_line(event.task)}".rstrip()
    candidates = event.assignment.candidates
    if not candidates:
        return f"{head}: no model; {event.assignment.advice}"
    return f"{head}: {candidates[0].model_id} ({candidates[0].reason})"


def _outcome(result: Result) -> str:
    state = state_of(result)
    if result.failure is not None:
        return f"{state}: {one_line(result.failure.message, 300)}"
    took = "from the cache" if state is State.CACHED else f"in {duration(result.seconds)}"
    return f"done {took}: {preview(result.value, 80)}"
