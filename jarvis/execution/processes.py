"""Runs models in processes of their own: one that crashes, leaks or hangs is ended, and nothing else is harmed."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Collection, Coroutine, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

from jarvis.execution.hub import Hub
from jarvis.execution.job import Job
from jarvis.execution.pool import Limits, Loaded, Pool
from jarvis.execution.worker import Call, Output
from jarvis.graph import Task
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

T = TypeVar("T")

HANDLERS = "jarvis.tools.handlers"
"""The package of the handlers that cards name."""


class ProcessWorker:
    """Runs handlers in processes: at most `slots` at a time, and never two on the same model.

    Small models share a process, large and pinned ones have one each. Safe to use from several threads and event
    loops. The processes end with this one, however it ends.
    """

    def __init__(
        self,
        options: RuntimeOptions | None = None,
        *,
        memory_mb: int = 2048,
        slots: int = 2,
        pinned: Collection[str] = (),
        leak_factor: float = 3.0,
        handlers: str = HANDLERS,
    ) -> None:
        """`memory_mb` is what all processes together may take, as measured; one alone may take more.

        Models whose ids are `pinned` are never dropped. A process that takes more than `leak_factor` times what the
        cards of its models say is ended after its task. `handlers` is the package of the cards' handlers.
        """
        self._limits = Limits(options or RuntimeOptions(), memory_mb, slots, frozenset(pinned), leak_factor, handlers)
        self._guard = Lock()
        self._pool: Pool | None = None
        self._hub: Hub | None = None
        self._finalizer: weakref.finalize[..., ProcessWorker] | None = None

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the models in memory."""
        return frozenset(model for process in self.processes for model in process.models)

    @property
    def processes(self) -> tuple[Loaded, ...]:
        """The processes that hold models: their numbers, models, and memory."""
        pool = self._pool
        return pool.loaded if pool else ()

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Runs one task in a process that holds its model, loading that first.

        Cancelling it returns at once; the model's process is ended when it does not finish within 50 ms.

        Raises:
            ModelError: the model cannot be loaded, or its process ended; nothing has been done.
            TaskError: it cannot do this task; or its process ended in a task with an effect, which may have been done.
        """
        return (await self._run(Job(spec, card, [(inputs, sink)])))[0]

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """Runs several tasks of one model, in one go where its handler can.

        Raises:
            ModelError: the model cannot be loaded, or its process ended.
            TaskError: it cannot do one of them.
        """
        return await self._run(Job(spec, card, [(call.inputs, call.sink) for call in calls]))

    def warm(self, card: ModelCard) -> Future[None]:
        """Loads a model in the background, if it is not loaded yet. The future may be forgotten; the log tells."""
        return self._submit(lambda pool: pool.warm(card))

    def prepare(self, card: ModelCard) -> Future[None]:
        """Loads a model that will be needed soon, if there is room for it beside what is loaded and runs."""
        return self._submit(lambda pool: pool.prepare(card))

    def unload(self) -> None:
        """Ends every process, also those at work. The next task starts new ones."""
        with self._guard:
            finalizer, self._finalizer = self._finalizer, None
            self._pool = self._hub = None
        if finalizer:
            finalizer()

    async def _run(self, job: Job) -> list[Output]:
        values = await asyncio.wrap_future(self._submit(lambda pool: pool.run(job)))
        return [Output(value) for value in values]

    def _submit(self, work: Callable[[Pool], Coroutine[Any, Any, T]]) -> Future[T]:
        with self._guard:  # `unload` in another thread either comes first, or finds this at work.
            if self._hub is None or self._pool is None:
                self._hub, self._pool = Hub("jarvis-processes"), Pool(self._limits)
                # Also runs when the worker is forgotten and when the program ends.
                self._finalizer = weakref.finalize(self, _close, self._hub, self._pool)
            return self._hub.submit(work(self._pool))


def _close(hub: Hub, pool: Pool) -> None:
    hub.close(pool.close())
