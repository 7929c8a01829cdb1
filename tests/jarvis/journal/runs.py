"""Runs to be recorded: tasks, assignments, and a recorder that is told of them as the executor would."""

from __future__ import annotations

from pathlib import Path

from jarvis.graph import Ref, Task
from jarvis.journal.journal import Journal, Origin
from jarvis.journal.recorder import Recorder
from jarvis.messages import Assignment, Candidate, Request, Result

SUMMARY = Task(0, "summarization", {"text": "a long text"})
SPEECH = Task(1, "text-to-speech", {"text": Ref(0)})
LIGHT = Task(2, "home-control", {"action": "turn_on", "target": "desk lamp"})


def assigned(task: Task) -> Assignment:
    return Assignment(task.id, (Candidate("a-model", "the only one", 0.5),))


def origin(folder: Path, text: str = "summarize it and read it aloud", **more: str) -> Origin:
    return Origin(Request(text), folder / "out", **more)


async def plan(recorder: Recorder, *tasks: Task) -> None:
    for task in tasks:
        await recorder.planned(task, assigned(task))
    await recorder.complete()


async def do(recorder: Recorder, result: Result) -> None:
    recorder.started(result.task_id, result.model or "a-model")
    await recorder.finished(result)


def restarted(journal: Journal, folder: Path) -> Journal:
    """The journal after its process died: nothing was closed in order, and its sign of life is gone."""
    journal.close()
    return Journal(folder)
