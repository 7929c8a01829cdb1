"""What is to be heard next: a queue of sound that can be silenced at once, shared by a device's thread and the loop."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.voice.sound.resampling import resampled

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

_FADE = 0.005
"""Seconds in which sound that is stopped dies away: a cut would click."""
_AHEAD = 1.0
"""`append` waits while more seconds than this are queued, so that a long answer does not pile up."""


@dataclass(slots=True)
class _Waiter:
    position: float
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class Playing:
    """Samples at one rate, taken block by block."""

    def __init__(self, rate: int) -> None:
        """`rate` is that of the samples that `take` gives."""
        self.rate = rate
        self.volume = 1.0
        self._louder = 1.0
        """The volume at the end of the last block: the next one begins with it."""
        self._lock = threading.Lock()
        self._queue: deque[Samples] = deque()
        self._waiting = 0
        self._taken = 0
        self._tail: Samples | None = None
        self._waiters: list[_Waiter] = []

    @property
    def position(self) -> float:
        """Seconds of queued sound that were taken."""
        return self._taken / self.rate

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return self._waiting / self.rate

    async def append(self, samples: Samples, rate: int) -> float:
        """Queues sound of any rate and gives the position at which it ends; waits while much is queued already."""
        sound = resampled(samples, rate, self.rate)
        if self.queued > _AHEAD:
            await self.reached(self.position + self.queued - _AHEAD)
        with self._lock:
            if len(sound):
                self._queue.append(sound)
            self._waiting += len(sound)
            return (self._taken + self._waiting) / self.rate

    async def reached(self, position: float) -> None:
        """Waits until so much was taken, or the queue was cleared."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if not self._waiting or self._taken / self.rate >= position:
                return
            waiter = _Waiter(position, loop, loop.create_future())
            self._waiters.append(waiter)
        await waiter.done

    def clear(self) -> float:
        """Drops what is queued but for the few milliseconds in which it dies away; gives the position reached."""
        import numpy as np

        with self._lock:
            if self._queue:
                tail = self._queue[0][: round(_FADE * self.rate)]
                self._tail = tail * np.linspace(1.0, 0.0, len(tail), dtype=np.float32)
            self._queue.clear()
            self._waiting = 0
            self._wake(everyone=True)
            return self._taken / self.rate

    def take(self, count: int) -> Samples:
        """The next samples at the present volume, shape [count]; silence where nothing is queued. Any thread."""
        import numpy as np

        out = np.zeros(count, np.float32)
        with self._lock:
            self._fill(out)
            self._wake(everyone=not self._waiting)
        volume = min(1.0, max(0.0, self.volume))
        if self._louder == volume == 1.0:
            return out
        out *= np.linspace(self._louder, volume, count, dtype=np.float32)
        self._louder = volume
        return out

    def _fill(self, out: Samples) -> None:
        at = 0
        if self._tail is not None:
            at = min(len(out), len(self._tail))
            out[:at] = self._tail[:at]
            self._tail = None
            return
        while self._queue and at < len(out):
            first = self._queue.popleft()
            used = min(len(first), len(out) - at)
            out[at : at + used] = first[:used]
            if used < len(first):
                self._queue.appendleft(first[used:])
            at += used
        self._taken += at
        self._waiting -= at

    def _wake(self, *, everyone: bool) -> None:
        """Called with the lock held. In a device's thread, so the waiters are told through their loop."""
        reached = self._taken / self.rate
        due = [waiter for waiter in self._waiters if everyone or waiter.position <= reached]
        self._waiters = [waiter for waiter in self._waiters if waiter not in due]
        for waiter in due:
            if not waiter.loop.is_closed():
                waiter.loop.call_soon_threadsafe(_set, waiter.done)


def _set(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
