"""The processes that hold models: which model lives where, what is loaded, what must go, what has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from jarvis.errors import JarvisError, ModelError
from jarvis.execution.channel import frame
from jarvis.execution.children import Child, EndedError
from jarvis.execution.crossing import error_from_json
from jarvis.execution.job import Job, death
from jarvis.execution.need import memory_of
from jarvis.execution.threads import in_thread
from jarvis.execution.warmth import Kept, Use, leak_limit, to_evict
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import locate, way_out
from jarvis.tools.handler import RuntimeOptions

T = TypeVar("T")

_log = logging.getLogger(__name__)
_GRACE = 0.05
"""Seconds that a task which nobody waits for any more may take to end by itself. Then its process is ended; a process
that is kept saves loading its models again."""
_SMALL_MB = 150
"""Models whose cards say no more than this share processes: alone, most of it would be Python and its libraries."""
_SHARED_MB = 600
"""What the cards of the models that share one process may say together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the processes may take; see ProcessWorker."""

    options: RuntimeOptions
    memory_mb: int
    slots: int
    pinned: frozenset[str]
    leak_factor: float
    handlers: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """One process, as seen from outside."""

    pid: int
    models: frozenset[str]
    mb: float
    """The memory that it took after its last task, in MB of 2**20 bytes."""


class _Kind(Enum):
    """What may live together."""

    ALONE = "alone"
    """One large model, or one that is pinned."""
    SMALL = "small"
    """Small models, of which no more run at once than there are slots."""
    CODE = "code"
    """Handlers without a model: done in a moment, they wait for no slot."""
    NETWORK = "network"
    """Handlers that wait for other machines, and nobody should wait for them."""


_COMPUTING = (_Kind.ALONE, _Kind.SMALL)


@dataclass(eq=False, slots=True)
class _Home:
    """A process and the models that live in it."""

    child: Child
    kind: _Kind
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one that loads or runs."""
    cards: dict[str, ModelCard] = field(default_factory=dict[str, ModelCard])
    """Its models, also those that are not loaded yet."""
    models: dict[str, Use] = field(default_factory=dict[str, Use])
    """Those that are loaded."""
    wanted: int = 0
    """How many tasks are here, or wait."""
    tasks: int = 0
    """How many it has finished."""
    mb: float = 0.0
    """The memory that it took when it last answered."""
    ended: bool = False

    @property
    def expected_mb(self) -> int:
        """What the cards of its models say together."""
        return sum(map(memory_of, self.cards.values()))

    def kept(self, now: float, pinned: frozenset[str]) -> Kept:
        """It as the choice of what must go sees it."""
        free = not self.wanted and not self.ended and pinned.isdisjoint(self.cards)
        return Kept(self.mb or self.expected_mb, sum(use.worth(now) for use in self.models.values()), free)


class Pool:
    """The processes of one worker. All its methods belong to one event loop."""

    def __init__(self, limits: Limits) -> None:
        self.loaded: tuple[Loaded, ...] = ()
        """The processes as they are, for readers in any thread."""
        self._limits = limits
        self._cores = asyncio.Semaphore(limits.slots)
        self._ahead = asyncio.Lock()
        """Held by the one that is loaded ahead of time: beside what runs, it takes one core at most."""
        self._homes: dict[str, _Home] = {}
        self._allowance: dict[str, float] = {}
        self._background: set[asyncio.Task[object]] = set()
        self._closed = False

    async def run(self, job: Job) -> list[Value]:
        """Runs tasks of one model, in one go where its handler can.

        Raises:
            ModelError: the model cannot be loaded, or its process ended.
            TaskError: it cannot do one of them, or its process ended in a task with an effect.
        """
        return job.values(await self._visit(job.card, job))

    async def warm(self, card: ModelCard) -> None:
        """Loads a model, if that was not done yet.

        Raises:
            ModelError: it cannot be loaded.
        """
        try:
            await self._visit(card, None)
        except Exception as error:
            _log.warning("%s could not be loaded ahead of time: %s", card.name, error)
            raise

    async def prepare(self, card: ModelCard) -> None:
        """Loads a model that will be needed soon, beside what runs, where it takes nothing from anyone.

        That is, when it fits into the memory as it is and its process is at rest. It takes none of the cores: while
        it is loaded, it has one thread, and who runs beside it is mostly being loaded itself, or waits for memory.
        """
        async with self._ahead:
            at_home = self._homes.get(card.id)
            if self._closed or (at_home and card.id in at_home.models) or not self._fits(card):
                return
            home = self._home(card)
            if home.wanted:
                return
            home.wanted += 1
            try:
                async with home.turn:
                    await self._at(home, card, None)
            except JarvisError as error:
                _log.info("%s could not be loaded ahead of time: %s", card.name, error)
            finally:
                home.wanted -= 1

    async def close(self) -> None:
        """Ends every process, also those at work."""
        self._closed = True
        await asyncio.gather(*[self._end(home) for home in set(self._homes.values())])

    async def _visit(self, card: ModelCard, job: Job | None) -> Any:
        while not self._closed:
            home = self._home(card)
            home.wanted += 1
            try:
                async with home.turn, self._cores if home.kind in _COMPUTING else nullcontext():
                    if not home.ended:  # Else it ended while this task waited.
                        return await self._at(home, card, job)
            finally:
                home.wanted -= 1
        raise _unloaded(card)

    async def _at(self, home: _Home, card: ModelCard, job: Job | None) -> Any:
        """Loads the model if needed and does the job, with the home's turn and a core in hand."""
        try:
            if card.id not in home.models:
                await self._load(home, card)
            return await self._do(home, card, job) if job else None
        except asyncio.CancelledError:
            if not await home.child.settled(_GRACE):
                await asyncio.shield(self._end(home, job))
            raise

    async def _load(self, home: _Home, card: ModelCard) -> None:
        home.child.start()  # It gets ready while the files are looked up.
        files = await in_thread(partial(locate, card))
        await self._make_room(home, card)
        module, _, name = card.handler.partition(":")
        message = {
            "do": "load",
            "model": card.id,
            "name": card.name,
            "module": f"{self._limits.handlers}.{module}",
            "class": name,
            "files": {role: str(path) for role, path in files.items()},
            "threads": int(card.parameters.get("threads", self._limits.options.threads)),
            "parameters": {**self._limits.options.parameters, **card.parameters},
            "way_out": way_out(card),
        }
        start = asyncio.get_running_loop().time()
        await self._ask(home, card, message, None)
        seconds = asyncio.get_running_loop().time() - start
        home.models[card.id] = Use(seconds).again(start)
        self._publish()

    async def _do(self, home: _Home, card: ModelCard, job: Job) -> Any:
        value = await self._ask(home, card, job.message(), job)
        home.tasks += 1
        home.models[card.id] = home.models[card.id].again(asyncio.get_running_loop().time())
        if self._leaks(home):
            self._end(home)
        else:
            self._evict({home}, self._limits.memory_mb - home.mb)
        self._publish()
        return value

    async def _ask(self, home: _Home, card: ModelCard, message: dict[str, Any], job: Job | None) -> Any:
        try:
            answer = await home.child.ask(frame(message))
        except EndedError:
            raise await self._died(home, card, job) from None
        home.mb = answer["mb"]
        if "error" not in answer:
            return answer["value"]
        error = error_from_json(answer["error"])
        if isinstance(error, MemoryError):
            self._end(home)
            raise ModelError(f"{card.name} ran out of memory; close other programs or choose a smaller model")
        raise error

    async def _died(self, home: _Home, card: ModelCard, job: Job | None) -> JarvisError:
        how = await asyncio.shield(self._end(home, job))
        if self._closed:
            return _unloaded(card)
        _log.warning("the process of %s %s; it said:\n%s", card.id, how, home.child.words)
        return death(card, how, job.spec if job else None)

    # Where models live.

    def _home(self, card: ModelCard) -> _Home:
        home = self._homes.get(card.id)
        if home is None:
            kind = self._kind(card)
            home = (None if kind is _Kind.ALONE else self._shared(kind, memory_of(card))) or self._new_home(kind)
            home.cards[card.id] = card
            self._homes[card.id] = home
        return home

    def _kind(self, card: ModelCard) -> _Kind:
        if card.id in self._limits.pinned or memory_of(card) > _SMALL_MB:
            return _Kind.ALONE
        if card.parameters.get("network"):
            return _Kind.NETWORK
        return _Kind.SMALL if card.files else _Kind.CODE

    def _shared(self, kind: _Kind, mb: int) -> _Home | None:
        """A process for one more of a kind: one at rest, or a new one while there are fewer than slots."""
        homes = {home for home in self._homes.values() if home.kind is kind}
        roomy = [home for home in homes if home.expected_mb + mb <= _SHARED_MB]
        best = min(roomy, key=lambda home: (home.wanted, -len(home.cards)), default=None)
        return best if best and (best.wanted == 0 or len(homes) >= self._limits.slots) else None

    def _new_home(self, kind: _Kind) -> _Home:
        home = _Home(Child(self._limits.options.threads), kind)
        home.child.when_lost = lambda: self._end(home)
        return home

    def _publish(self) -> None:
        homes = {home: None for home in self._homes.values() if home.models}
        self.loaded = tuple(Loaded(home.child.pid or 0, frozenset(home.models), home.mb) for home in homes)

    # What must go.

    async def _make_room(self, home: _Home, card: ModelCard) -> None:
        """Ends processes at rest, the least valuable first, until one more model fits; waits until they are gone."""
        ending = self._evict({home}, self._limits.memory_mb - home.mb - memory_of(card))
        if ending:
            await asyncio.wait(ending)

    def _fits(self, card: ModelCard) -> bool:
        """Whether one more model has room while all others stay."""
        homes = {home for home in self._homes.values() if home.child.pid}
        return sum(home.mb or home.expected_mb for home in homes) + memory_of(card) <= self._limits.memory_mb

    def _evict(self, but: set[_Home], budget_mb: float) -> list[asyncio.Task[str]]:
        homes = [home for home in dict.fromkeys(self._homes.values()) if home not in but and home.child.pid]
        if sum(home.mb or home.expected_mb for home in homes) <= budget_mb:
            return []
        now = asyncio.get_running_loop().time()
        chosen = to_evict([home.kept(now, self._limits.pinned) for home in homes], budget_mb)
        return [self._end(homes[index]) for index in chosen]

    def _leaks(self, home: _Home) -> bool:
        """Whether a process takes more than its models may, which then get new ones."""
        allowance = max(self._allowance.get(model_id, 1) for model_id in home.cards)
        limit = leak_limit(home.expected_mb, self._limits.leak_factor) * allowance
        if home.mb <= limit:
            return False
        names = ", ".join(home.models)
        _log.warning("the process of %s takes %.0f MB, more than %.0f; it is ended", names, home.mb, limit)
        if home.tasks == 1:
            # It is not a leak when it takes that much at once: its card says too little. Without more room, it would
            # be loaded again for each task.
            self._allowance.update(dict.fromkeys(home.models, allowance * 2))
        return True

    def _end(self, home: _Home, job: Job | None = None) -> asyncio.Task[str]:
        """Ends a process; the task gives how it ended. What `job` left half-written is removed then."""
        if not home.ended:
            home.ended = True
            for model_id in home.cards:
                del self._homes[model_id]
            self._publish()
            for model_id in self._limits.pinned.intersection(home.models):
                self._later(self.warm(home.cards[model_id]))
        return self._later(_ended(home, job))

    def _later(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


async def _ended(home: _Home, job: Job | None) -> str:
    how = await home.child.end()
    if job:
        job.clear()
    return how


def _unloaded(card: ModelCard) -> ModelError:
    return ModelError(f"{card.name} was unloaded while a task waited for it; ask again")
