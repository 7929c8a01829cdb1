"""A worker that remembers: what a model made of the same input before is not computed again."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact, file_digest
from jarvis.errors import StorageError
from jarvis.execution.dataflow import digest
from jarvis.execution.outputs import checked
from jarvis.execution.threads import Lane
from jarvis.execution.worker import Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.handler import Inputs, Sink

if TYPE_CHECKING:
    from jarvis.cache import CachedFile, Hit, ResultCache

_log = logging.getLogger(__name__)


class CachedWorker:
    """Asks the cache before it asks another worker."""

    def __init__(self, worker: Worker, folder: Path, limit_mb: int = 512) -> None:
        """The cache in `folder` is opened when it is first needed."""
        self.worker = worker
        self._folder = folder
        self._limit_mb = limit_mb
        self._cache: ResultCache | None = None
        self._unusable = False
        self._lane = Lane()  # SQLite connections belong to one thread.

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """What was computed before, its files written anew, or else what the worker gives.

        A cache that cannot be used is told in the log, and everything is computed.
        """
        if not cacheable(spec, card):
            return await self.worker.run(task, spec, card, inputs, sink)
        known = await self.recall(spec, card, inputs, sink)
        if known:
            return known
        key = cache_key(card, inputs)
        output = await self.worker.run(task, spec, card, inputs, sink)
        value = checked(spec, card, output.value)  # What is wrong must not come back again and again.
        await self._lane.run(lambda: self._put(key, value))
        return output

    async def recall(self, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output | None:
        """What was computed before, its files written anew; None when nothing was.

        Raises:
            StorageError: a file cannot be written.
        """
        if not cacheable(spec, card):
            return None
        key = cache_key(card, inputs)
        hit = await self._lane.run(lambda: self._get(key))
        return None if hit is None else Output(_restored(hit, sink), cached=True)

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """The same for several tasks of one model; those that were not computed before are done together."""
        if not cacheable(spec, card):
            return await run_together(self.worker, spec, card, calls)
        keys = [cache_key(card, call.inputs) for call in calls]
        hits = await self._lane.run(lambda: [self._get(key) for key in keys])
        missed = [(call, key) for call, key, hit in zip(calls, keys, hits, strict=True) if hit is None]
        made = await run_together(self.worker, spec, card, [call for call, _ in missed])
        kept = [(key, checked(spec, card, output.value)) for (_, key), output in zip(missed, made, strict=True)]
        await self._lane.run(lambda: self._put_all(kept))
        fresh = iter(made)
        return [
            next(fresh) if hit is None else Output(_restored(hit, call.sink), cached=True)
            for call, hit in zip(calls, hits, strict=True)
        ]

    async def clear(self) -> None:
        """Drops everything that was remembered."""
        await self._lane.run(self._clear)

    def close(self) -> None:
        """Closes the cache; it opens again when it is needed."""
        self._lane.close(self._close)

    # The methods below run in the lane.

    def _get(self, key: str) -> Hit | None:
        cache = self._opened()
        return cache.get(key) if cache else None

    def _put(self, key: str, value: Value) -> None:
        cache = self._opened()
        if cache:
            cache.put(key, value)

    def _put_all(self, kept: Sequence[tuple[str, Value]]) -> None:
        for key, value in kept:
            self._put(key, value)

    def _clear(self) -> None:
        cache = self._opened()
        if cache:
            cache.clear()

    def _opened(self) -> ResultCache | None:
        if self._cache is None and not self._unusable:
            from jarvis.cache import ResultCache

            try:
                self._cache = ResultCache(self._folder, self._limit_mb)
            except StorageError as error:
                self._unusable = True
                _log.warning("results are not kept: %s", error)
        return self._cache

    def _close(self) -> None:
        if self._cache is not None:
            self._cache.close()
            self._cache = None


def cacheable(spec: ToolSpec, card: ModelCard) -> bool:
    """Whether the same input always gives the same output, and computing it costs something.

    True of models with weights. What has none is cheap, or looks at a world that changes: weather, a home, the web.
    """
    return spec.effect is Effect.NONE and bool(card.files) and not card.parameters.get("network")


def cache_key(card: ModelCard, inputs: Inputs) -> str:
    """SHA-256 over everything that the output depends on: task, inputs, card, weights, and the handler's code."""
    parts = {
        "task": inputs.task,
        "inputs": {name: digest(value) for name, value in inputs.values.items()},
        "card": card.id,
        "files": [file.sha256 for file in card.files],
        "parameters": card.parameters,
        "handler": [card.handler, _code_digest()],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _code_digest() -> str:
    """SHA-256 of the code of all handlers: handlers share modules, so a change in one may change any."""
    found = find_spec("jarvis.tools.handlers")
    folders = list(found.submodule_search_locations or ()) if found else []
    digests = [file_digest(path) for folder in folders for path in sorted(Path(folder).rglob("*.py"))]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _restored(hit: Hit, sink: Sink) -> Value:
    files = [_written(file, sink) for file in hit.files]
    if not files:
        return hit.value
    return list(files) if hit.several else files[0]


def _written(file: CachedFile, sink: Sink) -> Artifact:
    return sink.write(file.name, file.media_type, lambda out: out.write(file.content))
