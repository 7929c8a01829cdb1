"""Runs models in this process: each loaded once, the least recently used dropped when memory runs short."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from threading import BoundedSemaphore, Lock
from typing import TypeVar

from jarvis.errors import ModelError, TaskError
from jarvis.execution.need import memory_of
from jarvis.execution.threads import in_thread
from jarvis.execution.worker import Call, Output
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import locate, way_out
from jarvis.spec import ToolSpec
from jarvis.tools.handler import BatchHandler, Handler, HandlerClass, Inputs, RuntimeOptions, Sink

_HANDLERS = "jarvis.tools.handlers"
_PATIENCE = 30.0
"""Seconds that a model which nobody waits for any more may still compute, before a fresh one takes its place."""

Load = Callable[[ModelCard, RuntimeOptions], Handler]

T = TypeVar("T")


def load_handler(card: ModelCard, options: RuntimeOptions) -> Handler:
    """Loads the model of a card; its files are checked before.

    Raises:
        ModelFileError: a file is missing or is not the expected one.
        ModelError: a library is missing, or the card names a handler that does not exist.
    """
    files = locate(card)
    threads = int(card.parameters.get("threads", options.threads))
    return handler_class(card)(files, RuntimeOptions(threads, {**options.parameters, **card.parameters}))


def handler_class(card: ModelCard) -> HandlerClass:
    """The class that runs a card.

    Raises:
        ModelError: a library is missing, or there is no such class.
    """
    module, _, name = card.handler.partition(":")
    try:
        found: HandlerClass = getattr(import_module(f"{_HANDLERS}.{module}"), name)
    except ImportError as error:
        raise ModelError(f"{card.name} cannot be loaded ({error}); {way_out(card)}") from error
    except AttributeError as error:
        raise ModelError(f"the card of {card.name} names the handler {card.handler!r}, which does not exist") from error
    return found


@dataclass(eq=False, slots=True)
class _Model:
    """One model, loaded or not yet."""

    memory_mb: int
    lock: Lock = field(default_factory=Lock)
    """Held while it loads and runs."""
    handler: Handler | None = None
    left_at: float | None = None
    """When its last caller gave up waiting for the run that still goes on."""


class LocalWorker:
    """Runs handlers in threads: at most `slots` at a time, and never two on the same model.

    Safe to use from several threads and event loops.
    """

    def __init__(
        self,
        options: RuntimeOptions | None = None,
        *,
        memory_mb: int = 2048,
        slots: int = 2,
        load: Load = load_handler,
    ) -> None:
        """`memory_mb` is what all loaded models together may take, by their cards; one alone may take more."""
        self.options = options or RuntimeOptions()
        self.memory_mb = memory_mb
        self._load = load
        self._cores = BoundedSemaphore(slots)
        self._models: OrderedDict[str, _Model] = OrderedDict()
        self._guard = Lock()

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the models in memory."""
        with self._guard:
            return frozenset(model_id for model_id, model in self._models.items() if model.handler)

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Runs one task in a thread, loading its model first.

        Raises:
            ModelError: the model cannot be loaded.
            TaskError: it cannot do this task.
        """
        return Output(await self._held(card, lambda handler: handler.run(inputs, sink)))

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """Runs several tasks of one model, in one go where its handler can.

        Raises:
            ModelError: the model cannot be loaded.
            TaskError: it cannot do one of them.
        """
        return [Output(value) for value in await self._held(card, partial(_together, calls))]

    def unload(self) -> None:
        """Forgets every model; memory is free when running ones end."""
        with self._guard:
            self._models.clear()

    async def _held(self, card: ModelCard, use: Callable[[Handler], T]) -> T:
        """What `use` makes of the loaded model, in a thread that has it for itself."""
        turn = _Turn(self._cores)
        model = self._model(card)
        try:
            return await in_thread(partial(self._work, model, card, use, turn))
        finally:
            if turn.leave():
                model.left_at = time.monotonic()

    def _work(self, model: _Model, card: ModelCard, use: Callable[[Handler], T], turn: _Turn) -> T:
        with model.lock, turn:
            if turn.left:
                raise TaskError(f"{card.name} was not run, because nobody waits for it any more")
            try:
                if model.handler is None:
                    self._make_room(model)
                    model.handler = self._load(card, self.options)
                return use(model.handler)
            finally:
                model.left_at = None

    def _model(self, card: ModelCard) -> _Model:
        with self._guard:
            model = self._models.get(card.id)
            if model is None or (model.left_at and time.monotonic() - model.left_at > _PATIENCE):
                model = self._models[card.id] = _Model(memory_of(card))
            self._models.move_to_end(card.id)
            return model

    def _make_room(self, wanted: _Model) -> None:
        """Drops the least recently used models that are not running, until `wanted` fits."""
        with self._guard:
            loaded = [(model_id, model) for model_id, model in self._models.items() if model.handler]
            taken = wanted.memory_mb + sum(model.memory_mb for _, model in loaded)
            for model_id, model in loaded:
                if taken <= self.memory_mb:
                    break
                if not model.lock.locked():
                    del self._models[model_id]
                    taken -= model.memory_mb


class _Turn:
    """One of the cores, given back when the work ends or when nobody waits for it any more."""

    def __init__(self, cores: BoundedSemaphore) -> None:
        self.left = False
        self._cores = cores
        self._held = False
        self._lock = Lock()

    def __enter__(self) -> None:
        self._cores.acquire()
        self._held = True
        if self.left:
            self._give_back()

    def __exit__(self, *error: object) -> None:
        self._give_back()

    def leave(self) -> bool:
        """Stops waiting; gives back the core, and says whether work was still going on."""
        self.left = True
        return self._give_back()

    def _give_back(self) -> bool:
        with self._lock:
            held, self._held = self._held, False
        if held:
            self._cores.release()
        return held


def _together(calls: Sequence[Call], handler: Handler) -> list[Value]:
    if isinstance(handler, BatchHandler):
        return handler.run_batch([(call.inputs, call.sink) for call in calls])
    return [handler.run(call.inputs, call.sink) for call in calls]
