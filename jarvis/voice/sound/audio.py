"""Sound as the voice loop sees it: frames that come in, samples that go out, and one clock for both.

The clock is the sound itself: a frame lasts 32 ms, and the loop's time is the frames heard so far. With a device that
is the time on the wall; with a file it may run hundreds of times faster, and every rule about seconds still holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    """Mono sound in [-1, 1], shape [samples]."""

RATE = 16_000
"""Samples a second of all sound that is heard."""
FRAME = 512
"""Samples of one frame, mono, int16, little-endian: 32 ms."""
FRAME_BYTES = 2 * FRAME
FRAME_SECONDS = FRAME / RATE
SILENCE = bytes(FRAME_BYTES)
"""A frame in which nothing is heard."""


class Source(Protocol):
    """Where sound comes from: a microphone, a file, a pipe, a satellite."""

    @property
    def name(self) -> str:
        """What it is called when something is wrong with it: `the microphone USB Audio`, `order.wav`."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The frames in order, each FRAME_BYTES long; the end of a file ends them.

        Raises:
            JarvisError: there is no such device or file, or it went away.
        """
        ...

    async def close(self) -> None:
        """Lets go of the device or file; may be called twice."""
        ...


class Sink(Protocol):
    """Where sound goes: a speaker, a file, a pipe, a satellite."""

    @property
    def volume(self) -> float:
        """From 0 to 1."""
        ...

    @volume.setter
    def volume(self, volume: float) -> None:
        """Changes what is heard from now on, also of what is queued."""
        ...

    async def play(self, samples: Samples, rate: int) -> float:
        """Queues mono sound of any rate after what is queued already, and gives the position at which it will end.

        Raises:
            JarvisError: the device went away, or the file cannot be written.
        """
        ...

    @property
    def position(self) -> float:
        """Seconds of queued sound that were heard since the sink was opened; silence between does not count."""
        ...

    @property
    def queued(self) -> float:
        """Seconds that are queued and not heard yet; 0.0 when it is silent."""
        ...

    async def reached(self, position: float) -> None:
        """Waits until what ends at this position was heard, or was dropped by `stop`."""
        ...

    def stop(self) -> float:
        """Silent within 80 ms: drops what is queued. Gives the position up to which things were heard.

        What is played next goes on from that position.
        """
        ...

    def tick(self) -> bytes:
        """One frame of what was played while the last frame was heard, FRAME_BYTES long: the reference for the echo.

        Called once for each frame of the source. It is what moves time on for files.
        """
        ...

    async def close(self) -> None:
        """Lets go of the device or completes the file; may be called twice."""
        ...


class Pace:
    """How quickly the frames of files and pipes are given: in real time, or as fast as they are taken.

    While anyone is `busy`, frames come in real time: work takes as long on the sound's clock as on the wall's, and only
    the waiting in between is quick. So a replay at high speed still tells how long an answer took.
    """

    def __init__(self, *, real_time: bool = False) -> None:
        self._real_time = real_time
        self._busy = 0
        self._due: float | None = None

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Frames come in real time while this is open; may be nested."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    async def frame(self) -> None:
        """Waits until the next frame is due."""
        if not (self._real_time or self._busy):
            self._due = None
            await asyncio.sleep(0)
            return
        now = asyncio.get_running_loop().time()
        # A frame that comes late shortens the next wait, as with a device; a long stop is not made up for.
        due = now + FRAME_SECONDS if self._due is None else max(self._due + FRAME_SECONDS, now - 1.0)
        self._due = due
        await asyncio.sleep(max(0.0, due - now))
