"""How a task that is ready is tried: model after model, within slots, time and budget, and again where that helps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from jarvis.artifacts import Provenance
from jarvis.errors import JarvisError, ModelError, StorageError, TaskError, TaskTimeoutError
from jarvis.execution.breaker import BreakerOpenError, Breakers
from jarvis.execution.budget import BudgetError, Spending
from jarvis.execution.context import Context
from jarvis.execution.dataflow import combine
from jarvis.execution.durations import Durations
from jarvis.execution.need import Need, batch_of
from jarvis.execution.outputs import checked
from jarvis.execution.slots import Slots, Turn
from jarvis.execution.worker import BatchWorker, Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Candidate, CandidateFailed, Failure, Result, TaskStarted, Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.handler import Inputs, Sink, Stop

_log = logging.getLogger(__name__)

T = TypeVar("T")


Recall = Callable[[ToolSpec, ModelCard, Inputs, Sink], Awaitable[Output | None]]
"""What was made of these inputs before, if that is known: it needs no slots."""
Prepare = Callable[[ModelCard], object]
"""Told of a model that will be needed soon; it may be loaded meanwhile."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all runs of an executor share."""

    worker: Worker
    registry: Registry
    slots: Slots
    durations: Durations
    breakers: Breakers
    need: Callable[[ModelCard], Need]
    recall: Recall | None = None
    prepare: Prepare | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A task whose inputs are there and that may start."""

    task: Task
    tool: ToolSpec
    inputs: Sequence[Inputs]
    """One for each run of the handler."""
    digests: tuple[str, ...]
    """SHA-256 of the values that went in."""
    urgency: Callable[[], float]
    """The lower, the earlier it gets slots; it changes while the plan grows."""
    begins: Callable[[], object]
    """Called when a worker gets it: what it will give was not known before."""


@dataclass(eq=False, slots=True)
class _Try:
    """One try of a task with one model."""

    ready: Ready
    card: ModelCard
    began: float | None = None
    """When a worker got it; None before."""
    entered: bool = False
    """Whether it went through the model's circuit breaker."""
    outcome: asyncio.Future[Output | Exception] | None = None
    """What came of it, for one in a batch."""


@dataclass(eq=False, slots=True)
class _Batch:
    """Tries of one model that wait for its slots together."""

    room: int
    tries: list[_Try] = field(default_factory=list[_Try])
    turn: Turn | None = None

    @property
    def size(self) -> int:
        return sum(len(each.ready.inputs) for each in self.tries)

    def urgency(self) -> float:
        return min(each.ready.urgency() for each in self.tries)


class Attempts:
    """All tries of one run."""

    def __init__(self, shared: Shared, context: Context) -> None:
        self.shared = shared
        self.context = context
        self._now = asyncio.get_running_loop().time
        self._spending = Spending(context.budget, self._now())
        self._waiting: dict[Turn, Callable[[], float]] = {}
        self._batches: dict[tuple[str, str], _Batch] = {}
        self._together_can = isinstance(shared.worker, BatchWorker)

    @property
    def crowded(self) -> bool:
        """Whether a try waits for slots, so that it matters which one comes first."""
        return bool(self._waiting)

    def urge(self) -> None:
        """Puts those that wait for slots in order again, after their urgency has changed."""
        for turn, urgency in list(self._waiting.items()):
            self.shared.slots.urge(turn, urgency())

    async def result(self, ready: Ready, candidates: Sequence[Candidate]) -> Result:
        """Tries the candidates in order until one gives a value, or until another would not help."""
        task_id = ready.task.id
        failed: list[str] = []
        failure = Failure("", "")
        for candidate in candidates:
            outcome, seconds = await self._with_model(ready, candidate.model_id, failed)
            if isinstance(outcome, Output):
                cached = outcome.cached
                return Result(task_id, outcome.value, None, candidate.model_id, seconds, cached, tuple(failed))
            failure, error = outcome
            if _final(error, ready.tool):
                break
        return Result(task_id, failure=failure, attempts=tuple(failed))

    async def _with_model(
        self, ready: Ready, model_id: str, failed: list[str]
    ) -> tuple[Output | tuple[Failure, Exception], float]:
        """Tries one model, again while that is safe and may help; gives the last outcome and its seconds."""
        tried = 0
        while True:
            outcome, seconds = await self._once(ready, model_id)
            if isinstance(outcome, Output):
                return outcome, seconds or 0.0
            failure = failure_of(outcome)
            failed.append(f"{model_id}: {failure.message}")
            if seconds is not None:
                self.context.emit(CandidateFailed(ready.task.id, model_id, failure.message, failure.kind, seconds))
            wait = self.context.retry.wait(tried, outcome) if ready.tool.effect is Effect.NONE else None
            if wait is None:
                return (failure, outcome), 0.0
            tried += 1
            await asyncio.sleep(wait)

    async def _once(self, ready: Ready, model_id: str) -> tuple[Output | Exception, float | None]:
        """One try, and how long the worker had it: None when it never got it."""
        try:
            attempt = _Try(ready, self.shared.registry.get(model_id))
        except ModelError as error:
            return error, None
        failure: Exception | None = None
        ended = False
        try:
            outcome = await self._tried(attempt)
            failure = outcome if isinstance(outcome, Exception) else None
            ended = attempt.began is not None
        finally:
            if attempt.entered:
                self.shared.breakers.leave(attempt.card, failure, ended=ended)
        return outcome, None if attempt.began is None else self._now() - attempt.began

    async def _tried(self, attempt: _Try) -> Output | Exception:
        room = batch_of(attempt.card)
        if room > 1 and self._together_can and attempt.ready.tool.effect is Effect.NONE:
            return await self._recalled(attempt) or await self._together(attempt, room)
        need = self.shared.need(attempt.card)
        if need.is_nothing:
            return await self._begin(attempt) or await self._alone(attempt)
        turn = self.shared.slots.ask(need, attempt.ready.urgency())
        try:  # It queues before the cache is asked: later, a slot that was just given back may be another's.
            known = await self._recalled(attempt)
            if known:
                return known
            await self._granted(turn, attempt.ready.urgency)
            return await self._begin(attempt) or await self._alone(attempt)
        finally:
            self.shared.slots.leave(turn)

    async def _recalled(self, attempt: _Try) -> Output | Exception | None:
        """What a cache knows, all runs of the task together."""
        ready, card = attempt.ready, attempt.card
        if self.shared.recall is None or ready.tool.effect is not Effect.NONE or self.shared.need(card).is_nothing:
            return None
        sink = self._sink(attempt, Stop())
        known: list[Value] = []
        try:
            for inputs in ready.inputs:
                output = await self.shared.recall(ready.tool, card, inputs, sink)
                if output is None:
                    return None
                known.append(output.value)
        except StorageError as error:
            return error
        self._tell(attempt)
        return Output(combine(known), cached=True)

    async def _granted(self, turn: Turn, urgency: Callable[[], float]) -> None:
        self._waiting[turn] = urgency
        try:
            await turn.granted()
        finally:
            del self._waiting[turn]

    async def _begin(self, attempt: _Try) -> Exception | None:
        """Takes a try through its circuit breaker and from the budget, and tells that it starts, or what forbids it."""
        ready, card = attempt.ready, attempt.card
        calls = len(ready.inputs)
        try:
            self.shared.breakers.enter(card)
            attempt.entered = True
            self._spending.spend(card, calls, self.shared.durations.seconds(card) * calls, self._now())
            if ready.tool.effect is not Effect.NONE:
                await self.context.log.intent(ready.task, self._key(ready))
        except (BreakerOpenError, BudgetError, StorageError) as error:
            return error
        self._tell(attempt)
        ready.begins()
        return None

    def _tell(self, attempt: _Try) -> None:
        """Tells that a try starts."""
        task_id, model_id = attempt.ready.task.id, attempt.card.id
        attempt.began = self._now()
        self.context.log.started(task_id, model_id)
        self.context.emit(TaskStarted(task_id, model_id))

    def _key(self, ready: Ready) -> str:
        return "" if ready.tool.effect is Effect.NONE else f"{self.context.run_id}:{ready.task.id}"

    def _sink(self, attempt: _Try, stop: Stop) -> Sink:
        ready = attempt.ready
        made = Provenance(ready.task.id, ready.task.tool, attempt.card.id, ready.digests)
        return Sink(self.context.folder, made, self._key(ready), stop)

    async def _alone(self, attempt: _Try) -> Output | Exception:
        """The worker's edge: whatever goes wrong behind it is an error of this try."""
        stop = Stop()
        sink = self._sink(attempt, stop)
        ready, card, run = attempt.ready, attempt.card, self.shared.worker.run
        began = self._now()
        try:
            works = [partial(run, ready.task, ready.tool, card, inputs, sink) for inputs in ready.inputs]
            outputs = [await self._limited(ready.tool, work) for work in works]
            return self._output(attempt, outputs, self._now() - began)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return TaskError(f"{card.id} gave up by itself; ask again")
        except Exception as error:  # noqa: BLE001 - the worker's edge
            return error
        finally:
            stop.asked = True  # For a thread that still computes.

    def _output(self, attempt: _Try, outputs: Sequence[Output], seconds: float) -> Output:
        """The outputs of a task's runs as one, each checked; `seconds` is what they took together."""
        values = [checked(attempt.ready.tool, attempt.card, output.value) for output in outputs]
        cached = all(output.cached for output in outputs)
        if not cached:
            self.shared.durations.learn(attempt.card.id, seconds / len(outputs))
        return Output(combine(values), cached)

    async def _limited(self, tool: ToolSpec, work: Callable[[], Awaitable[T]]) -> T:
        limit, left = self.context.timeout, self._spending.left(self._now())
        short = left is not None and (limit is None or left < limit)
        clock = asyncio.timeout(left if short else limit)
        try:
            async with clock:
                return await work()
        except TimeoutError as error:
            if not clock.expired():
                raise
            if short:
                message = f"{tool.name} was stopped, because the {self.context.budget.seconds:g} s of the run are over"
                raise BudgetError(f"{message}; give the run more time or ask for less") from error
            message = f"{tool.name} took longer than {limit:g} s; give it more time or a smaller input"
            raise TaskTimeoutError(message) from error

    async def _together(self, attempt: _Try, room: int) -> Output | Exception:
        """In one batch with others of the same model that are ready before it has its slots."""
        name = (attempt.ready.tool.name, attempt.card.id)
        attempt.outcome = asyncio.get_running_loop().create_future()
        batch = self._batches.get(name)
        if batch and batch.size + len(attempt.ready.inputs) <= batch.room:
            batch.tries.append(attempt)
            if batch.turn is not None:
                self.shared.slots.urge(batch.turn, batch.urgency())
            return await attempt.outcome
        batch = self._batches[name] = _Batch(room, [attempt])
        try:
            batch.turn = self.shared.slots.ask(self.shared.need(attempt.card), batch.urgency())
            await self._granted(batch.turn, batch.urgency)
            self._close(name, batch)
            await self._run_batch(batch)
        finally:
            self._close(name, batch)
            if batch.turn is not None:
                self.shared.slots.leave(batch.turn)
            for other in batch.tries:
                if other.outcome:
                    other.outcome.cancel()  # Without effect on those that have one.
        return attempt.outcome.result()

    def _close(self, name: tuple[str, str], batch: _Batch) -> None:
        if self._batches.get(name) is batch:
            del self._batches[name]

    async def _run_batch(self, batch: _Batch) -> None:
        """Runs what the budget admits in one go; when that fails, each alone, so that one cannot spoil the others."""
        admitted: list[_Try] = []
        for attempt in batch.tries:
            refused = await self._begin(attempt)
            if refused:
                _settle(attempt, refused)
            else:
                admitted.append(attempt)
        outcomes = await self._in_one_go(admitted) if sum(len(each.ready.inputs) for each in admitted) > 1 else None
        for number, attempt in enumerate(admitted):
            _settle(attempt, outcomes[number] if outcomes else await self._alone(attempt))

    async def _in_one_go(self, tries: Sequence[_Try]) -> list[Output | Exception] | None:
        """What came of each; None when the batch as a whole failed."""
        stop = Stop()
        spec, card = tries[0].ready.tool, tries[0].card
        calls = [
            Call(each.ready.task, inputs, self._sink(each, stop)) for each in tries for inputs in each.ready.inputs
        ]
        began = self._now()
        try:
            outputs = await self._limited(spec, partial(run_together, self.shared.worker, spec, card, calls))
            if len(outputs) != len(calls):
                raise TaskError(f"{card.id} gave {len(outputs)} results for {len(calls)} tasks")
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return None
        except Exception as error:  # noqa: BLE001 - the worker's edge; each is tried alone now and tells its own error
            _log.debug("a batch of %s failed (%s); its tasks run one by one", card.id, error)
            return None
        finally:
            stop.asked = True
        share, rest = (self._now() - began) / len(calls), iter(outputs)
        return [self._part(each, list(islice(rest, len(each.ready.inputs))), share) for each in tries]

    def _part(self, attempt: _Try, outputs: Sequence[Output], share: float) -> Output | Exception:
        """What one task got of a batch in which each run took `share` seconds."""
        try:
            return self._output(attempt, outputs, share * len(outputs))
        except TaskError as error:
            return error


def failure_of(error: Exception) -> Failure:
    """An error as it is told to the user; one that should not happen is also written to the log."""
    kind = type(error).__name__
    if isinstance(error, JarvisError):
        return Failure(str(error), kind, choices=tuple(getattr(error, "choices", ())))
    _log.error("a tool failed in a way that it should not", exc_info=error)
    return Failure(f"the tool broke ({kind}: {error}); try another input, and report it", kind)


def _final(error: Exception, tool: ToolSpec) -> bool:
    """Whether no other model may be tried after this error."""
    if isinstance(error, StorageError):
        return True  # Another model would have to write to the same place.
    # An effect may have been done; doing it again with another model could do it twice.
    return tool.effect is not Effect.NONE and not isinstance(error, ModelError | BudgetError)


def _is_cancelled() -> bool:
    """Whether someone cancelled this asyncio task; else the worker raised CancelledError by itself."""
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0


def _settle(attempt: _Try, outcome: Output | Exception) -> None:
    assert attempt.outcome
    if not attempt.outcome.done():
        attempt.outcome.set_result(outcome)
