"""Around a source and a sink: a clock, the silence after the end of a file, and word of every sound that is played."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from jarvis.errors import JarvisError
from jarvis.voice.sound.audio import FRAME_SECONDS, SILENCE, Pace, Sink, Source

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

_PATIENCE = 3.0
"""Seconds until a microphone that went away is looked for again."""
_AUDIBLE = 0.01
"""Sound below this is silence: voices begin with some."""


class Clock:
    """Seconds of sound heard so far."""

    def __init__(self) -> None:
        self.frames = 0

    def __call__(self) -> float:
        """The time."""
        return self.frames * FRAME_SECONDS


class LastingSource:
    """Counts the frames of a source; after its end there is silence, until nothing goes on any more."""

    def __init__(
        self,
        source: Source,
        clock: Clock,
        pace: Pace,
        idle: Callable[[], bool],
        lost: Callable[[JarvisError], None] | None = None,
        rest: float = 2.0,
    ) -> None:
        """`rest` seconds of silence come at least: the end of a turn is told by them.

        With `lost`, a source that was heard and goes away is told of and opened again, as long as it takes.
        """
        self._source, self._clock, self._pace, self._idle, self._rest = source, clock, pace, idle, rest
        self._lost = lost

    @property
    def name(self) -> str:
        """That of the source."""
        return self._source.name

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The frames of the source, and then silence.

        Raises:
            JarvisError: as the source.
        """
        async for frame in self._frames():
            self._clock.frames += 1
            yield frame
        ended = self._clock()
        while self._clock() < ended + self._rest or not self._idle():
            await self._pace.frame()
            self._clock.frames += 1
            yield SILENCE

    async def _frames(self) -> AsyncIterator[bytes]:
        heard = False
        while True:
            try:
                async with aclosing(aiter(self._source)) as frames:  # type: ignore[type-var]
                    async for frame in frames:
                        heard = True
                        yield frame
                return
            except JarvisError as error:
                if self._lost is None or not heard:
                    raise
                self._lost(error)
            await asyncio.sleep(_PATIENCE)

    async def close(self) -> None:
        """Closes the source."""
        await self._source.close()


class NotingSink:
    """A sink that tells when sound begins to be heard after silence."""

    def __init__(self, sink: Sink, when_played: Callable[[float], None]) -> None:
        """`when_played` gets the seconds until the first sound that is no silence."""
        self._sink, self._when_played = sink, when_played

    @property
    def volume(self) -> float:
        """From 0 to 1."""
        return self._sink.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._sink.volume = volume

    @property
    def position(self) -> float:
        """Seconds of queued sound that were heard."""
        return self._sink.position

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return self._sink.queued

    async def play(self, samples: Samples, rate: int) -> float:
        """Queues sound; gives the position at which it ends."""
        before = self._sink.queued
        self._when_played(before + _lead(samples) / rate)
        return await self._sink.play(samples, rate)

    async def reached(self, position: float) -> None:
        """Waits until what ends there was heard."""
        await self._sink.reached(position)

    def stop(self) -> float:
        """Drops what is queued."""
        return self._sink.stop()

    def tick(self) -> bytes:
        """One frame of what was played."""
        return self._sink.tick()

    async def close(self) -> None:
        """Closes the sink."""
        await self._sink.close()


def _lead(samples: Samples) -> int:
    """How many samples of silence come first."""
    loud = abs(samples) > _AUDIBLE
    return int(loud.argmax()) if loud.any() else len(samples)
