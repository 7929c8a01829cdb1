"""What the executor tells the journal of a run, when, and what it takes from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder
from jarvis.errors import PlannerError, StorageError
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.worker import Output
from jarvis.graph import Ref, Task
from jarvis.messages import Assignment, Candidate, Event, Failure, Result, TaskFinished
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.execution.cards import registry_of

pytestmark = pytest.mark.anyio

TOOLS = builtin_tools()
REGISTRY = registry_of(("first",), TOOLS)
SAY = Task(0, "text-generation", {"prompt": "hello"})
LIGHT = Task(1, "home-control", {"action": "turn_on", "target": "light"})
DOOR = Task(1, "home-control", {"action": "unlock", "target": "door"})


class Tape:
    """Writes down everything in the order in which it happens, the work itself included."""

    def __init__(self, known: dict[int, Result] | None = None, unsettled: Sequence[int] = ()) -> None:
        self.lines: list[str] = []
        self._known = known or {}
        self._unsettled = unsettled
        self.full = False

    def known(self, task_id: int) -> Result | None:
        return self._known.get(task_id)

    def unsettled(self, task_id: int) -> bool:
        return task_id in self._unsettled

    async def planned(self, task: Task, assignment: Assignment) -> None:
        self.lines.append(f"planned {task.id}")

    async def complete(self) -> None:
        self.lines.append("complete")

    def started(self, task_id: int, model: str) -> None:
        self.lines.append(f"started {task_id} {model}")

    async def intent(self, task: Task, key: str) -> None:
        if self.full:
            raise StorageError("the disk is full")
        self.lines.append(f"intent {task.id} {key}")

    async def finished(self, result: Result) -> None:
        self.lines.append(f"finished {result.task_id}")

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        self.lines.append(f"work {task.id} {sink.key}".rstrip())
        return Output("said")


async def run(tape: Tape, *tasks: Task, answer: bool = True) -> tuple[dict[int, Result], list[Task], list[Event]]:
    asked: list[Task] = []
    events: list[Event] = []

    async def approve(task: Task) -> bool:
        asked.append(task)
        return answer

    async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
        for task in tasks:
            yield task, Assignment(task.id, (Candidate("first", ""),))

    context = Context(
        TOOLS, ArtifactFolder(Path("unused")), emit=events.append, approve=approve, log=tape, run_id="run"
    )
    return await Executor(tape, REGISTRY).stream(plan(), context), asked, events


async def test_the_journal_hears_everything_and_an_effect_stands_between_intent_and_receipt() -> None:
    tape = Tape()
    await run(tape, SAY, LIGHT)

    assert tape.lines[:3] == ["planned 0", "planned 1", "complete"]
    assert [line for line in tape.lines if " 0" in line] == ["planned 0", "started 0 first", "work 0", "finished 0"]
    assert [line for line in tape.lines if " 1" in line] == [
        "planned 1",
        "intent 1 run:1",
        "started 1 first",
        "work 1 run:1",
        "finished 1",
    ]


async def test_what_is_known_is_not_done_again_and_is_told_like_any_result() -> None:
    tape = Tape({0: Result(0, "said before", model="first")})
    speak = Task(1, "text-to-speech", {"text": Ref(0)})

    results, _, events = await run(tape, SAY, speak)

    assert (results[0].value, results[1].ok) == ("said before", True)
    assert [line for line in tape.lines if " 0" in line] == ["planned 0"]
    assert [event.result.task_id for event in events if isinstance(event, TaskFinished)] == [0, 1]


@pytest.mark.parametrize("task", [LIGHT, DOOR])
async def test_an_effect_that_may_have_happened_is_asked_about_once(task: Task) -> None:
    tape = Tape(unsettled=[1])
    results, asked, _ = await run(tape, task)

    assert (asked, results[1].ok) == ([task], True)
    assert "work 1 run:1" in tape.lines


async def test_an_effect_that_may_have_happened_is_not_repeated_against_a_no() -> None:
    tape = Tape(unsettled=[1])
    results, _, _ = await run(tape, LIGHT, answer=False)

    assert results[1].failure == Failure(
        "'turn_on' may have been done before the run broke off, so it was not done again; look whether it was",
        "NotApproved",
    )
    assert not [line for line in tape.lines if line.startswith(("work", "intent"))]


async def test_an_effect_is_not_done_when_its_intent_cannot_be_written() -> None:
    tape = Tape()
    tape.full = True
    results, _, _ = await run(tape, LIGHT)

    assert results[1].failure == Failure("the disk is full", "StorageError")
    assert not [line for line in tape.lines if line.startswith(("work", "started"))]


async def test_a_result_that_cannot_be_written_ends_the_run_with_the_reason() -> None:
    class Full(Tape):
        async def finished(self, result: Result) -> None:
            raise StorageError("the disk is full")

    with pytest.raises(StorageError, match="disk is full"):
        await run(Full(), SAY)


async def test_a_run_without_a_name_gets_one_of_its_own() -> None:
    contexts = [Context(TOOLS, ArtifactFolder(Path("unused"))) for _ in range(2)]

    assert contexts[0].run_id != contexts[1].run_id


class Replanning:
    """Fails at first, and knows another way."""

    def __init__(self, *tasks: Task, error: Exception | None = None) -> None:
        self.tasks, self.error = tasks, error
        self.told: list[dict[int, Result]] = []

    async def __call__(self, results: object) -> AsyncIterator[tuple[Task, Assignment]]:
        assert isinstance(results, dict)
        self.told.append(dict(results))
        for task in self.tasks:
            yield task, Assignment(task.id, (Candidate("first", ""),))
        if self.error:
            raise self.error


async def replanned(replan: Replanning, *tasks: Task) -> tuple[dict[int, Result], list[str]]:
    """Runs tasks of which those without a model fail."""
    tape = Tape()

    async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
        for task in tasks:
            models = () if task.tool == "translation" else (Candidate("first", ""),)
            yield task, Assignment(task.id, models, (), "no model")

    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), log=tape, replan=replan)
    return await Executor(tape, REGISTRY).stream(plan(), context), tape.lines


TRANSLATE = Task(1, "translation", {"text": Ref(0), "target_language": "French"})
AFTER = Task(2, "text-to-speech", {"text": Ref(1)})


async def test_after_a_failure_there_is_one_other_plan_and_what_is_done_is_kept() -> None:
    replan = Replanning(Task(3, "text2text-generation", {"text": Ref(0), "instruction": "into French"}))
    results, lines = await replanned(replan, SAY, TRANSLATE, AFTER)

    kinds = {n: result.failure and result.failure.kind for n, result in results.items()}
    assert kinds == {0: None, 1: "NoModelError", 2: "Skipped", 3: None}
    assert [line for line in lines if line.startswith("work")] == ["work 0", "work 3"]
    assert [sorted(told) for told in replan.told] == [[0, 1, 2]]


async def test_the_other_plan_may_fail_as_well_and_is_the_last() -> None:
    replan = Replanning(Task(3, "translation", {"text": Ref(0), "target_language": "French"}))
    results, _ = await replanned(replan, SAY, TRANSLATE)

    assert (len(replan.told), sorted(results)) == (1, [0, 1, 3])


async def test_without_a_failure_nobody_is_asked_for_another_plan() -> None:
    replan = Replanning()
    await replanned(replan, SAY)

    assert replan.told == []


async def test_another_plan_that_breaks_off_costs_nothing_that_was_done_and_does_no_effect(
    caplog: pytest.LogCaptureFixture,
) -> None:
    replan = Replanning(replace(LIGHT, id=3), error=PlannerError("out of ideas"))
    results, lines = await replanned(replan, SAY, TRANSLATE)

    assert results[0].value == "said"
    assert results[3].failure
    assert results[3].failure.kind == "PlanError"
    assert "work 3 " not in "".join(lines)
    assert "out of ideas" in caplog.text
