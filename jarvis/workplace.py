"""Where the tasks of a Jarvis run: workers around workers, and what all of its runs share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from jarvis.amending import AmendingWorker
from jarvis.execution.breaker import Breakers
from jarvis.execution.cached import CachedWorker
from jarvis.execution.children import can_start
from jarvis.execution.durations import Durations
from jarvis.execution.functions import FunctionRunner
from jarvis.execution.inplace import InPlaceWorker
from jarvis.execution.local import LocalWorker
from jarvis.execution.need import need_of
from jarvis.execution.processes import ProcessWorker
from jarvis.execution.scheduler import Executor
from jarvis.execution.slots import Slots, usable_cores
from jarvis.execution.worker import Worker
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.handler import RuntimeOptions

if TYPE_CHECKING:
    from jarvis.execution.distributed import RayWorker
    from jarvis.execution.remote.endpoints import Endpoints


class Workplace:
    """From the outside in: edits of approvals, a user's functions, the cache, endpoints, a cluster, this machine."""

    def __init__(self, settings: Settings, worker: Worker | None = None) -> None:
        """`worker` stands in for this machine and the cluster. Nothing is started or connected yet."""
        self._settings = settings
        self._here = _here(settings)
        self._cluster = _cluster(settings, self._here) if worker is None else None
        self._worker = worker or _in_place(settings, self._cluster or self._here)
        self._loads_ahead = worker is None and self._cluster is None
        cores = usable_cores() + settings.cluster_cores
        self._slots = Slots(cores=cores, memory_mb=settings.memory_mb)
        self._durations, self._breakers = Durations(), Breakers()

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the models in this machine's memory."""
        return self._here.loaded

    def with_endpoints(self, registry: Registry) -> Registry:
        """The registry with the models of the endpoints that the settings name.

        Raises:
            UsageError: their file cannot be used.
        """
        return registry.with_cards(self._endpoints.cards) if self._endpoints else registry

    def executor(
        self, registry: Registry, functions: Mapping[str, Callable[..., Any]], *, cached: bool = True
    ) -> tuple[Executor, AmendingWorker]:
        """An executor of these models and functions, and the worker that it runs tasks with."""
        cache = self._cache if cached else None
        worker = AmendingWorker(FunctionRunner(functions, cache or self._models))
        executor = Executor(
            worker,
            registry,
            slots=self._slots,
            durations=self._durations,
            breakers=self._breakers,
            need=self._cluster.need if self._cluster else partial(need_of, threads=self._settings.threads),
            recall=cache.recall if cache else None,
            prepare=self._prepare,
        )
        return executor, worker

    async def warm(self, cards: Iterable[ModelCard]) -> None:
        """Loads models of this machine ahead of time. One that cannot be loaded says so at its first use."""
        if isinstance(self._here, ProcessWorker) and self._worker is self._here:
            loading = [asyncio.wrap_future(self._here.warm(card)) for card in cards]
            await asyncio.gather(*loading, return_exceptions=True)

    def close(self) -> None:
        """Lets go of every loaded model, of the cluster and of the result cache."""
        if self._cluster is not None:
            self._cluster.close()
        self._here.unload()
        if self._cache is not None:
            self._cache.close()

    def _prepare(self, card: ModelCard) -> None:
        """Loads a model that will be needed soon, if it runs on this machine and has weights."""
        if self._loads_ahead and isinstance(self._here, ProcessWorker) and card.files:
            self._here.prepare(card)

    @cached_property
    def _endpoints(self) -> Endpoints | None:
        if self._settings.endpoints is None:
            return None
        from jarvis.execution.remote.endpoints import read_endpoints

        return read_endpoints(self._settings.endpoints)

    @cached_property
    def _models(self) -> Worker:
        """What runs models: here, and on the endpoints that the settings name."""
        if self._endpoints is None:
            return self._worker
        from jarvis.execution.remote.worker import RemoteWorker

        return RemoteWorker(self._worker, self._endpoints.configured)

    @cached_property
    def _cache(self) -> CachedWorker | None:
        """The result cache before it, unless that is turned off."""
        settings = self._settings
        if settings.cache_mb <= 0:
            return None
        return CachedWorker(self._models, settings.cache_dir / "results", settings.cache_mb)


def _here(settings: Settings) -> LocalWorker | ProcessWorker:
    """The models of this machine: in processes of their own where they can be started."""
    options = RuntimeOptions(settings.threads)
    if settings.isolation == "process" and can_start():
        slots = max(1, usable_cores() // settings.threads)
        return ProcessWorker(options, memory_mb=settings.memory_mb, slots=slots, pinned=settings.pinned)
    return LocalWorker(options, memory_mb=settings.memory_mb)


def _in_place(settings: Settings, otherwise: Worker) -> InPlaceWorker:
    """The home is acted on from this process: its connection stays open, and nothing has to be loaded."""
    home: dict[str, Any] = {"home": settings.home, "home_token_variable": settings.home_token_variable}
    return InPlaceWorker(RuntimeOptions(parameters={**home, "folder": str(settings.data_dir)}), otherwise)


def _cluster(settings: Settings, otherwise: Worker) -> RayWorker | None:
    """The cluster that the settings name; what has an effect or no weights goes to the other worker."""
    if not settings.cluster:
        return None
    from jarvis.execution.cluster.nodes import Limits
    from jarvis.execution.distributed import RayWorker

    return RayWorker(settings.cluster, otherwise, Limits(settings.threads), cores=settings.cluster_cores)
