"""Tasks for one model that are ready together run in one go, with the results that they have one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.execution.cached import CachedWorker
from jarvis.execution.functions import FunctionRunner
from jarvis.execution.local import LocalWorker
from jarvis.execution.need import Need
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.slots import Slots
from jarvis.execution.worker import Call, Output, Worker
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Candidate, Result, Value
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.registry import Registry
from jarvis.spec import ToolSpec, spec
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink
from tests.jarvis.execution.cards import registry_of
from tests.jarvis.execution.virtual import virtually

TOOLS = {
    tool.name: tool
    for tool in (
        spec("write", ["prompt~: text"], "text", "Text from text."),
        spec("read", ["text: text"], "data", "Data from text."),
    )
}
FILE = WeightFile(role="model", package="p", version="1", path="p/m", sha256="aa", bytes=1)
CARD = next(iter(registry_of(["m"], TOOLS))).model_copy(update={"parameters": {"batch": 4}, "files": (FILE,)})


def answer(inputs: Inputs) -> Value:
    text = inputs.text("prompt")
    if "bad" in text:
        raise TaskError(f"cannot read {text}")
    return f"<{text}>"


@dataclass
class Batching:
    """Answers, and notes how many tasks came in each go. One bad prompt spoils a whole batch."""

    sizes: list[int] = field(default_factory=list[int])
    seconds: float = 1.0

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        self.sizes.append(1)
        await asyncio.sleep(self.seconds)
        return Output(answer(inputs))

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        self.sizes.append(len(calls))
        await asyncio.sleep(self.seconds)
        return [Output(answer(call.inputs)) for call in calls]


def run(worker: Worker, tasks: Sequence[Task], room: int = 4, late: Collection[int] = ()) -> dict[int, Result]:
    """Runs tasks; those whose ids are `late` are planned when the others have been running for half a second."""
    made = CARD.model_copy(update={"parameters": {"batch": room}})
    executor = Executor(worker, Registry([made]), slots=Slots(2), need=lambda _: Need(cores=2, model="m"))

    async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
        for task in TaskGraph(tasks, TOOLS):
            if task.id in late:
                await asyncio.sleep(0.5)
            yield task, Assignment(task.id, (Candidate("m", ""),))

    return virtually(executor.stream(plan(), Context(TOOLS, ArtifactFolder(Path("unused")), timeout=5)))


def written(*prompts: str | Ref) -> list[Task]:
    return [Task(n, "write", {"prompt": prompt}) for n, prompt in enumerate(prompts)]


def outcomes(results: Mapping[int, Result]) -> dict[int, object]:
    return {n: result.value if result.ok else result.failure for n, result in results.items()}


def test_what_is_ready_at_the_same_moment_runs_in_one_go() -> None:
    worker = Batching()
    results = run(worker, written("a", "b", "c"))

    assert outcomes(results) == {0: "<a>", 1: "<b>", 2: "<c>"}
    assert worker.sizes == [3]


def test_what_gets_ready_while_the_model_is_busy_waits_for_the_next_go() -> None:
    worker = Batching()
    results = run(worker, written("a", "b", "c", "d", "e", "f", "g"), room=4, late=[6])

    assert outcomes(results)[6] == "<g>"
    assert worker.sizes == [4, 3], "the one that came up meanwhile joins those that wait"


def test_one_that_fails_does_not_spoil_the_others() -> None:
    worker = Batching()
    results = run(worker, written("a", "bad", "c"))

    assert [results[0].value, results[2].value] == ["<a>", "<c>"]
    assert results[1].failure
    assert results[1].failure.message == "cannot read bad"
    assert worker.sizes == [3, 1, 1, 1]


def test_a_batch_that_hangs_is_broken_up() -> None:
    class Hanging(Batching):
        async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
            await asyncio.sleep(1e6)
            return []

    results = run(Hanging(), written("a", "b"))

    assert outcomes(results) == {0: "<a>", 1: "<b>"}


@pytest.mark.parametrize("gives", [[Output("one")], [Output("one")] * 3])
def test_a_batch_that_gives_too_few_or_too_many_results_counts_for_nothing(gives: list[Output]) -> None:
    class Wrong(Batching):
        async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
            return gives

    assert outcomes(run(Wrong(), written("a", "b"))) == {0: "<a>", 1: "<b>"}


def test_a_wrong_value_in_a_batch_fails_its_task_alone() -> None:
    class Lying(Batching):
        async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
            return [Output("said"), Output({"not": "text"})]

    results = run(Lying(), written("a", "b"))

    assert results[0].value == "said"
    assert results[1].failure
    assert results[1].failure.message == "m gave data for write instead of text; try another model, and report it"


def test_a_worker_or_a_model_that_takes_one_at_a_time_gets_one_at_a_time() -> None:
    worker = Batching()
    run(worker, written("a", "b", "c"), room=1)

    assert worker.sizes == [1, 1, 1]


prompts = st.lists(st.sampled_from(["a", "b", "c", "bad", 0, 1, 2]), min_size=1, max_size=10)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(prompts, st.integers(2, 5), st.sampled_from([0.0, 1.0]))
def test_batches_change_no_result(said: list[str | int], room: int, seconds: float) -> None:
    tasks = written(*(Ref(what) if isinstance(what, int) and what < n else str(what) for n, what in enumerate(said)))
    worker = Batching(seconds=seconds)
    together, alone = run(worker, tasks, room), run(Batching(), tasks, 1)

    assert outcomes(together) == outcomes(alone)
    assert max(worker.sizes, default=0) <= room


class Model:
    """A handler that takes several tasks in one go."""

    sizes: list[int]

    def __init__(self) -> None:
        self.sizes = []

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        return self.run_batch([(inputs, sink)])[0]

    def run_batch(self, several: Sequence[tuple[Inputs, Sink]]) -> list[Value]:
        self.sizes.append(len(several))
        return [answer(inputs) for inputs, _ in several]


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def whole(model: Model, tmp_path: Path) -> Iterator[FunctionRunner]:
    """The workers as the engine puts them together: functions, cache, models."""

    def load(card: ModelCard, options: RuntimeOptions) -> Handler:
        return model

    cached = CachedWorker(LocalWorker(load=load), tmp_path / "cache")
    yield FunctionRunner({}, cached)
    cached.close()


def test_a_batch_goes_through_every_worker_to_the_handler_and_into_the_cache(
    whole: FunctionRunner, model: Model, tmp_path: Path
) -> None:
    def calls(*prompts: str) -> list[Call]:
        sink = Sink(ArtifactFolder(tmp_path), Provenance(0, "write", "m"))
        return [Call(Task(n, "write"), Inputs("write", {"prompt": p}), sink) for n, p in enumerate(prompts)]

    async def both() -> tuple[list[Output], list[Output]]:
        first = await whole.run_batch(TOOLS["write"], CARD, calls("a", "b"))
        return first, await whole.run_batch(TOOLS["write"], CARD, calls("c", "b", "d"))

    first, again = asyncio.run(both())

    assert first == [Output("<a>"), Output("<b>")]
    assert again == [Output("<c>"), Output("<b>", cached=True), Output("<d>")]
    assert model.sizes == [2, 2]


def test_the_executor_hands_a_batch_to_the_handler(whole: FunctionRunner, model: Model) -> None:
    tasks = written("a", "b", "c")
    executor = Executor(whole, Registry([CARD]))
    assignments = {task.id: Assignment(task.id, (Candidate("m", ""),)) for task in tasks}

    results = asyncio.run(
        executor.run(TaskGraph(tasks, TOOLS), assignments, Context(TOOLS, ArtifactFolder(Path("unused"))))
    )

    assert outcomes(results) == {0: "<a>", 1: "<b>", 2: "<c>"}
    assert model.sizes == [3]
