"""Whatever breaks, hangs, lies or is slow: the results are those of a plain loop that tries one model after another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jarvis.artifacts import ArtifactFolder
from jarvis.errors import ModelError, StorageError, TaskError
from jarvis.execution.breaker import Breakers
from jarvis.execution.need import Need
from jarvis.execution.retry import Retry
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.slots import Slots
from jarvis.execution.worker import Output
from jarvis.graph import Task, TaskGraph
from jarvis.messages import (
    Assignment,
    Candidate,
    CandidateFailed,
    Event,
    Failure,
    Result,
    TaskFinished,
    TaskStarted,
)
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from tests.jarvis.execution.test_scheduler_properties import (
    MODELS,
    REGISTRY,
    TOOLS,
    compute,
    resolved,
    tasks_of_a_graph,
)
from tests.jarvis.execution.virtual import virtually

pytestmark = pytest.mark.timeout(600)  # Hundreds of examples each, on a machine that others use.

LIMIT = 5.0
RETRIES = 2
NAN = [float("nan")]


class PassingError(TaskError):
    """Of a server that is busy for a moment."""

    transient = True


class CrashError(ModelError):
    """Of a worker process that was killed."""

    transient = True


def _broken(kind: str) -> BaseException:
    return {
        "task": TaskError("cannot do this"),
        "model": ModelError("cannot be loaded"),
        "bug": RuntimeError("a bug"),
        "disk": StorageError("the disk is full"),
        "passes": PassingError("busy"),
        "crash": CrashError("its process was killed"),
        "quits": asyncio.CancelledError(),
    }[kind]


KINDS = ("task", "model", "bug", "disk", "passes", "crash", "quits", "hang", "wrong", "nan")


@dataclass(frozen=True)
class Faulty:
    """A graph, a machine, and everything that goes wrong."""

    graph: TaskGraph
    assignments: Mapping[int, Assignment]
    faults: Mapping[tuple[int, str], tuple[str, ...]]
    """By (task, model): what happens at the first try, the second, ...; later ones go well."""
    pace: Mapping[tuple[int, str], float]
    arrival: tuple[float, ...]
    cores: int
    needs: Mapping[str, Need]


@st.composite
def faulty_stories(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Faulty:
    tasks = draw(tasks_of_a_graph(0, {}))
    models = st.lists(st.sampled_from(MODELS), unique=True, min_size=1)
    assignments = {t.id: Assignment(t.id, tuple(Candidate(m, "") for m in draw(models)), ()) for t in tasks}
    pairs = [(task_id, c.model_id) for task_id, row in assignments.items() for c in row.candidates]
    several = st.lists(st.sampled_from(kinds), max_size=3).map(tuple)
    faults = {pair: found for pair in pairs if (found := draw(st.one_of(st.just(()), several)))}
    pace = {pair: draw(st.sampled_from([0.0, 0.0, 0.1, 0.5, 2.0, 4.5])) for pair in pairs}
    arrival = tuple(draw(st.sampled_from([0.0, 0.0, 0.3, 2.0])) for _ in tasks)
    need = st.builds(Need, cores=st.integers(0, 3), model=st.sampled_from(["", "same"]))
    needs = {model: draw(need) for model in MODELS}
    return Faulty(TaskGraph(tasks, TOOLS), assignments, faults, pace, arrival, draw(st.integers(1, 3)), needs)


@dataclass
class FaultyWorker:
    """Does what the story says, and watches that the machine is never asked for more than it has."""

    story: Faulty
    tries: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])
    cores: int = 0
    models: list[str] = field(default_factory=list[str])

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        need = self.story.needs[card.id]
        self.cores += min(need.cores, self.story.cores)
        assert self.cores <= self.story.cores, "more cores in use than there are"
        assert not need.model or need.model not in self.models, "one model runs twice at once"
        self.models.append(need.model)
        try:
            return Output(await self._value(task, spec, card, inputs))
        finally:
            self.cores -= min(need.cores, self.story.cores)
            self.models.remove(need.model)

    async def _value(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs) -> Any:
        number = self.tries[task.id, card.id]
        self.tries[task.id, card.id] += 1
        await asyncio.sleep(self.story.pace[task.id, card.id])
        faults = self.story.faults.get((task.id, card.id), ())
        kind = faults[number] if number < len(faults) else ""
        if kind == "hang":
            await asyncio.sleep(1e6)
        if kind == "wrong":
            return {"not": "text"} if spec.output == "text" else object()
        if kind == "nan":
            return NAN
        if kind:
            raise _broken(kind)
        return compute(spec.name, inputs.values, card.id)


def told(kind: str, model: str, tool: str) -> tuple[str, str]:
    """The kind and the message of the failure that a fault becomes."""
    if kind == "hang":
        return "TaskTimeoutError", f"{tool} took longer than 5 s; give it more time or a smaller input"
    if kind in ("wrong", "nan"):
        text = TOOLS[tool].output == "text"
        what = {("wrong", True): "data", ("wrong", False): "a object"}.get((kind, text), "the number nan")
        wanted = TOOLS[tool].output.value
        return "TaskError", f"{model} gave {what} for {tool} instead of {wanted}; try another model, and report it"
    if kind == "quits":
        return "TaskError", f"{model} gave up by itself; ask again"
    error = _broken(kind)
    if kind == "bug":
        return "RuntimeError", f"the tool broke (RuntimeError: {error}); try another input, and report it"
    return type(error).__name__, str(error)


def expected(story: Faulty) -> dict[int, Result]:
    """The oracle: one task after another, one model after another."""
    results: dict[int, Result] = {}
    for task in story.graph:
        results[task.id] = _expected(task, story, results)
    return results


def _expected(task: Task, story: Faulty, results: Mapping[int, Result]) -> Result:
    for need in sorted(task.needs):
        failure = results[need].failure
        if failure:
            cause = need if failure.cause is None else failure.cause
            return Result(task.id, failure=Failure(f"skipped, because task {cause} failed", "Skipped", cause))
    values = {name: resolved(arg, results) for name, arg in task.args.items()}
    acts = task.tool == "act"
    attempts: list[str] = []
    failure = Failure("", "")
    for candidate in story.assignments[task.id].candidates:
        model = candidate.model_id
        kind = ""
        for number in range(1 if acts else RETRIES + 1):
            faults = story.faults.get((task.id, model), ())
            kind = faults[number] if number < len(faults) else ""
            if not kind:
                made = compute(task.tool, values, model)
                return Result(task.id, made, None, model, attempts=tuple(attempts))
            name, message = told(kind, model, task.tool)
            failure = Failure(message, name)
            attempts.append(f"{model}: {message}")
            if kind not in ("passes", "crash"):
                break
        if kind == "disk" or (acts and kind not in ("model", "crash")):
            break
    return Result(task.id, failure=failure, attempts=tuple(attempts))


async def happen(story: Faulty, worker: FaultyWorker, events: list[Event]) -> dict[int, Result]:
    async def planned() -> AsyncIterator[tuple[Task, Assignment]]:
        for task, seconds in zip(story.graph, story.arrival, strict=True):
            if seconds:
                await asyncio.sleep(seconds)
            yield task, story.assignments[task.id]

    executor = Executor(
        worker,
        REGISTRY,
        slots=Slots(story.cores),
        breakers=Breakers(failures=10**6),
        need=lambda card: story.needs[card.id],
    )
    retry = Retry(RETRIES, jitter=lambda: 0.5)
    context = Context(TOOLS, ArtifactFolder(Path("unused")), emit=events.append, timeout=LIMIT, retry=retry)
    return await executor.stream(planned(), context)


def without_seconds(results: Iterable[Result]) -> dict[int, Result]:
    return {result.task_id: replace(result, seconds=0.0) for result in results}


@settings(max_examples=800, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faulty_stories())
def test_any_faults_on_any_machine_end_as_if_one_model_was_tried_after_another(story: Faulty) -> None:
    worker, events = FaultyWorker(story), list[Event]()
    results = virtually(happen(story, worker, events))

    assert without_seconds(results.values()) == expected(story)
    assert without_seconds(e.result for e in events if isinstance(e, TaskFinished)) == expected(story)
    started = sum(isinstance(e, TaskStarted) for e in events)
    failed = sum(isinstance(e, CandidateFailed) for e in events)
    assert started == failed + sum(result.ok for result in results.values()) == worker.tries.total()
    assert (worker.cores, worker.models) == (0, [])
    event(f"{sum(not result.ok for result in results.values())} of the tasks failed")


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faulty_stories(), st.floats(0, 20))
def test_a_run_that_is_cancelled_at_any_moment_gives_its_slots_back(story: Faulty, seconds: float) -> None:
    async def cancelled() -> None:
        worker = FaultyWorker(story)
        slots = Slots(story.cores)
        context = Context(TOOLS, ArtifactFolder(Path("unused")), timeout=LIMIT, retry=Retry(RETRIES))
        executor = Executor(worker, REGISTRY, slots=slots, need=lambda card: story.needs[card.id])
        run = asyncio.create_task(executor.run(story.graph, story.assignments, context))
        await asyncio.sleep(seconds)
        run.cancel()
        await asyncio.wait([run])
        assert (worker.cores, worker.models, len(asyncio.all_tasks())) == (0, [], 1)
        everything = slots.ask(Need(cores=story.cores, model="same"), 0.0)
        await everything.granted()  # It would hang, and the clock would tell, were slots of the run still in use.

    virtually(cancelled())
