"""What the executor promises for one task: limits, next candidates, approvals, files, and plans that break off."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, file_digest
from jarvis.errors import InputError, ModelError, PlanError, PlannerError, StorageError, TaskError
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.scheduler import Approve, Context, Executor, refuse
from jarvis.execution.worker import Output, Worker
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Candidate, Event, Failure, JsonValue, Result, TaskFinished, TaskStarted, Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec, ValueType
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.execution.cards import registry_of

pytestmark = pytest.mark.anyio

TOOLS = builtin_tools()
REGISTRY = registry_of(("first", "second"), TOOLS)


class ByModel:
    """Runs what is given for each model."""

    def __init__(self, **models: Callable[[Inputs], Value | Awaitable[Value]]) -> None:
        self.models = models

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        return await FunctionWorker(self.models[card.id]).run(task, spec, card, inputs, sink)


def fail_with(error: Exception) -> Callable[[Inputs], Value]:
    def fail(inputs: Inputs) -> Value:
        raise error

    return fail


def assigned(*tasks: Task, models: tuple[str, ...] = ("first",)) -> dict[int, Assignment]:
    return {t.id: Assignment(t.id, tuple(Candidate(m, "") for m in models), (), "install something") for t in tasks}


async def run(
    worker: Worker,
    *tasks: Task,
    models: tuple[str, ...] = ("first",),
    context: Context | None = None,
) -> dict[int, Result]:
    context = context or Context(TOOLS, ArtifactFolder(Path("unused")))
    graph = TaskGraph(tasks, TOOLS, dict.fromkeys(context.given, ValueType.TEXT))
    return await Executor(worker, REGISTRY).run(graph, assigned(*tasks, models=models), context)


SAY = Task(0, "text-generation", {"prompt": "hello"})


async def test_a_task_that_takes_too_long_fails_by_name_and_the_next_model_is_tried() -> None:
    async def sleep(inputs: Inputs) -> Value:
        await asyncio.sleep(30)
        return "late"

    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), timeout=0.05)
    both = await run(ByModel(first=sleep, second=lambda _: "in time"), SAY, models=("first", "second"), context=context)
    alone = await run(ByModel(first=sleep), SAY, context=context)

    message = "text-generation took longer than 0.05 s; give it more time or a smaller input"
    assert (both[0].value, both[0].model, both[0].attempts) == ("in time", "second", (f"first: {message}",))
    assert alone[0].failure == Failure(message, "TaskTimeoutError")


async def test_a_models_own_timeout_is_not_taken_for_the_limit_of_the_task() -> None:
    results = await run(ByModel(first=fail_with(TimeoutError("the server is silent"))), SAY)

    assert results[0].failure
    assert results[0].failure.kind == "TimeoutError"
    assert "the server is silent" in results[0].failure.message


async def test_a_model_that_cancels_itself_fails_its_task_and_nothing_hangs() -> None:
    after = Task(1, "text-generation", {"prompt": Ref(0)})
    results = await asyncio.wait_for(run(ByModel(first=fail_with(asyncio.CancelledError())), SAY, after), 5)  # type: ignore[arg-type]

    assert [results[0].failure and results[0].failure.kind, results[1].failure and results[1].failure.kind] == [
        "TaskError",
        "Skipped",
    ]


async def test_a_full_disk_ends_the_task_and_no_other_model_is_tried() -> None:
    calls: list[str] = []
    speak = Task(0, "text-to-speech", {"text": "hello"})
    hear = Task(1, "automatic-speech-recognition", {"audio": Ref(0)})
    full = StorageError("the disk is full at out; free some space or choose another folder with --out")
    worker = ByModel(first=fail_with(full), second=lambda _: calls.append("second"))

    results = await run(worker, speak, hear, models=("first", "second"))

    assert calls == []
    assert results[0] == Result(0, failure=Failure(str(full), "StorageError"), attempts=(f"first: {full}",))
    assert results[1].failure == Failure("skipped, because task 0 failed", "Skipped", 0)


async def test_an_effect_that_may_have_happened_is_not_tried_again_with_another_model() -> None:
    calls: list[str] = []
    light = Task(0, "home-control", {"action": "turn_on", "target": "light"})
    worker = ByModel(first=fail_with(TaskError("no answer")), second=lambda _: calls.append("second"))

    results = await run(worker, light, models=("first", "second"))

    assert results[0].failure == Failure("no answer", "TaskError")
    assert calls == []


async def test_an_effect_goes_to_the_next_model_when_the_first_could_not_even_load() -> None:
    light = Task(0, "home-control", {"action": "turn_on", "target": "light"})
    worker = ByModel(first=fail_with(ModelError("not there")), second=lambda _: {"device": "light", "state": "on"})

    results = await run(worker, light, models=("first", "second"))

    assert results[0].value == {"device": "light", "state": "on"}


@pytest.mark.parametrize("approved", [True, False])
async def test_what_cannot_be_taken_back_is_done_only_when_approved(approved: bool) -> None:
    asked: list[Task] = []
    unlock = Task(0, "home-control", {"action": "unlock", "target": "front door"})

    async def approve(task: Task) -> bool:
        asked.append(task)
        return approved

    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), approve=approve)
    results = await run(ByModel(first=lambda _: "done"), unlock, context=context)

    refused = Failure("'unlock' cannot be taken back and was not approved; approve it to have it done", "NotApproved")
    assert asked == [unlock]
    assert results[0].failure == (None if approved else refused)


async def test_by_default_nothing_is_approved() -> None:
    default: Approve = Context(TOOLS, ArtifactFolder(Path("unused"))).approve

    assert default is refuse
    assert not await refuse(SAY)


async def test_text_that_a_tool_produced_cannot_name_an_effect() -> None:
    read = Task(0, "optical-character-recognition", {"image": "note.png"})
    act = Task(1, "home-control", {"action": Ref(0), "target": "front door"})

    results = await run(ByModel(first=lambda _: "turn_on"), read, act)

    assert results[1].failure == Failure(
        "the action of home-control must stand in the request itself; say what to do", "NotApproved"
    )


async def test_a_task_without_a_model_says_what_is_missing() -> None:
    results = await run(ByModel(), SAY, models=())

    assert results[0].failure == Failure("install something", "NoModelError")


async def test_a_failed_task_skips_only_those_that_need_it_and_names_the_first_cause() -> None:
    tasks = (
        Task(0, "image-to-text", {"image": "a.png"}),
        Task(1, "translation", {"text": Ref(0), "target_language": "French"}),
        Task(2, "text-to-speech", {"text": Ref(1)}),
        Task(3, "text-generation", {"prompt": "something else"}),
    )

    def answer(inputs: Inputs) -> Value:
        if inputs.task == "image-to-text":
            raise TaskError("a.png is too dark")
        return inputs.text("prompt")

    results = await run(ByModel(first=answer), *tasks)

    assert [results[n].failure for n in range(4)] == [
        Failure("a.png is too dark", "TaskError"),
        Failure("skipped, because task 0 failed", "Skipped", 0),
        Failure("skipped, because task 0 failed", "Skipped", 0),
        None,
    ]


async def test_several_files_run_one_by_one_and_their_results_are_put_together(tmp_path: Path) -> None:
    def bind(task: Task, tool: ToolSpec, slot: str, literal: str) -> Value:
        path = tmp_path / literal
        path.write_text(literal)
        return Artifact(path.stem, path, "image/png", file_digest(path))

    def look(inputs: Inputs) -> Value:
        values = inputs.values["image"]
        assert inputs.task == "image-to-image" or isinstance(values, Artifact)
        name = inputs.file("image").name
        if inputs.task == "object-detection":
            row: JsonValue = {"label": name}
            return [row]
        return f"a {name}" if inputs.task == "image-to-text" else len(values) if isinstance(values, list) else 1

    tools = ("image-to-text", "object-detection", "image-to-image")
    tasks = [Task(n, tool, {"image": ("cat.png", "dog.png")}) for n, tool in enumerate(tools)]
    context = replace(Context(TOOLS, ArtifactFolder(tmp_path / "out")), bind=bind)
    results = await run(ByModel(first=look), *tasks, context=context)

    assert [results[n].value for n in range(3)] == ["a cat\n\na dog", [{"label": "cat"}, {"label": "dog"}], 2]


async def test_a_file_that_cannot_be_used_fails_its_task_alone() -> None:
    def bind(task: Task, tool: ToolSpec, slot: str, literal: str) -> Value:
        if literal == "missing.png":
            raise InputError("missing.png does not exist; check the name", path=literal)
        return literal

    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), bind=bind)
    see = Task(1, "image-to-text", {"image": "missing.png"})
    results = await run(ByModel(first=lambda _: "said"), SAY, see, context=context)

    assert results[0].value == "said"
    assert results[1].failure == Failure("missing.png does not exist; check the name", "InputError")


async def test_results_of_earlier_turns_can_be_used() -> None:
    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), given={0: Result(0, "bonjour")})
    repeat = Task(1, "text-to-speech", {"text": Ref(0)})

    results = await run(ByModel(first=lambda inputs: inputs.text("text")), repeat, context=context)

    assert {n: result.value for n, result in results.items()} == {1: "bonjour"}


async def test_when_the_plan_breaks_off_pure_tasks_end_effects_do_not_happen_and_the_error_is_told() -> None:
    done: list[str] = []
    light = Task(1, "home-control", {"action": "turn_on", "target": "light"})

    async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
        for task in (SAY, light):
            yield task, assigned(task)[task.id]
        raise PlannerError("the planner stumbled")

    def answer(inputs: Inputs) -> Value:
        done.append(inputs.task)
        return "said"

    context = Context(TOOLS, ArtifactFolder(Path("unused")))
    with pytest.raises(PlannerError, match="stumbled"):
        await Executor(FunctionWorker(answer), REGISTRY).stream(plan(), context)

    assert done == ["text-generation"]
    assert context.results[0].value == "said"
    assert context.results[1].failure == Failure(
        "the plan broke off, so nothing with an effect was done; ask again", "PlanError"
    )


async def test_a_task_that_refers_to_one_that_never_came_is_a_planning_error() -> None:
    async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
        task = Task(1, "text-to-speech", {"text": Ref(0)})
        yield task, assigned(task)[1]

    with pytest.raises(PlanError, match="task 1 needs the output of task 0") as caught:
        await Executor(ByModel(), REGISTRY).stream(plan(), Context(TOOLS, ArtifactFolder(Path("unused"))))
    assert caught.value.task_id == 1


async def test_a_task_starts_while_others_are_still_being_planned() -> None:
    order: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, TaskStarted | TaskFinished):
            order.append(type(event).__name__)

    async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
        yield SAY, assigned(SAY)[0]
        await asyncio.sleep(0.01)
        order.append("still planning")

    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), emit=listen)
    await Executor(ByModel(first=lambda _: "said"), REGISTRY).stream(plan(), context)

    assert order == ["TaskStarted", "TaskFinished", "still planning"]


async def test_a_graph_in_any_order_runs_and_effects_on_one_thing_keep_theirs() -> None:
    order: list[str] = []
    tasks = (
        Task(2, "list-item", {"action": "add", "list": "shopping", "item": Ref(0)}),
        Task(0, "text-generation", {"prompt": "something to buy"}),
        Task(1, "list-item", {"action": "read", "list": "Shopping"}),
    )

    async def act(inputs: Inputs) -> Value:
        await asyncio.sleep(0.01 if inputs.task == "text-generation" else 0)
        order.append(inputs.text("action") or "write")
        return "milk"

    await run(ByModel(first=act), *tasks)

    assert order == ["write", "add", "read"]


async def test_a_bug_in_a_listener_stops_the_run() -> None:
    def broken(event: Event) -> None:
        raise ZeroDivisionError("a bug")

    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), emit=broken)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        await run(ByModel(first=lambda _: "said"), SAY, context=context)


@pytest.mark.parametrize("shape", ["chain", "fan"])
async def test_a_graph_of_ten_thousand_tasks_runs(shape: str) -> None:
    number = 10_000
    tasks = [SAY] + [
        Task(n, "text-generation", {"prompt": Ref(n - 1 if shape == "chain" else 0)}) for n in range(1, number)
    ]
    plan = TaskGraph(tasks, TOOLS)

    results = await Executor(FunctionWorker(lambda inputs: "said"), REGISTRY).run(
        plan, assigned(*tasks), Context(TOOLS, ArtifactFolder(Path("unused")))
    )

    assert list(results) == list(range(number))
    assert all(result.value == "said" for result in results.values())


async def test_a_long_chain_that_fails_is_skipped_to_its_end() -> None:
    tasks = [SAY] + [Task(n, "text-generation", {"prompt": Ref(n - 1)}) for n in range(1, 2000)]

    results = await run(ByModel(first=fail_with(TaskError("no"))), *tasks)

    assert {result.failure.cause for result in results.values() if result.failure} == {None, 0}
    assert not any(result.ok for result in results.values())


async def test_literals_are_looked_up_in_one_thread_and_tasks_without_any_in_none() -> None:
    threads: set[int] = set()

    def bind(task: Task, tool: ToolSpec, slot: str, literal: str) -> Value:
        threads.add(threading.get_ident())
        return literal

    tasks = [Task(n, "text-generation", {"prompt": "x"}) for n in range(5)]
    context = replace(Context(TOOLS, ArtifactFolder(Path("unused"))), bind=bind)
    await run(ByModel(first=lambda _: "said"), *tasks, Task(5, "text-to-speech", {"text": Ref(0)}), context=context)

    assert len(threads) == 1
    assert threading.get_ident() not in threads
