"""Slots: how much of this machine may be in use at once, and who is served first when it is not enough."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from threading import Lock, get_ident

from jarvis.execution.need import Need

_OVERTAKEN = 16
"""How often others may go first because they fit and the most urgent does not; then it is waited for."""


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

    async def granted(self) -> None:
        """Returns when the slots are there."""
        await self._granted

    def wake(self) -> bool:
        """Tells the one who waits, in whatever thread; False when the loop there is closed."""
        try:
            if get_ident() == self.thread:
                self._tell()
            else:
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
        self._free_cores = self.cores
        self._free_memory = memory_mb or 0
        self._free_accelerators = accelerators
        self._models: set[str] = set()
        self._queues: dict[Need, list[tuple[float, int, Turn]]] = {}
        self._order = count()
        self._lock = Lock()

    def ask(self, need: Need, key: float) -> Turn:
        """Queues for slots; the lowest key is served first. `leave` must follow, whatever happens.

        Nobody is served before the loop comes round again, so that who asks at the same moment is compared.
        """
        turn = Turn(self._possible(need), key)
        with self._lock:
            self._push(turn)
        self._serve_after(1)
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
        self._serve_after(2)  # What waited for this one's result asks within one round; it may be the most urgent.

    def _serve_after(self, rounds: int) -> None:
        """Serves after so many rounds of this thread's loop; at once when someone in another thread waits."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            rounds = 0
        else:
            rounds = 0 if self._is_shared() else rounds
            if rounds:
                loop.call_soon(self._next_round, loop, rounds)
        if not rounds:
            self._serve()

    def _next_round(self, loop: asyncio.AbstractEventLoop, rounds: int) -> None:
        if rounds > 1:
            loop.call_soon(self._next_round, loop, rounds - 1)
        else:
            self._serve()

    def _is_shared(self) -> bool:
        with self._lock:
            here = get_ident()
            return any(turn.thread != here for turn in self._heads())

    def _serve(self) -> None:
        """Gives slots to all who can have them now."""
        served: list[Turn] = []
        with self._lock:
            while turn := self._next():
                self._take(turn)
                served.append(turn)
        for turn in served:
            if not turn.wake():  # Its loop was closed before it could leave.
                self.leave(turn)

    def _possible(self, need: Need) -> Need:
        cores = min(need.cores, self.cores)
        memory = 0 if self.memory_mb is None else min(need.memory_mb, self.memory_mb)
        accelerator = need.accelerator and self.accelerators > 0
        if (cores, memory, accelerator) == (need.cores, need.memory_mb, need.accelerator):
            return need
        return replace(need, cores=cores, memory_mb=memory, accelerator=accelerator)

    def _push(self, turn: Turn) -> None:
        heappush(self._queues.setdefault(turn.need, []), (turn.key, next(self._order), turn))

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

    def _heads(self) -> Iterator[Turn]:
        """The most urgent turn of each kind of need, the most urgent first."""
        heads: list[tuple[float, int, Turn]] = []
        for need, queue in list(self._queues.items()):
            while queue and _outdated(queue[0]):
                heappop(queue)
            if queue:
                heads.append(queue[0])
            else:
                del self._queues[need]
        return (turn for _, _, turn in sorted(heads))

    def _fits(self, need: Need) -> bool:
        return (
            need.cores <= self._free_cores
            and need.memory_mb <= self._free_memory
            and need.accelerator <= self._free_accelerators
        )

    def _take(self, turn: Turn) -> None:
        turn.held = True
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


def _outdated(entry: tuple[float, int, Turn]) -> bool:
    key, _, turn = entry
    return turn.held or turn.left or key != turn.key
