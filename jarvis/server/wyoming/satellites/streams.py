"""The microphone and the speaker of a satellite, as the voice loop wants them: a Source and a Sink over the wire."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from wyoming.audio import AudioStop

from jarvis.server.wyoming.sound import chunks_of, start_of
from jarvis.server.wyoming.wire import Wire
from jarvis.voice.sound.audio import FRAME, FRAME_BYTES, FRAME_SECONDS, RATE, SILENCE
from jarvis.voice.sound.frames import bytes_of, samples_of
from jarvis.voice.sound.playing import Playing

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

MOST_WAITING = 300
"""Frames (10 s) that wait to be heard; older ones are dropped when this machine cannot keep up."""
GAP = 0.4
"""Seconds without sound after which a satellite is taken for silent, where time has to go on."""
SPEAKER_RATE = 22_050
"""Of what is sent; that of the satellites' own speakers, unless told otherwise."""
LEAD = 0.5
"""Seconds that the speaker is sent ahead, so that a stuttering network is not heard; so much is heard after a stop."""
TAIL = 0.5
"""Seconds of nothing to say after which the sound is over."""


class Microphone:
    """A Source: the frames that a satellite sends, and silence in between while the loop needs time to go on."""

    def __init__(self, name: str, needed: Callable[[], bool]) -> None:
        """`needed` says whether somebody waits for time to pass."""
        self.name = name
        self.level = 0.0
        """The loudest frame (root mean square) since `listen`."""
        self.dropped = 0
        """Frames that nobody had time for."""
        self._needed = needed
        self._frames: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._come = asyncio.Event()
        self._closed = False

    def put(self, frame: bytes) -> None:
        """One frame more was heard."""
        self.dropped += len(self._frames) == MOST_WAITING
        self._frames.append(frame)
        self._come.set()

    def listen(self) -> None:
        """Somebody begins to speak to it: the level is measured from here."""
        self.level = 0.0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        patience = GAP
        while not self._closed:
            if not self._frames and not await self._more(patience):
                patience = FRAME_SECONDS
                if self._needed():
                    yield SILENCE
                else:
                    patience = GAP
                continue
            patience = GAP
            while self._frames:
                frame = self._frames.popleft()
                self._measure(frame)
                yield frame

    async def close(self) -> None:
        """No more comes."""
        self._closed = True
        self._come.set()

    async def _more(self, patience: float) -> bool:
        self._come.clear()
        try:
            async with asyncio.timeout(patience):
                await self._come.wait()
        except TimeoutError:
            return False
        return True

    def _measure(self, frame: bytes) -> None:
        import numpy as np

        samples = samples_of(frame)
        self.level = max(self.level, float(np.sqrt(np.dot(samples, samples) / FRAME)))


class Speaker:
    """A Sink: what is queued is sent at the pace at which it is heard, a little ahead."""

    def __init__(self, wire: Wire, rate: int = SPEAKER_RATE) -> None:
        self.deaf = False
        """Whether the satellite has no speaker: then only the time passes."""
        self._wire, self._rate = wire, rate
        self._playing = Playing(rate)
        self._more = asyncio.Event()
        self._sent: deque[Samples] = deque()
        """What is being heard about now, for the reference of the echo."""
        self._cut = False

    @property
    def volume(self) -> float:
        """From 0 to 1."""
        return self._playing.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._playing.volume = volume

    @property
    def position(self) -> float:
        """Seconds of queued sound that were sent."""
        return self._playing.position

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return self._playing.queued

    async def play(self, samples: Samples, rate: int) -> float:
        """Queues sound; gives the position at which it ends."""
        end = await self._playing.append(samples, rate)
        self._more.set()
        return end

    async def reached(self, position: float) -> None:
        """Waits until what ends there was sent, or was dropped."""
        await self._playing.reached(position)

    def stop(self) -> float:
        """Drops what is queued; what was sent ahead is still heard."""
        self._cut = True
        return self._playing.clear()

    def tick(self) -> bytes:
        """One frame of what is heard about now, as well as the network lets it be known."""
        from jarvis.voice.sound.resampling import resampled

        if not self._sent:
            return SILENCE
        frame = bytes_of(resampled(self._sent.popleft(), self._rate, RATE))[:FRAME_BYTES]
        return frame + bytes(FRAME_BYTES - len(frame))

    async def close(self) -> None:
        """Nothing is open."""

    async def run(self) -> None:
        """Sends what is queued, until cancelled.

        Raises:
            ConnectionError: the satellite has gone.
        """
        while True:
            self._more.clear()
            if not self.queued:
                await self._more.wait()
            await self._sound()

    async def _sound(self) -> None:
        """One sound from its beginning to its end."""
        loop = asyncio.get_running_loop()
        block = round(self._rate * FRAME_SECONDS)
        began, sent, self._cut = loop.time(), 0.0, False
        if not self.deaf:
            await self._wire.write(start_of(self._rate))
        while await self._goes_on():
            samples = self._playing.take(block)
            self._sent.append(samples)
            if not self.deaf:
                for chunk in chunks_of(samples, self._rate, sent):
                    await self._wire.write(chunk)
            sent += block / self._rate
            # A pause between two sentences is not made up for.
            began = max(began, loop.time() - sent)
            await asyncio.sleep(max(0.0, began + sent - LEAD - loop.time()))
        self._sent.clear()
        if not self.deaf:
            await self._wire.write(AudioStop(timestamp=round(1000 * sent)))

    async def _goes_on(self) -> bool:
        """Whether more is to be sent; waits a little for it, unless it was stopped."""
        if self.queued:
            return True
        if self._cut:
            return False
        self._more.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(TAIL):
                await self._more.wait()
        return self.queued > 0
