"""How one task is tried: again where that helps, not where it is hopeless, and never on after it was given up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from jarvis.artifacts import ArtifactFolder
from jarvis.errors import ModelError, TaskError
from jarvis.execution.breaker import Breakers
from jarvis.execution.cached import CachedWorker
from jarvis.execution.durations import Durations
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.local import LocalWorker
from jarvis.execution.need import Need
from jarvis.execution.retry import Retry
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.slots import Slots
from jarvis.execution.worker import Output
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Candidate, CandidateFailed, Event, Result, TaskStarted, Value
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.registry import Registry
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.execution.cards import registry_of
from tests.jarvis.execution.virtual import virtually

TOOLS = builtin_tools()
REGISTRY = registry_of(("first", "second"), TOOLS)
CONTEXT = Context(TOOLS, ArtifactFolder(Path("unused")))


class BusyError(TaskError):
    """Of a server that is busy for a moment."""

    transient = True


def said(number: int = 1, models: tuple[str, ...] = ("first",)) -> tuple[TaskGraph, dict[int, Assignment]]:
    graph = TaskGraph([Task(n, "text-generation", {"prompt": "hello"}) for n in range(number)], TOOLS)
    return graph, {n: Assignment(n, tuple(Candidate(model, "") for model in models)) for n in range(number)}


def failing(times: int, error: Exception) -> Callable[[Inputs], Value]:
    """Fails so often, then answers."""
    left = [error] * times

    def work(inputs: Inputs) -> Value:
        if left:
            raise left.pop()
        return "said"

    return work


def run(work: Callable[[Inputs], Value], context: Context = CONTEXT) -> tuple[Result, list[str], float]:
    """The result of one task, what was told about it, and how many seconds the clock of the loop went on."""
    events: list[Event] = []

    async def timed() -> tuple[Result, float]:
        executor = Executor(FunctionWorker(work), REGISTRY)
        results = await executor.run(*said(), replace(context, emit=events.append, results={}))
        return results[0], asyncio.get_running_loop().time()

    result, seconds = virtually(timed())
    return result, [type(e).__name__ for e in events if isinstance(e, TaskStarted | CandidateFailed)], seconds


def test_what_passes_is_waited_for_and_tried_again_with_the_same_model() -> None:
    retry = Retry(times=2, first=1, jitter=lambda: 1)
    result, told, seconds = run(failing(2, BusyError("busy")), replace(CONTEXT, retry=retry))

    assert (result.value, result.attempts) == ("said", ("first: busy", "first: busy"))
    assert told == ["TaskStarted", "CandidateFailed"] * 2 + ["TaskStarted"]
    assert seconds == 3


def test_what_does_not_pass_is_not_tried_again() -> None:
    result, _, seconds = run(failing(1, TaskError("never")))

    assert result.failure
    assert (result.failure.message, result.attempts, seconds) == ("never", ("first: never",), 0)


def test_nobody_holds_slots_while_waiting_to_try_again() -> None:
    busy: list[str] = []

    def work(inputs: Inputs) -> Value:
        busy.append("tried")
        if len(busy) == 1:
            raise BusyError("busy")
        return "said"

    async def both() -> float:
        executor = Executor(FunctionWorker(work), REGISTRY, slots=Slots(1), need=lambda _: Need(cores=1))
        await executor.run(*said(2), replace(CONTEXT, retry=Retry(first=1, jitter=lambda: 1)))
        return asyncio.get_running_loop().time()

    assert (virtually(both()), len(busy)) == (1, 3)


def test_a_model_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    tried: list[str] = []

    def work(inputs: Inputs) -> Value:
        tried.append("first")
        raise BusyError("busy")

    async def many() -> list[Result]:
        breakers = Breakers(failures=3, seconds=60)
        executor = Executor(FunctionWorker(work), REGISTRY, breakers=breakers, slots=Slots(1), need=lambda _: Need(1))
        context = replace(CONTEXT, retry=Retry(times=0))
        return list((await executor.run(*said(5), context)).values())

    results = virtually(many())
    kinds = [result.failure and result.failure.kind for result in results]
    assert kinds == ["BusyError"] * 3 + ["BreakerOpenError"] * 2
    assert tried == ["first"] * 3


def test_a_candidate_that_no_card_describes_is_passed_over() -> None:
    async def once() -> Result:
        executor = Executor(FunctionWorker(lambda _: "said"), REGISTRY)
        return (await executor.run(*said(models=("unknown", "second")), CONTEXT))[0]

    result = virtually(once())
    assert (result.value, result.model) == ("said", "second")
    assert result.attempts == ("unknown: no model is called 'unknown'; `jarvis models list` shows all",)


def test_what_a_model_took_is_remembered_for_the_next_run() -> None:
    async def slow(inputs: Inputs) -> Value:
        await asyncio.sleep(7)
        return "said"

    async def once() -> Durations:
        durations = Durations()
        await Executor(FunctionWorker(slow), REGISTRY, durations=durations).run(*said(), CONTEXT)
        return durations

    assert virtually(once()).seconds(REGISTRY.get("first")) == 7


def test_two_heavy_models_never_run_at_once_where_one_fills_the_machine() -> None:
    inside: list[str] = []

    async def work(inputs: Inputs) -> Value:
        assert not inside
        inside.append("one")
        await asyncio.sleep(1)
        inside.pop()
        return "said"

    async def crowd() -> float:
        executor = Executor(
            FunctionWorker(work), REGISTRY, slots=Slots(2), need=lambda card: Need(cores=2, model=card.id)
        )
        graph, _ = said(4)
        models = ("first", "second", "first", "second")
        assignments = {n: Assignment(n, (Candidate(model, ""),)) for n, model in enumerate(models)}
        await executor.run(graph, assignments, CONTEXT)
        return asyncio.get_running_loop().time()

    assert virtually(crowd()) == 4


class Patient:
    """A handler that works until it is told to stop."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.stopped_after: list[float] = []
        self.told = 0.0

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        self.started.set()
        while not sink.cancelled:
            time.sleep(0.001)
        self.stopped_after.append(time.monotonic() - self.told)
        sink.check()
        return "late"


def test_a_handler_hears_within_200_ms_that_its_run_was_cancelled() -> None:
    handler = Patient()

    def load(card: ModelCard, options: RuntimeOptions) -> Handler:
        return handler

    async def cancelled() -> None:
        run = asyncio.create_task(Executor(LocalWorker(load=load), REGISTRY).run(*said(), CONTEXT))
        await asyncio.to_thread(handler.started.wait, 60)
        handler.told = time.monotonic()
        run.cancel()
        await asyncio.wait([run])
        for _ in range(1000):
            if handler.stopped_after:
                break
            await asyncio.sleep(0.005)

    asyncio.run(cancelled())
    assert handler.stopped_after
    assert handler.stopped_after[0] < 2  # 0.2 s on an idle machine; tests share theirs


def test_a_handler_hears_that_its_time_is_up() -> None:
    handler = Patient()

    def load(card: ModelCard, options: RuntimeOptions) -> Handler:
        return handler

    async def timed_out() -> Result:
        executor = Executor(LocalWorker(load=load), REGISTRY)
        result = (await executor.run(*said(), replace(CONTEXT, timeout=0.05)))[0]
        for _ in range(1000):
            if handler.stopped_after:
                break
            await asyncio.sleep(0.005)
        return result

    result = asyncio.run(timed_out())
    assert result.failure
    assert result.failure.kind == "TaskTimeoutError"
    assert handler.stopped_after


def test_a_model_that_cannot_be_loaded_is_not_tried_twice() -> None:
    result, told, _ = run(failing(1, ModelError("not installed")))

    assert result.failure
    assert (result.failure.kind, told) == ("ModelError", ["TaskStarted", "CandidateFailed"])


def test_what_the_cache_knows_waits_for_no_slots(tmp_path: Path) -> None:
    cached = CachedWorker(FunctionWorker(lambda inputs: inputs.text("prompt")), tmp_path / "cache")
    file = WeightFile(role="model", package="p", version="1", path="p/m", sha256="aa", bytes=1)
    registry = Registry([REGISTRY.get("first").model_copy(update={"files": (file,)})])

    async def twice() -> list[Result]:
        slots = Slots(1)
        executor = Executor(cached, registry, slots=slots, recall=cached.recall)
        first = await executor.run(*said(), replace(CONTEXT, results={}))
        await slots.ask(Need(cores=1), 0.0).granted()  # Nobody else gets any from now on.
        again = await asyncio.wait_for(executor.run(*said(), replace(CONTEXT, results={})), 60)
        return [first[0], again[0]]

    results = asyncio.run(twice())
    cached.close()
    assert [(result.value, result.cached) for result in results] == [("hello", False), ("hello", True)]


def test_models_of_tasks_that_wait_for_one_that_runs_are_prepared_and_none_behind_a_known_result() -> None:
    told: list[str] = []

    async def recall(spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output | None:
        return Output("known") if inputs.text("prompt") == "known" else None

    def work(inputs: Inputs) -> Value:
        assert told == ["second"]
        return "said"

    def pair(prompt: str) -> tuple[TaskGraph, dict[int, Assignment]]:
        tasks = [Task(n, "text-generation", {"prompt": Ref(0) if n else prompt}) for n in range(3)]
        models = ("first", "second", "second")
        return TaskGraph(tasks, TOOLS), {n: Assignment(n, (Candidate(models[n], ""),)) for n in range(3)}

    async def run() -> None:
        executor = Executor(
            FunctionWorker(work),
            REGISTRY,
            recall=recall,
            prepare=lambda card: told.append(card.id),
            need=lambda _: Need(1),
        )
        await executor.run(*pair("known"), CONTEXT)
        assert told == []
        await executor.run(*pair("new"), replace(CONTEXT, results={}))

    virtually(run())
    assert told == ["second"]
