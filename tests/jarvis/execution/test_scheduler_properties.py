"""Any typed graph, in any finishing order, with any failures, ends as if its tasks had run one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jarvis.artifacts import ArtifactFolder
from jarvis.errors import ModelError, StorageError, TaskError
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.worker import Output
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import (
    Assignment,
    Candidate,
    CandidateFailed,
    Event,
    Failure,
    JsonValue,
    Result,
    TaskFinished,
    TaskStarted,
    Value,
)
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Effect, ToolSpec, fits, spec
from jarvis.tools.handler import Inputs, Sink
from tests.jarvis.execution.cards import registry_of

TOOLS: dict[str, ToolSpec] = {
    tool.name: tool
    for tool in (
        spec("write", ["prompt~: text", "context?: any"], "text", "Text from text."),
        spec("read", ["text: text", "other?: text"], "data", "Data from text."),
        spec("sort", ["text: text", "labels: labels"], "data", "Data from text and labels."),
        spec("name", ["text: text", "language: name"], "text", "Text with a name."),
        spec("act", ["thing: name", "value?: any"], "data", "An effect.", effect=Effect.EFFECT),
    )
}
MODELS = ("m0", "m1", "m2")
REGISTRY = registry_of(MODELS, TOOLS)
ERRORS = {"task": TaskError, "model": ModelError, "bug": RuntimeError, "disk": StorageError}


@dataclass(frozen=True)
class Story:
    """A graph and everything that happens to it."""

    graph: TaskGraph
    assignments: Mapping[int, Assignment]
    failing: Mapping[tuple[int, str], str]
    """By (task, model), with what it fails."""
    pace: Mapping[tuple[int, str], int]
    """By (task, model), how many turns of the loop it takes."""
    arrival: tuple[int, ...]
    """How many turns of the loop pass before each task is planned."""
    earlier: Mapping[int, Result]


@st.composite
def tasks_of_a_graph(draw: st.DrawFn, first: int, earlier: Mapping[int, Result]) -> list[Task]:
    outputs = dict.fromkeys(earlier, TOOLS["write"].output)
    tasks: list[Task] = []
    for task_id in range(first, first + draw(st.integers(1, 9))):
        tool = TOOLS[draw(st.sampled_from(sorted(TOOLS)))]
        args: dict[str, Any] = {}
        for slot in tool.slots:
            sources = [Ref(other) for other, given_type in outputs.items() if fits(given_type, slot.type)]
            value = st.sampled_from([*sources, *sources, "x", "y"])
            if slot.required or draw(st.booleans()):
                several = slot.type == "text" and draw(st.integers(0, 4)) == 0
                args[slot.name] = tuple(draw(st.lists(value, min_size=1, max_size=3))) if several else draw(value)
        tasks.append(Task(task_id, tool.name, args))
        outputs[task_id] = tool.output
    return tasks


@st.composite
def stories(draw: st.DrawFn) -> Story:
    earlier = {n: draw(st.sampled_from([Result(n, f"turn {n}"), Result(n, failure=Failure("no", "TaskError"))]))
               for n in range(draw(st.integers(0, 2)))}  # fmt: skip
    tasks = draw(tasks_of_a_graph(len(earlier), earlier))
    types = dict.fromkeys(earlier, TOOLS["write"].output)
    models = st.lists(st.sampled_from(MODELS), unique=True, min_size=0 if draw(st.integers(0, 3)) == 0 else 1)
    assignments = {
        task.id: Assignment(task.id, tuple(Candidate(m, "") for m in draw(models)), (), "nothing does this")
        for task in tasks
    }
    runs = [(task_id, c.model_id) for task_id, row in assignments.items() for c in row.candidates]
    kinds = st.sampled_from(["", "", "", *ERRORS])
    failing = {run: kind for run in runs if (kind := draw(kinds))}
    pace = {run: draw(st.integers(0, 12)) for run in runs}
    arrival = tuple(draw(st.integers(0, 6)) for _ in tasks)
    return Story(TaskGraph(tasks, TOOLS, types), assignments, failing, pace, arrival, earlier)


def compute(task: str, values: Mapping[str, Value], model: str) -> Value:
    """What a model makes of its inputs: everything that went in can be read from what comes out."""
    inside = ";".join(f"{name}={values[name]!r}" for name in sorted(values))
    made = f"{model}:{task}({inside})"
    row: JsonValue = {"label": made}
    data: Value = [row]
    return made if TOOLS[task].output == "text" else data


@dataclass
class Recorder:
    """A worker that takes its time, fails when told to, and writes down what it saw."""

    story: Story
    running: int = 0
    log: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        self.log.append(("start", task.id))
        for _ in range(self.story.pace[task.id, card.id]):
            await asyncio.sleep(0)
        self.log.append(("end", task.id))
        kind = self.story.failing.get((task.id, card.id))
        if kind:
            raise ERRORS[kind](f"{card.id} failed with {kind}")
        return Output(compute(spec.name, inputs.values, card.id))


def one_after_another(story: Story) -> dict[int, Result]:
    """The oracle: the same story told by a plain loop."""
    results: dict[int, Result] = dict(story.earlier)
    for task in story.graph:
        results[task.id] = _oracle(task, story, results)
    return {task.id: results[task.id] for task in story.graph}


def _oracle(task: Task, story: Story, results: Mapping[int, Result]) -> Result:
    candidates = story.assignments[task.id].candidates
    if not candidates:
        return Result(task.id, failure=Failure("nothing does this", "NoModelError"))
    for need in sorted(task.needs):
        failure = results[need].failure
        if failure and need in story.earlier:
            return Result(task.id, failure=failure)
        if failure:
            cause = need if failure.cause is None else failure.cause
            return Result(task.id, failure=Failure(f"skipped, because task {cause} failed", "Skipped", cause))
    values = {name: resolved(arg, results) for name, arg in task.args.items()}
    attempts: list[str] = []
    failure = Failure("", "")
    for candidate in candidates:
        kind = story.failing.get((task.id, candidate.model_id))
        if not kind:
            made = compute(task.tool, values, candidate.model_id)
            return Result(task.id, made, None, candidate.model_id, attempts=tuple(attempts))
        message = f"{candidate.model_id} failed with {kind}"
        if kind == "bug":
            message = f"the tool broke (RuntimeError: {message}); try another input, and report it"
        failure = Failure(message, ERRORS[kind].__name__)
        attempts.append(f"{candidate.model_id}: {message}")
        if kind == "disk" or (task.tool == "act" and kind != "model"):
            break
    return Result(task.id, failure=failure, attempts=tuple(attempts))


def resolved(arg: object, results: Mapping[int, Result]) -> Any:
    """What stands in a slot, with the values of earlier tasks."""
    if not isinstance(arg, tuple):
        return results[arg.task_id].value if isinstance(arg, Ref) else arg
    parts = [resolved(part, results) for part in arg]
    if all(isinstance(part, str) for part in parts):
        return parts
    return "\n\n".join(Inputs("", {"part": part}).text("part") for part in parts)


async def tell(story: Story) -> tuple[dict[int, Result], list[Event], Recorder]:
    recorder, events = Recorder(story), list[Event]()

    async def planned() -> AsyncIterator[tuple[Task, Assignment]]:
        for task, turns in zip(story.graph, story.arrival, strict=True):
            for _ in range(turns):
                await asyncio.sleep(0)
            yield task, story.assignments[task.id]
        recorder.log.append(("planned", -1))

    context = Context(TOOLS, ArtifactFolder(Path("unused")), story.earlier, events.append)
    results = await Executor(recorder, REGISTRY).stream(planned(), context)
    return results, events, recorder


def without_seconds(results: Iterable[Result]) -> dict[int, Result]:
    return {result.task_id: replace(result, seconds=0.0) for result in results}


def places(log: list[tuple[str, int]], what: str, task_id: int) -> list[int]:
    return [place for place, entry in enumerate(log) if entry == (what, task_id)]


@settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_any_graph_in_any_finishing_order_ends_as_if_run_one_after_another(story: Story) -> None:
    results, events, recorder = asyncio.run(tell(story))

    assert without_seconds(results.values()) == one_after_another(story)
    assert without_seconds(e.result for e in events if isinstance(e, TaskFinished)) == one_after_another(story)
    assert len([e for e in events if isinstance(e, TaskFinished)]) == len(story.graph)
    started = len([e for e in events if isinstance(e, TaskStarted)])
    failed = len([e for e in events if isinstance(e, CandidateFailed)])
    assert started == failed + len([result for result in results.values() if result.ok])
    event(f"{sum(not result.ok for result in results.values())} of the tasks failed")
    _check_order(story, recorder.log)


def _check_order(story: Story, log: list[tuple[str, int]]) -> None:
    acted: dict[object, int] = {}
    for task in story.graph:
        starts = places(log, "start", task.id)
        for need in task.needs - story.earlier.keys():
            assert not starts or max(places(log, "end", need)) < starts[0], "started before its input existed"
        if task.tool == "act" and starts:
            assert log.index(("planned", -1)) < starts[0], "an effect before the plan was whole"
            assert acted.get(task.args["thing"], -1) < starts[0], "two effects on one thing out of order"
            acted[task.args["thing"]] = places(log, "end", task.id)[-1]


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.integers(0, 60))
def test_cancelling_at_any_moment_keeps_what_was_finished_and_starts_nothing_more(story: Story, turns: int) -> None:
    async def cancelled() -> tuple[dict[int, Result], Recorder, bool]:
        recorder = Recorder(story)
        context = Context(TOOLS, ArtifactFolder(Path("unused")), story.earlier)
        run = asyncio.create_task(Executor(recorder, REGISTRY).run(story.graph, story.assignments, context))
        for _ in range(turns):
            await asyncio.sleep(0)
        run.cancel()
        await asyncio.wait([run])
        length = len(recorder.log)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(recorder.log) == length, "something went on after the cancellation"
        assert len(asyncio.all_tasks()) == 1, "something is left behind"
        return dict(context.results), recorder, run.cancelled()

    kept, _, was_cancelled = asyncio.run(cancelled())
    told = one_after_another(story)
    assert without_seconds(kept.values()) == {task_id: told[task_id] for task_id in kept}
    assert was_cancelled or len(kept) == len(story.graph)
