"""Slots: how much of this machine may be in use at once, and who is served first when it is not enough."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Awaitable
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from threading import Lock, get_ident

from jarvis.execution.need import Need

_OVERTAKEN = 16
"""How often others may go first because they fit and the most urgent does not; then it is waited for."""
_FEW = 64
"""Queues that are kept although nobody is in them: a household's models come again and again."""


class Turn:
    """A place in the queue for slots, and then the slots."""

    __slots__ = ("_granted", "_loop", "held", "key", "left", "need", "overtaken", "thread")

    def __init__(self, need: Need, key: float) -> None:
        self.need = need
        self.key = key
        self.held = False
        self.left = False
        self.overtaken = 0
        self.thread = get_ident()
        self._loop = asyncio.get_running_loop()
        self._granted: asyncio.Future[None] = self._loop.create_future()

    def granted(self) -> Awaitable[None]:
        """Done when the slots are there."""
        return self._granted

    def wake(self) -> bool:
        """Tells the one who waits, in whatever thread; False when the loop there is closed."""
        if get_ident() == self.thread and not self._loop.is_closed():
            self._tell()
            return True
        try:
            self._loop.call_soon_threadsafe(self._tell)
        except RuntimeError:
            return False
        return True

    def _tell(self) -> None:
        if not self._granted.done():
            self._granted.set_result(None)


class Slots:
    """The cores, memory and accelerators that all runs of a process share. Safe to use from several event loops."""

    def __init__(self, cores: int | None = None, memory_mb: int | None = None, accelerators: int = 1) -> None:
        """`cores` are those that this process may use unless told; `memory_mb` None means no limit.

        What needs more than there is gets everything, and so runs alone.
        """
        self.cores = cores or usable_cores()
        self.memory_mb = memory_mb
        self.accelerators = accelerators
        self._memory = math.inf if memory_mb is None else memory_mb
        self._free_cores = self.cores
        self._free_memory = self._memory
        self._free_accelerators = accelerators
        self._models: set[str] = set()
        self._queues: dict[Need, list[tuple[float, int, Turn]]] = {}
        self._waiting: dict[int, int] = {}
        """How many wait in each thread."""
        self._due: dict[int, asyncio.AbstractEventLoop] = {}
        """The loop of each thread that serves when it comes round again."""
        self._due_later: dict[int, asyncio.AbstractEventLoop] = {}
        """The loop of each thread that serves in the round after that."""
        self._order = count()
        self._lock = Lock()

    def ask(self, need: Need, key: float) -> Turn:
        """Queues for slots; the lowest key is served first. `leave` must follow, whatever happens.

        Nobody is served before the loop comes round again, so that who asks at the same moment is compared.
        """
        turn = Turn(self._possible(need), key)
        with self._lock:
            self._push(turn)
            self._waiting[turn.thread] = self._waiting.get(turn.thread, 0) + 1
        self._serve_soon()
        return turn

    def urge(self, turn: Turn, key: float) -> None:
        """Changes the key of a turn that still waits."""
        with self._lock:
            if key != turn.key:
                turn.key = key
                if not turn.held and not turn.left:
                    self._push(turn)

    def leave(self, turn: Turn) -> None:
        """Gives the slots back, or leaves the queue."""
        with self._lock:
            if turn.left:
                return
            turn.left = True
            if turn.held:
                self._give_back(turn.need)
            else:
                self._count_out(turn)
        if self._waiting:
            # What waited for this one's result asks within one round; it may be the most urgent.
            self._serve_soon(later=True)

    def _serve_soon(self, *, later: bool = False) -> None:
        """Serves in the next round of this thread's loop, or `later` in the one after it; at once for other threads."""
        here = get_ident()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._serve()
            return
        due, then = (self._due_later, self._come_round) if later else (self._due, self._serve_due)
        if len(self._waiting) > (here in self._waiting):
            self._serve()
        elif due.get(here) is not loop:
            due[here] = loop
            loop.call_soon(then, here)

    def _come_round(self, here: int) -> None:
        self._due_later.pop(here, None)
        self._serve_soon()

    def _serve_due(self, here: int) -> None:
        self._due.pop(here, None)
        self._serve()

    def _serve(self) -> None:
        """Gives slots to all who can have them now."""
        if not self._waiting:
            return
        served: list[Turn] = []
        with self._lock:
            while turn := self._next():
                self._take(turn)
                served.append(turn)
        for turn in served:
            if not turn.wake():  # Its loop was closed before it could leave.
                self.leave(turn)

    def _possible(self, need: Need) -> Need:
        accelerators = 1 if self.accelerators > 0 else 0
        if need.cores <= self.cores and need.memory_mb <= self._memory and need.accelerator <= accelerators:
            return need
        cores, memory = min(need.cores, self.cores), int(min(need.memory_mb, self._memory))
        return replace(need, cores=cores, memory_mb=memory, accelerator=need.accelerator and accelerators > 0)

    def _push(self, turn: Turn) -> None:
        queue = self._queues.get(turn.need)
        if queue is None:
            if len(self._queues) > _FEW:
                self._queues = {need: queue for need, queue in self._queues.items() if queue}
            queue = self._queues[turn.need] = []
        heappush(queue, (turn.key, next(self._order), turn))

    def _count_out(self, turn: Turn) -> None:
        """Notes that one waits no more."""
        left = self._waiting[turn.thread] - 1
        if left:
            self._waiting[turn.thread] = left
        else:
            del self._waiting[turn.thread]

    def _next(self) -> Turn | None:
        """The most urgent turn that fits. Others may overtake one that does not, but not for ever."""
        passed: list[Turn] = []
        for turn in self._heads():
            if turn.need.model and turn.need.model in self._models:
                continue  # It waits for its own model, not for room.
            if self._fits(turn.need):
                for other in passed:
                    other.overtaken += 1
                return turn
            if turn.overtaken >= _OVERTAKEN:
                return None
            passed.append(turn)
        return None

    def _heads(self) -> list[Turn]:
        """The most urgent turn of each kind of need, the most urgent first."""
        heads: list[tuple[float, int, Turn]] = []
        for queue in self._queues.values():
            while queue:
                key, _, turn = queue[0]
                if not (turn.held or turn.left or key != turn.key):
                    heads.append(queue[0])
                    break
                heappop(queue)  # It is outdated.
        if len(heads) > 1:
            heads.sort()
        return [turn for _, _, turn in heads]

    def _fits(self, need: Need) -> bool:
        return (
            need.cores <= self._free_cores
            and need.memory_mb <= self._free_memory
            and need.accelerator <= self._free_accelerators
        )

    def _take(self, turn: Turn) -> None:
        turn.held = True
        self._count_out(turn)
        need = turn.need
        self._free_cores -= need.cores
        self._free_memory -= need.memory_mb
        self._free_accelerators -= need.accelerator
        if need.model:
            self._models.add(need.model)

    def _give_back(self, need: Need) -> None:
        self._free_cores += need.cores
        self._free_memory += need.memory_mb
        self._free_accelerators += need.accelerator
        self._models.discard(need.model)


def usable_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
