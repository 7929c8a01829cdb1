"""The executor: every task starts the moment its inputs exist, also while others are still being planned."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import JarvisError, ModelError, PlanError, StorageError, TaskTimeoutError
from jarvis.execution.dataflow import Bind, Bound, as_it_is, bind_literals, combine, digest, resolve, runs
from jarvis.execution.threads import in_thread
from jarvis.execution.worker import Output, Worker
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import (
    Assignment,
    Candidate,
    CandidateFailed,
    Event,
    Failure,
    Result,
    TaskFinished,
    TaskStarted,
    Value,
)
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.handler import Sink

_log = logging.getLogger(__name__)

Approve = Callable[[Task], Awaitable[bool]]
"""Asked before a task that cannot be taken back."""


async def refuse(task: Task) -> bool:
    """Approves nothing."""
    return False


def ignore(event: Event) -> None:
    """Listens to nothing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What one run is given."""

    tools: Mapping[str, ToolSpec]
    folder: ArtifactFolder
    """Where artifacts go."""
    given: Mapping[int, Result] = field(default_factory=dict[int, Result])
    """Results of earlier turns that tasks may refer to; the failure of one is told for those that need it."""
    emit: Callable[[Event], None] = ignore
    approve: Approve = refuse
    bind: Bind = as_it_is
    """Called in the order of the plan, in a thread."""
    timeout: float | None = 120.0
    """Seconds for one run of a model, waiting for a free core included; None for no limit."""
    results: dict[int, Result] = field(default_factory=dict[int, Result])
    """Filled as tasks end; after a cancellation it holds what was finished."""


class Executor:
    """The third stage: tasks and their candidates in, a Result for every task out."""

    def __init__(self, worker: Worker, registry: Registry) -> None:
        self.worker = worker
        self.registry = registry

    async def run(self, graph: TaskGraph, assignments: Mapping[int, Assignment], context: Context) -> dict[int, Result]:
        """Runs a whole graph; see `stream`."""
        return await self.stream(_in_order(graph, assignments), context)

    async def stream(self, plan: AsyncIterable[tuple[Task, Assignment]], context: Context) -> dict[int, Result]:
        """Runs tasks while they arrive; gives the Result of every task by id.

        A task that fails skips those that need its output and nothing else. A task with an effect waits until the plan
        is complete; effects on the same thing happen in the order of the plan. When `plan` raises, running tasks end,
        effects are not done, and the error is raised. Cancelling leaves what was finished in `context.results`.

        Raises:
            PlanError: a task refers to one that did not come before it.
        """
        run = _Run(self.worker, self.registry, context)
        try:
            async with asyncio.TaskGroup() as group:
                await run.take(plan, group)
        except BaseExceptionGroup as bugs:
            raise (bugs.exceptions[0] if len(bugs.exceptions) == 1 else bugs) from None
        if run.broken:
            raise run.broken
        return run.results()


async def _in_order(graph: TaskGraph, assignments: Mapping[int, Assignment]) -> AsyncIterator[tuple[Task, Assignment]]:
    """The tasks of a graph, each after those that it needs, else as they were planned."""
    done: set[int] = set()
    waiting = list(graph)
    while waiting:
        ready = next(task for task in waiting if not (task.needs - done - graph.given.keys()))
        waiting.remove(ready)
        done.add(ready.id)
        yield ready, assignments[ready.id]


class _Run:
    """One run of an executor. Each task waits for the futures of those that it needs: no loop, no polling."""

    def __init__(self, worker: Worker, registry: Registry, context: Context) -> None:
        self.worker = worker
        self.registry = registry
        self.context = context
        self.broken: Exception | None = None
        """What the plan ended with, when it broke off."""
        self._planned = asyncio.Event()
        self._done: dict[int, asyncio.Future[Result]] = {}
        self._last_effect: dict[tuple[str, ...], asyncio.Future[Result]] = {}

    async def take(self, plan: AsyncIterable[tuple[Task, Assignment]], group: asyncio.TaskGroup) -> None:
        """Starts the tasks of a plan as they arrive."""
        try:
            async for task, assignment in plan:
                self._check(task)
                bound = await self._bind(task)
                self._done[task.id] = asyncio.get_running_loop().create_future()
                turn = self._effect_before(task)
                group.create_task(self._one(task, assignment, bound, turn), name=f"{task.id} {task.tool}")
        except Exception as error:  # noqa: BLE001 - raised again when the tasks that were planned before have ended
            self.broken = error
        self._planned.set()

    def results(self) -> dict[int, Result]:
        """The Results of this run, in the order of the plan."""
        return {task_id: self.context.results[task_id] for task_id in self._done}

    def _check(self, task: Task) -> None:
        unknown = task.needs - self._done.keys() - self.context.given.keys()
        if unknown or task.id in self._done or task.tool not in self.context.tools:
            wrong = (
                f"needs the output of task {min(unknown)}" if unknown else f"({task.tool}) is there twice or unknown"
            )
            raise PlanError(f"task {task.id} {wrong}, which no earlier task gives; plan again", task_id=task.id)

    async def _bind(self, task: Task) -> Bound | Failure:
        tool = self.context.tools[task.tool]
        try:
            if self.context.bind is as_it_is:
                return bind_literals(task, tool, as_it_is)
            return await in_thread(partial(bind_literals, task, tool, self.context.bind))
        except JarvisError as error:
            return _failure(error)

    def _effect_before(self, task: Task) -> asyncio.Future[Result] | None:
        """The last task before this one that acts on the same thing."""
        tool = self.context.tools[task.tool]
        if tool.effect is Effect.NONE:
            return None
        names = [task.literal(slot.name) or "" for slot in tool.slots if slot.type == "name" and slot.name != "action"]
        thing = (task.tool, *(name.casefold() for name in names))
        before = self._last_effect.get(thing)
        self._last_effect[thing] = self._done[task.id]
        return before

    async def _one(
        self, task: Task, assignment: Assignment, bound: Bound | Failure, turn: asyncio.Future[Result] | None
    ) -> None:
        result = await self._result(task, assignment, bound, turn)
        self.context.results[task.id] = result
        self._done[task.id].set_result(result)
        self.context.emit(TaskFinished(result))

    async def _result(
        self, task: Task, assignment: Assignment, bound: Bound | Failure, turn: asyncio.Future[Result] | None
    ) -> Result:
        if isinstance(bound, Failure):
            return Result(task.id, failure=bound)
        if not assignment.candidates:
            message = assignment.advice or f"no model for {task.tool} is registered; `jarvis models list` shows all"
            return Result(task.id, failure=Failure(message, "NoModelError"))
        needed = {need: await self._finished(need) for need in sorted(task.needs)}
        failed = next((result for result in needed.values() if result.failure), None)
        if failed and failed.failure:
            earlier = failed.task_id not in self._done  # the user cannot see its number; its failure says it all
            return Result(task.id, failure=failed.failure if earlier else _skipped(failed.task_id, failed.failure))
        tool = self.context.tools[task.tool]
        values = resolve(task, tool, bound, {need: result.value for need, result in needed.items()})
        barred = await self._barred(task, tool, values, turn)
        if barred:
            return Result(task.id, failure=barred)
        return await self._tried(task, tool, assignment.candidates, values)

    async def _finished(self, task_id: int) -> Result:
        if task_id in self._done:
            return await asyncio.shield(self._done[task_id])
        return self.context.given[task_id]

    async def _barred(
        self, task: Task, tool: ToolSpec, values: Mapping[str, Value], turn: asyncio.Future[Result] | None
    ) -> Failure | None:
        """Why a task may not run, once it is known; waits until a task with an effect may."""
        wrong = _wrong_choice(tool, values)
        if wrong or tool.effect is Effect.NONE:
            return wrong
        if isinstance(task.args.get("action"), Ref):
            # What a tool read somewhere is data: it must not decide what happens in the world.
            return Failure(f"the action of {tool.name} must stand in the request itself; say what to do", "NotApproved")
        await self._planned.wait()
        if self.broken:
            return Failure("the plan broke off, so nothing with an effect was done; ask again", "PlanError")
        if turn:
            await asyncio.shield(turn)
        action = task.literal("action")
        if tool.effect_of(action) is Effect.IRREVERSIBLE and not await self.context.approve(task):
            what = action or tool.name
            return Failure(
                f"{what!r} cannot be taken back and was not approved; approve it to have it done", "NotApproved"
            )
        return None

    async def _tried(
        self, task: Task, tool: ToolSpec, candidates: tuple[Candidate, ...], values: Mapping[str, Value]
    ) -> Result:
        """Tries the candidates in order until one gives a value, or until another would not help."""
        attempts: list[str] = []
        failure = Failure("", "")
        for candidate in candidates:
            self.context.emit(TaskStarted(task.id, candidate.model_id))
            start = time.perf_counter()
            outcome = await self._attempt(task, tool, candidate.model_id, values)
            seconds = time.perf_counter() - start
            if isinstance(outcome, Output):
                return Result(
                    task.id, outcome.value, None, candidate.model_id, seconds, outcome.cached, tuple(attempts)
                )
            failure, error = outcome
            self.context.emit(CandidateFailed(task.id, candidate.model_id, failure.message))
            attempts.append(f"{candidate.model_id}: {failure.message}")
            if isinstance(error, StorageError):
                break  # Another model would have to write to the same place.
            if tool.effect is not Effect.NONE and not isinstance(error, ModelError):
                break  # It may have been done; doing it again with another model could do it twice.
        return Result(task.id, failure=failure, attempts=tuple(attempts))

    async def _attempt(
        self, task: Task, tool: ToolSpec, model_id: str, values: Mapping[str, Value]
    ) -> Output | tuple[Failure, BaseException]:
        """The worker's edge: whatever goes wrong behind it is a Failure of this task."""
        made = Provenance(task.id, task.tool, model_id, tuple(digest(value) for value in values.values()))
        try:
            card = self.registry.get(model_id)
            sink = Sink(self.context.folder, made)
            works = [partial(self.worker.run, task, tool, card, inputs, sink) for inputs in runs(tool, values)]
            outputs = [await self._limited(tool, work) for work in works]
        except asyncio.CancelledError as error:
            current = asyncio.current_task()
            if current and current.cancelling():
                raise
            return Failure(f"{model_id} gave up by itself; ask again", "TaskError"), error
        except Exception as error:  # noqa: BLE001 - the worker's edge
            return _failure(error), error
        return Output(combine([output.value for output in outputs]), all(output.cached for output in outputs))

    async def _limited(self, tool: ToolSpec, work: Callable[[], Awaitable[Output]]) -> Output:
        clock = asyncio.timeout(self.context.timeout)
        try:
            async with clock:
                return await work()
        except TimeoutError as error:
            if not clock.expired():
                raise
            message = f"{tool.name} took longer than {self.context.timeout:g} s; give it more time or a smaller input"
            raise TaskTimeoutError(message) from error


def _failure(error: Exception) -> Failure:
    kind = type(error).__name__
    if isinstance(error, JarvisError):
        return Failure(str(error), kind)
    _log.error("a tool failed in a way that it should not", exc_info=error)
    return Failure(f"the tool broke ({kind}: {error}); try another input, and report it", kind)


def _skipped(task_id: int, failure: Failure) -> Failure:
    cause = task_id if failure.cause is None else failure.cause
    return Failure(f"skipped, because task {cause} failed", "Skipped", cause)


def _wrong_choice(tool: ToolSpec, values: Mapping[str, Value]) -> Failure | None:
    """Literals were checked with the graph; this is for what came out of another task."""
    for slot in tool.slots:
        value = values.get(slot.name)
        if slot.choices and value is not None and value not in slot.choices:
            message = f"{tool.name} cannot take {value!r} for {slot.name}; it can be {', '.join(slot.choices)}"
            return Failure(message, "TaskError")
    return None
