"""The picture of a run: what a person sees at every width, height and state."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from jarvis.cli.board import ASCII, View, picture
from jarvis.cli.progress import Progress, State
from jarvis.graph import Ref, Task
from jarvis.messages import (
    Assignment,
    Candidate,
    CandidateFailed,
    Failure,
    PlanningStarted,
    Preparing,
    Request,
    Result,
    TaskFinished,
    TaskPlanned,
    TaskStarted,
)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(progress: Progress, width: int = 80, height: int | None = None, **view: object) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=False)
    console.print(picture(progress, View(width, height, **view)))  # type: ignore[arg-type]
    return [line.rstrip() for line in file.getvalue().splitlines()]


def planned(task_id: int, tool: str, **args: str | Ref) -> TaskPlanned:
    candidates = (Candidate("model-a", "best of 2"), Candidate("model-b", "number 2 of 2"))
    return TaskPlanned(Task(task_id, tool, args), Assignment(task_id, candidates))


def running(clock: Clock) -> Progress:
    """Six tasks, one in each state."""
    progress = Progress(clock)
    progress.apply(PlanningStarted(Request("x"), "the planner"))
    for task_id in range(6):
        progress.apply(planned(task_id, "summarization", text=Ref(task_id - 1) if task_id else "a long text"))
    clock.now = 2.0
    for task_id in (0, 1, 2, 4):
        progress.apply(TaskStarted(task_id, "model-a"))
    progress.apply(TaskFinished(Result(0, "short", model="model-a", seconds=0.25)))
    progress.apply(TaskFinished(Result(1, "short", model="model-a", cached=True)))
    progress.apply(TaskFinished(Result(2, failure=Failure("the text is empty; give one", "TaskError"))))
    progress.apply(TaskFinished(Result(3, failure=Failure("skipped, because task 2 failed", "Skipped", 2))))
    clock.now = 3.5
    return progress


def test_every_task_shows_its_id_inputs_model_reason_state_and_time() -> None:
    assert drawn(running(Clock()), signs=ASCII) == [
        "\\ Working  6 tasks, 2 done, 2 not  - the planner                           3.5 s",
        "+ 0 summarization  text a long text                                       0.25 s",
        "    model-a - best of 2",
        "= 1 summarization  text <- 0                                              cached",
        "    model-a - best of 2",
        "x 2 summarization  text <- 1                                              failed",
        "    the text is empty; give one",
        "> 3 summarization  text <- 2                                             skipped",
        "    skipped, because task 2 failed",
        "\\ 4 summarization  text <- 3                                               1.5 s",
        "    model-a - best of 2",
        ". 5 summarization  text <- 4                                              queued",
        "    model-a - best of 2",
    ]


def test_a_wide_terminal_has_one_line_a_task() -> None:
    lines = drawn(running(Clock()), 120, 40)

    assert len(lines) == 7
    assert lines[1].split() == "✓ 0 summarization text a long text model-a · best of 2 0.25 s".split()
    assert max(map(len, lines)) == 120


@pytest.mark.parametrize("height", [4, 6, 9, 12, 24])
@pytest.mark.parametrize("width", [30, 80, 120])
def test_the_picture_never_outgrows_the_terminal(width: int, height: int) -> None:
    lines = drawn(running(Clock()), width, height)

    assert len(lines) <= height
    assert max(map(len, lines)) <= width


def test_when_room_is_short_running_tasks_stay_and_finished_ones_go() -> None:
    lines = drawn(running(Clock()), 80, 6)

    assert lines[1] == "  4 tasks above, finished"
    assert [line.split()[1] for line in lines[2:]] == ["4", "5"]


def test_a_model_that_failed_is_told_while_the_next_one_runs() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.apply(planned(0, "summarization", text="x"))
    progress.apply(TaskStarted(0, "model-a"))
    progress.apply(CandidateFailed(0, "model-a", "out of memory"))
    clock.now = 1.0
    progress.apply(TaskStarted(0, "model-b"))

    assert drawn(progress)[2] == "    model-b · model-a: out of memory"
    progress.apply(TaskFinished(Result(0, "y", model="model-b")))
    assert drawn(progress)[2] == "    model-b · number 2 of 2"
    row = progress.row(0)
    assert row is not None and row.started == 0.0


def test_a_wait_before_the_first_task_says_what_for() -> None:
    progress = Progress(Clock())
    progress.apply(PlanningStarted(Request("x"), "the planner"))
    progress.apply(Preparing("fetching the planner's model once (93 MB)"))

    assert drawn(progress)[0].startswith("⠋ Planning  fetching the planner's model once (93 MB)")


def test_a_run_that_was_stopped_says_so() -> None:
    progress = running(Clock())
    progress.stop()

    lines = drawn(progress)

    assert lines[0].startswith("✗ Stopped")
    assert [line.split()[-1] for line in lines if line[4:].startswith("summ")][-2:] == ["stopped", "stopped"]


def test_words_of_a_request_are_never_taken_for_markup_or_control() -> None:
    progress = Progress(Clock())
    progress.apply(planned(0, "summarization", text="[bold]\x1b[2Jx[/nonsense]\n\ny"))

    assert "text [bold]x[/nonsense] y" in drawn(progress)[1]


def test_events_of_unknown_tasks_change_nothing() -> None:
    progress = Progress(Clock())

    for event in (TaskStarted(7, "m"), CandidateFailed(7, "m", "x"), TaskFinished(Result(7, "x"))):
        progress.apply(event)

    assert progress.rows == []
    assert progress.count(*State) == 0
