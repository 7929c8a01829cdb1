"""Spoken answers: sentence by sentence, the first sound as early as possible, silent at once when told.

While one sentence is heard the next one is made. What was heard is known from the sink's position, so that an answer
that was cut off can be told apart, word by word, into what was heard and what was not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from jarvis.settings import Settings
from jarvis.voice.mouth.aloud import as_said
from jarvis.voice.mouth.pieces import Clip, early, sentences_of
from jarvis.voice.mouth.remembered import RememberingVoice
from jarvis.voice.mouth.voices import Voice, missing_voices, open_voice
from jarvis.voice.shelf import SPEAKING, give_back

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples, Sink

__all__ = ["Clip", "Mouth", "Said", "Voice", "missing_voices", "open_voice"]

_PAUSE = 0.18
"""Seconds of silence between two sentences."""
_STEP = 0.15
_QUIETEST = 0.1
_PEAK = 0.89
"""Louder sentences are turned down to this (-1 dB): nothing clips."""
_LETTER = 0.06
"""Seconds that a letter takes, for words whose sound is not all made yet."""
_HUSHED = 0.004
"""Sound below this is silence."""
_LEAD = 0.02
"""Seconds of a voice's own silence that stay before its first sound."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of something that was to be said. Both together are its words, in their order."""

    spoken: str
    """The words that were heard; the last one may be cut."""
    unspoken: str = ""
    """The words that were not heard; "" when all of it was said."""


@dataclass(slots=True)
class _Part:
    """One sentence, or one sound, and when it is heard on the sink's own clock."""

    words: str
    start: float = 0.0
    end: float | None = None
    """None before the first of it is queued."""
    whole: bool = False
    """Whether all of it is queued."""


class _Speech:
    """One answer: its parts in their order."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.begun = asyncio.Event()

    def said(self, position: float) -> Said:
        """What was heard when the sink was at `position`."""
        heard: list[str] = []
        rest: list[str] = []
        for part in self.parts:
            words = part.words.split()
            count = _heard_words(part, words, position)
            heard += words[:count]
            rest += words[count:]
        return Said(" ".join(heard), " ".join(rest))


class Mouth:
    """Says one thing after another through a Sink. All methods are called in the event loop; none blocks it."""

    def __init__(
        self,
        sink: Sink,
        settings: Settings,
        language: str = "en",
        busy: Callable[[], AbstractContextManager[object]] = nullcontext,
        opener: Callable[[Settings, str], Voice] = open_voice,
    ) -> None:
        """Voices are opened when a language is first spoken, unless `warm` was awaited before.

        `busy` is open while a voice computes.
        """
        self._sink, self._settings, self._language, self._busy, self._open = sink, settings, language, busy, opener
        self._voices: dict[str, Voice] = {}
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._stops = 0
        self._speech: _Speech | None = None
        self._making: asyncio.Task[None] | None = None
        self._last: tuple[list[str | Clip], str] = ([], "")

    async def warm(self, *languages: str) -> None:
        """Opens the voices of these languages (without any, the usual one), so that the first sentence waits for none.

        Raises:
            ModelError: there is no voice for one of them.
        """
        for language in languages or (self._language,):
            voice = await self._voice(language)
            with self._busy():
                await SPEAKING.run(partial(voice.speak, as_said("1, 2, 3.", language)))

    async def prepare(self, *sentences: str, language: str = "") -> None:
        """Makes sentences that will be said soon or often, so that their sound is there at once; needs the cache.

        Raises:
            ModelError: there is no voice for the language.
        """
        voice = await self._voice(language or self._language)
        for sentence in sentences:
            if text := as_said(sentence, voice.language):
                with self._busy():
                    await SPEAKING.run(partial(voice.speak, text))

    async def close(self) -> None:
        """Silence, and an end of all work: Python must not end while a thread computes."""
        self.stop()
        await SPEAKING.run(give_back)

    async def say(self, words: str | AsyncIterator[str | Clip], language: str = "") -> Said:
        """Says a text, or sentences, pieces of them and sounds as they come; returns when all was heard, or `stop` was
        called.

        What is called while another `say` goes on waits for that one.

        Raises:
            ModelError: there is no voice for the language.
        """
        stops = self._stops
        self._waiting += 1
        try:
            async with self._turn:
                if stops != self._stops:
                    return Said("", words if isinstance(words, str) else "")
                return await self._say(words, language or self._language)
        finally:
            self._waiting -= 1

    def stop(self) -> Said:
        """Silence at once; also what waits is dropped. Says what was heard of the words at hand and what was not."""
        self._stops += 1
        position = self._sink.stop()
        if self._making is not None:
            self._making.cancel()
        return self._speech.said(position) if self._speech else Said("")

    @property
    def speaking(self) -> bool:
        """Whether something is being said or waits to be said."""
        return self._waiting > 0

    @property
    def volume(self) -> float:
        """0 to 1."""
        return self._sink.volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._sink.volume = min(1.0, max(0.0, value))

    def louder(self) -> float:
        """One step louder; gives the new volume."""
        self.volume = round(self.volume + _STEP, 2)
        return self.volume

    def quieter(self) -> float:
        """One step quieter, never silent; gives the new volume."""
        self.volume = max(_QUIETEST, round(self.volume - _STEP, 2))
        return self.volume

    async def repeat(self) -> Said:
        """Says again what was last said; `Said("")` when there was nothing."""
        pieces, language = self._last
        return await self.say(_again(pieces), language) if pieces else Said("")

    async def _say(self, words: str | AsyncIterator[str | Clip], language: str) -> Said:
        voice = await self._voice(language)
        speech = self._speech = _Speech()
        self._last = ([], language)
        self._making = asyncio.create_task(self._make(words, voice, speech, self._last[0]))
        try:
            await asyncio.wait({self._making})
            if not self._making.cancelled():
                self._making.result()
            return speech.said(self._sink.position)
        finally:
            self._making.cancel()  # when `say` itself was cancelled
            self._speech = self._making = None
            await SPEAKING.run(give_back)

    async def _make(
        self, words: str | AsyncIterator[str | Clip], voice: Voice, speech: _Speech, said: list[str | Clip]
    ) -> None:
        end = 0.0
        async for sentence in sentences_of(words):
            said.append(sentence)
            if isinstance(sentence, str):
                for clause in early(sentence) if not speech.begun.is_set() else [sentence]:
                    end = await self._speak(clause, voice, speech)
            else:
                part = _Part(sentence.words)
                speech.parts.append(part)
                end = await self._play(part, sentence.samples, sentence.rate)
                part.whole = True
                speech.begun.set()
        await self._sink.reached(end)

    async def _speak(self, sentence: str, voice: Voice, speech: _Speech) -> float:
        """Makes and queues one sentence; gives where it ends on the sink's clock."""
        import numpy as np

        part = _Part(sentence)
        speech.parts.append(part)
        text = as_said(sentence, voice.language)
        if not text:
            part.start = part.end = self._sink.position + self._sink.queued
            part.whole = True
            return part.end
        made: Iterator[Samples] = voice.parts(text)
        end, first = 0.0, True
        while True:
            with self._busy():
                samples = await SPEAKING.run(partial(next, made, None))
            if samples is None:
                break
            samples = _levelled(samples)
            if first:
                samples = _trimmed(samples, voice.rate)
                if speech.begun.is_set():
                    samples = np.concatenate([np.zeros(int(_PAUSE * voice.rate), np.float32), samples])
                speech.begun.set()
            end = await self._play(part, samples, voice.rate, begins=first)
            first = False
        part.whole = True
        return end

    async def _play(self, part: _Part, samples: Samples, rate: int, *, begins: bool = True) -> float:
        end = await self._sink.play(samples, rate)
        if begins:
            part.start = end - len(samples) / rate
        part.end = end
        return end

    async def _voice(self, language: str) -> Voice:
        if language not in self._voices:
            with self._busy():
                voice = await SPEAKING.run(partial(self._open, self._settings, language))
            if self._settings.cache_mb > 0:
                voice = RememberingVoice(voice, self._settings.cache_dir / "voice")
            self._voices[language] = voice
        return self._voices[language]


def _heard_words(part: _Part, words: list[str], position: float) -> int:
    """How many words of a part were heard, by the letters that they have: a word counts when half of it was."""
    if part.end is None:
        return 0
    if part.whole and position >= part.end - 0.02:
        return len(words)
    if position <= part.start:
        return 0
    letters = [len(word) + 1 for word in words]
    end = part.end if part.whole else max(part.end, part.start + sum(letters) * _LETTER)
    reached, count, heard = 0.0, 0, (position - part.start) / (end - part.start) * sum(letters)
    while count < len(letters) and reached + letters[count] / 2 <= heard:
        reached += letters[count]
        count += 1
    return count


def _levelled(samples: Samples) -> Samples:
    peak = float(abs(samples).max(initial=0.0))
    return samples if peak <= _PEAK else samples * (_PEAK / peak)


def _trimmed(samples: Samples, rate: int) -> Samples:
    """Without most of the silence that a voice begins with: it would be waited for."""
    import numpy as np

    loud = np.flatnonzero(np.abs(samples) > _HUSHED)
    return samples[max(0, int(loud[0]) - int(_LEAD * rate)) :] if len(loud) else samples


async def _again(pieces: list[str | Clip]) -> AsyncIterator[str | Clip]:
    for piece in pieces:
        yield piece
