"""`synthesize` in, sound out: sentence by sentence, also while the text still comes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wyoming.audio import AudioStop
from wyoming.tts import SynthesizeStopped, SynthesizeVoice

from jarvis.errors import ModelError
from jarvis.languages import language_of
from jarvis.server.wyoming.languages import plain_language
from jarvis.server.wyoming.sound import chunks_of, start_of
from jarvis.server.wyoming.wire import Wire, WireError
from jarvis.settings import Settings
from jarvis.voice.mouth.speaking import Clip, Mouth, open_voice
from jarvis.voice.sound.audio import SILENCE

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

LONGEST = 50_000
"""Characters of one text, and of text that waits to be said."""
_LATIN = re.compile(r"[a-zA-ZÀ-ɏ]")


class TextStream:
    """Text that comes in pieces."""

    def __init__(self) -> None:
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting = 0

    def add(self, piece: str) -> None:
        """One more piece.

        Raises:
            WireError: too much waits.
        """
        self._waiting += len(piece)
        if self._waiting > LONGEST:
            raise WireError(f"more than {LONGEST} characters wait to be said")
        self._pieces.put_nowait(piece)

    def end(self) -> None:
        """No more comes."""
        self._pieces.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[str]:
        while (piece := await self._pieces.get()) is not None:
            self._waiting -= len(piece)
            yield piece


async def one(text: str) -> AsyncIterator[str]:
    """A text that is all there.

    Raises:
        WireError: it is too long.
    """
    if len(text) > LONGEST:
        raise WireError(f"a text may have {LONGEST} characters, not {len(text)}; send it in pieces")
    yield text


class Speaker:
    """Says one text after another over a wire."""

    def __init__(self, wire: Wire, settings: Settings) -> None:
        self._wire, self._settings = wire, settings
        self._turn = asyncio.Lock()

    async def say(
        self, pieces: AsyncIterator[str], wish: SynthesizeVoice | None = None, *, streamed: bool = False
    ) -> None:
        """Sends `audio-start`, the sound, `audio-stop`; after a streamed text also `synthesize-stopped`.

        Raises:
            JarvisError: no voice says it.
            ConnectionError: the peer has gone.
        """
        async with self._turn:
            settings = replace(self._settings, voice_speaker=wish.name) if wish and wish.name else self._settings
            first = await anext(pieces, "")
            wished = plain_language(wish.language or "") if wish else ""
            language = wished or await asyncio.to_thread(_spoken_in, settings, first)
            rate = (await asyncio.to_thread(open_voice, settings, language)).rate
            await self._wire.write(start_of(rate))
            sink = _WireSink(self._wire)
            mouth = Mouth(sink, settings, language)
            try:
                await mouth.say(_after(first, pieces))
            finally:
                await mouth.close()
            await self._wire.write(AudioStop(timestamp=round(1000 * sink.position)))
            if streamed:
                await self._wire.write(SynthesizeStopped())


class _WireSink:
    """Sends what is to be played as soon as it is made; whoever gets it plays it."""

    volume = 1.0
    queued = 0.0

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.position = 0.0

    async def play(self, samples: Samples, rate: int) -> float:
        for chunk in chunks_of(samples, rate, self.position):
            await self._wire.write(chunk)
        self.position += len(samples) / rate
        return self.position

    async def reached(self, position: float) -> None:
        """It was sent."""

    def stop(self) -> float:
        return self.position

    def tick(self) -> bytes:
        return SILENCE

    async def close(self) -> None:
        """Nothing is open."""


async def _after(first: str, pieces: AsyncIterator[str]) -> AsyncIterator[str | Clip]:
    yield first
    async for piece in pieces:
        yield piece


def _spoken_in(settings: Settings, text: str) -> str:
    """The language to say a text in: its own, or the first that a voice has, should that be able to read the letters.

    Raises:
        ModelError: no voice here reads this script.
    """
    language = language_of(text)
    try:
        return open_voice(settings, language).language
    except ModelError:
        if not _LATIN.search(text):
            raise
    return open_voice(settings).language
