"""The executor: every task starts the moment its inputs and its slots are there, also while others are planned."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from heapq import heapify, heappop, heappush

from jarvis.errors import JarvisError, ModelError, PlanError
from jarvis.execution.attempts import Attempts, Prepare, Ready, Recall, Shared, failure_of
from jarvis.execution.breaker import Breakers
from jarvis.execution.context import Approve, Context, ignore, refuse
from jarvis.execution.dataflow import Bound, as_it_is, bind_literals, digest, resolve, runs
from jarvis.execution.durations import UNKNOWN_SECONDS, Durations
from jarvis.execution.need import Need, need_of
from jarvis.execution.priority import rank
from jarvis.execution.slots import Slots
from jarvis.execution.threads import Lane
from jarvis.execution.worker import Worker
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Failure, Result, TaskFinished, Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect, ToolSpec

__all__ = ["Approve", "Context", "Executor", "ignore", "refuse"]

_log = logging.getLogger(__name__)

_REPLANNED_NEVER = frozenset({"Skipped", "NotApproved", "BudgetError", "InputError", "PlanError"})
"""Failures that another plan would not change."""


class Executor:
    """The third stage: tasks and their candidates in, a Result for every task out."""

    def __init__(
        self,
        worker: Worker,
        registry: Registry,
        *,
        slots: Slots | None = None,
        durations: Durations | None = None,
        breakers: Breakers | None = None,
        need: Callable[[ModelCard], Need] = need_of,
        recall: Recall | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        """All runs share the slots (by default the cores of this machine), the durations and the circuit breakers.

        `need` says what one run of a model takes of the slots; `recall` (`CachedWorker.recall`) is asked first.
        `prepare` is told of the models of tasks that wait for one that runs.
        """
        slots, durations, breakers = slots or Slots(), durations or Durations(), breakers or Breakers()
        self._shared = Shared(worker, registry, slots, durations, breakers, need, recall, prepare)

    @property
    def worker(self) -> Worker:
        """What runs the tasks."""
        return self._shared.worker

    @property
    def registry(self) -> Registry:
        """Where the models of candidates are found."""
        return self._shared.registry

    async def run(self, graph: TaskGraph, assignments: Mapping[int, Assignment], context: Context) -> dict[int, Result]:
        """Runs a whole graph; see `stream`."""
        return await self.stream(_in_order(graph, assignments), context)

    async def stream(self, plan: AsyncIterable[tuple[Task, Assignment]], context: Context) -> dict[int, Result]:
        """Runs tasks while they arrive; gives the Result of every task by id.

        Those with the longest way before them get slots first. A task that fails skips those that need its output and
        nothing else; once everything has ended, `context.replan` may add tasks. A task with an effect waits until the
        plan is complete; effects on the same thing happen in the order of the plan. When `plan` raises, running tasks
        end, effects are not done, and the error is raised. Cancelling leaves what was finished in `context.results`.

        Raises:
            PlanError: a task refers to one that did not come before it.
        """
        group = asyncio.TaskGroup()
        run = _Run(self._shared, context, group)
        try:
            async with group:
                await run.take(plan)
                await run.replan()
        except BaseExceptionGroup as bugs:
            raise (bugs.exceptions[0] if len(bugs.exceptions) == 1 else bugs) from None
        finally:
            run.close()
        if run.error:
            raise run.error
        return run.results()


async def _in_order(graph: TaskGraph, assignments: Mapping[int, Assignment]) -> AsyncIterator[tuple[Task, Assignment]]:
    """The tasks of a graph, each after those that it needs, else as they were planned."""
    tasks = list(graph)
    places = {task.id: place for place, task in enumerate(tasks)}
    dependants: list[list[int]] = [[] for _ in tasks]
    missing = [0] * len(tasks)
    for place, task in enumerate(tasks):
        for need in task.needs:
            if need in places:
                dependants[places[need]].append(place)
                missing[place] += 1
    ready = [place for place, count in enumerate(missing) if not count]
    heapify(ready)
    while ready:
        place = heappop(ready)
        for dependant in dependants[place]:
            missing[dependant] -= 1
            if not missing[dependant]:
                heappush(ready, dependant)
        yield tasks[place], assignments[tasks[place].id]


@dataclass(eq=False, slots=True)
class _Planned:
    """A task of the plan on its way."""

    task: Task
    tool: ToolSpec
    assignment: Assignment
    bound: Bound | Failure
    needs: frozenset[int]
    seconds: float
    """How long it probably takes."""
    before: asyncio.Future[None] | None
    """Done when the last earlier task has ended that acts on the same thing; None when there is none."""
    ended: asyncio.Future[None] | None
    """Done when this one has ended; only for tasks with an effect."""
    remaining: float = 0.0
    missing: int = 0
    """How many of its needs have no result yet."""
    running: bool = False
    """Whether a worker has it, or had it."""
    dependants: list[_Planned] = field(default_factory=list["_Planned"])


class _Run:
    """One run of an executor. Every task starts when the last of its needs ends: nobody looks whether it may."""

    def __init__(self, shared: Shared, context: Context, group: asyncio.TaskGroup) -> None:
        self.context = context
        self.error: Exception | None = None
        """What the plan ended with, when it broke off."""
        self._shared = shared
        self._group = group
        self._loop = asyncio.get_running_loop()
        self._attempts = Attempts(shared, context)
        self._began = self._loop.time()
        self._lane = Lane()
        self._whole = asyncio.Event()
        """Set when the plan has no more tasks."""
        self._broken = False
        self._idle = asyncio.Event()
        self._tasks: dict[int, _Planned] = {}
        self._unfinished: dict[int, _Planned] = {}
        self._ranked = True
        self._ranking = False
        self._writing: set[asyncio.Task[None]] = set()
        """Tasks whose result is on its way to the journal."""
        self._prepared: set[str] = set()
        """Models that were told to be needed soon."""
        self._last_effect: dict[tuple[str, ...], asyncio.Future[None]] = {}

    async def take(self, plan: AsyncIterable[tuple[Task, Assignment]]) -> None:
        """Starts the tasks of a plan as they arrive."""
        try:
            async for task, assignment in plan:
                needs = task.needs
                self._check(task, needs)
                await self.context.log.planned(task, assignment)
                self._add(task, needs, assignment, await self._bind(task))
            await self.context.log.complete()
        except Exception as error:  # noqa: BLE001 - raised again when the tasks that were planned before have ended
            self.error, self._broken = error, True
        self._whole.set()

    async def replan(self) -> None:
        """Takes further tasks when some have failed and someone knows what to do about it. Results stay as they are."""
        if self.context.replan is None or self._broken:
            return
        if self._unfinished:
            await self._idle.wait()
        results = self.results()
        if not any(result.failure and result.failure.kind not in _REPLANNED_NEVER for result in results.values()):
            return
        self._whole.clear()
        await self.take(self.context.replan(results))
        if isinstance(self.error, JarvisError):  # What was done before is worth more than another plan.
            _log.warning("there is no other plan after a failure: %s", self.error)
            self.error = None

    def close(self) -> None:
        """Ends the thread that looked for files."""
        self._lane.end()

    def results(self) -> dict[int, Result]:
        """The Results of this run, in the order of the plan."""
        return {task_id: self.context.results[task_id] for task_id in self._tasks}

    def _check(self, task: Task, needs: frozenset[int]) -> None:
        unknown = [need for need in needs if need not in self._tasks and need not in self.context.given]
        if unknown or task.id in self._tasks or task.tool not in self.context.tools:
            wrong = (
                f"needs the output of task {min(unknown)}" if unknown else f"({task.tool}) is there twice or unknown"
            )
            raise PlanError(f"task {task.id} {wrong}, which no earlier task gives; plan again", task_id=task.id)

    async def _bind(self, task: Task) -> Bound | Failure:
        tool = self.context.tools[task.tool]
        try:
            if self.context.bind is as_it_is or not any(isinstance(value, str) for _, value in task.values()):
                return bind_literals(task, tool, as_it_is)
            return await self._lane.run(partial(bind_literals, task, tool, self.context.bind))
        except JarvisError as error:
            return failure_of(error)

    def _add(self, task: Task, needs: frozenset[int], assignment: Assignment, bound: Bound | Failure) -> None:
        tool = self.context.tools[task.tool]
        before, ended = self._effect_before(task, tool)
        planned = _Planned(task, tool, assignment, bound, needs, self._seconds(assignment), before, ended)
        for need in planned.needs:
            source = self._unfinished.get(need)
            if source:
                source.dependants.append(planned)
                planned.missing += 1
        planned.remaining = planned.seconds
        self._tasks[task.id] = self._unfinished[task.id] = planned
        self._idle.clear()
        if planned.missing:
            self._lengthened()
            if any(need in self._unfinished and self._unfinished[need].running for need in needs):
                self._prepare(planned)
        else:
            self._start(planned)

    def _lengthened(self) -> None:
        """Notes that the way after some tasks has become longer; looked at when it matters, and once for many tasks."""
        self._ranked = False
        if self._attempts.crowded and not self._ranking:
            self._ranking = True
            self._loop.call_soon(self._rank_again)

    def _seconds(self, assignment: Assignment) -> float:
        if not assignment.candidates:
            return 0.0
        try:
            return self._shared.durations.seconds(self._shared.registry.get(assignment.candidates[0].model_id))
        except ModelError:
            return UNKNOWN_SECONDS

    def _begins(self, planned: _Planned) -> None:
        """A task is done now, and not taken from the cache; those that wait for it will not be there either."""
        planned.running = True
        for dependant in planned.dependants:
            self._prepare(dependant)

    def _prepare(self, planned: _Planned) -> None:
        """Has the model of a task that waits loaded meanwhile, once."""
        prepare, candidates = self._shared.prepare, planned.assignment.candidates
        if prepare is None or not candidates or candidates[0].model_id in self._prepared:
            return
        self._prepared.add(candidates[0].model_id)
        with suppress(ModelError):  # It is not in the registry; the task says so when it is due.
            prepare(self._shared.registry.get(candidates[0].model_id))

    def _rank_again(self) -> None:
        self._ranking = False
        self._rank()
        self._attempts.urge()

    def _rank(self) -> None:
        if not self._ranked:
            rank(list(self._unfinished.values()))
            self._ranked = True

    def _urgency(self, planned: _Planned) -> float:
        """Lower for a longer way to the end of the plan; the tasks of older runs catch up with those of newer ones."""
        self._rank()
        return self._began - planned.remaining

    def _effect_before(
        self, task: Task, tool: ToolSpec
    ) -> tuple[asyncio.Future[None] | None, asyncio.Future[None] | None]:
        """When the last task before this one that acts on the same thing has ended, and when this one has."""
        if tool.effect is Effect.NONE:
            return None, None
        names = [task.literal(slot.name) or "" for slot in tool.slots if slot.type == "name" and slot.name != "action"]
        thing = (task.tool, *(name.casefold() for name in names))
        before = self._last_effect.get(thing)
        ended = self._last_effect[thing] = self._loop.create_future()
        return before, ended

    def _start(self, planned: _Planned) -> None:
        self._group.create_task(self._one(planned), name=f"{planned.task.id} {planned.task.tool}")

    async def _one(self, planned: _Planned) -> None:
        task_id, effect = planned.task.id, planned.ended is not None
        known = self.context.log.known(task_id)
        result = self.context.results[task_id] = known or await self._result(planned)
        if effect and known is None:
            await self.context.log.finished(result)
        self._release(planned)
        self.context.emit(TaskFinished(result))
        if known is None and not effect:
            await self._write(result)

    async def _write(self, result: Result) -> None:
        """Writes the result of a task without an effect, while what it made ready begins: a slot is free right now."""
        here = asyncio.current_task()
        assert here
        self._writing.add(here)
        try:
            await self.context.log.finished(result)
        finally:
            self._writing.discard(here)

    def _release(self, planned: _Planned) -> None:
        """Starts what waited for this task alone."""
        del self._unfinished[planned.task.id]
        if planned.ended:
            planned.ended.set_result(None)
        for dependant in planned.dependants:
            dependant.missing -= 1
            if not dependant.missing:
                self._start(dependant)
        if not self._unfinished:
            self._idle.set()

    async def _result(self, planned: _Planned) -> Result:
        task, tool = planned.task, planned.tool
        if isinstance(planned.bound, Failure):
            return Result(task.id, failure=planned.bound)
        if not planned.assignment.candidates:
            advice = f"no model for {tool.name} is registered; `jarvis models list` shows all"
            return Result(task.id, failure=Failure(planned.assignment.advice or advice, "NoModelError"))
        needed = {need: self._finished(need) for need in sorted(planned.needs)}
        failed = next((result for result in needed.values() if result.failure), None)
        if failed and failed.failure:
            earlier = failed.task_id not in self._tasks  # the user cannot see its number; its failure says it all
            return Result(task.id, failure=failed.failure if earlier else _skipped(failed.task_id, failed.failure))
        values = resolve(task, tool, planned.bound, {need: result.value for need, result in needed.items()})
        values |= {name: about for name in tool.context if (about := self.context.about.get(name))}
        barred = _wrong_choice(tool, values)
        if barred is None and tool.effect is not Effect.NONE:
            barred = await self._barred(planned)
        if barred:
            return Result(task.id, failure=barred)
        digests = tuple([digest(value) for value in values.values()])
        told = partial(self._urgency, planned), partial(self._begins, planned)
        ready = Ready(task, tool, list(runs(tool, values)), digests, *told)
        return await self._attempts.result(ready, planned.assignment.candidates)

    def _finished(self, task_id: int) -> Result:
        return self.context.results[task_id] if task_id in self._tasks else self.context.given[task_id]

    async def _barred(self, planned: _Planned) -> Failure | None:
        """Why a task with an effect may not run; waits until that is known."""
        task, tool = planned.task, planned.tool
        if isinstance(task.args.get("action"), Ref):
            # What a tool read somewhere is data: it must not decide what happens in the world.
            return Failure(f"the action of {tool.name} must stand in the request itself; say what to do", "NotApproved")
        await self._whole.wait()
        if self.context.release is not None:
            await self.context.release.wait()
        if self._broken:
            return Failure("the plan broke off, so nothing with an effect was done; ask again", "PlanError")
        if planned.before:
            await asyncio.shield(planned.before)
        if self._writing:  # Among them may be a result that this effect comes from.
            await asyncio.wait(list(self._writing))
        return await self._unapproved(task, tool)

    async def _unapproved(self, task: Task, tool: ToolSpec) -> Failure | None:
        action = task.literal("action")
        unsettled = self.context.log.unsettled(task.id)
        if not unsettled and tool.effect_of(action) is not Effect.IRREVERSIBLE:
            return None
        approved = await self.context.approve(task)
        if approved is True:
            return None
        what = repr(action or tool.name)
        if approved:
            message = approved
        elif unsettled:
            message = (
                f"{what} may have been done before the run broke off, so it was not done again; look whether it was"
            )
        else:
            message = f"{what} cannot be taken back and was not approved; approve it to have it done"
        return Failure(message, "NotApproved")


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
