"""`transcribe` and sound in, `transcript` out; with the words that are sure as they come."""

from __future__ import annotations

import logging

from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk

from jarvis.server.wyoming.sound import Ear
from jarvis.server.wyoming.speech import Speech
from jarvis.server.wyoming.wire import Wire
from jarvis.voice.recognition.hearing import Heard, Hearing, Recogniser
from jarvis.voice.sound.audio import RATE

LONGEST = 300
"""Seconds of sound in one request; what comes after is not listened to."""

_log = logging.getLogger(__name__)


class Transcription:
    """One stream of sound after another, each up to `audio-stop`."""

    def __init__(
        self, wire: Wire, speech: Speech, recogniser: Recogniser, language: str, longest: float = LONGEST
    ) -> None:
        self._wire, self._speech, self._language, self._longest = wire, speech, language, longest
        self._hearing = Hearing(recogniser)
        self._ear = Ear()
        self._sound = bytearray()
        """What was heard, where it is recognised at the end only."""
        self._live: bool | None = None
        """Whether it is recognised while it comes; None before the first sound."""
        self._samples = 0
        self._told = ""
        self._full = False

    async def chunk(self, chunk: AudioChunk) -> None:
        """Hears more; tells the words that are sure by now."""
        if self._full:
            return
        if self._live is None:
            self._live = self._speech.live()
            self._hearing.start(language=self._language)
        for frame in self._ear.feed(chunk):
            self._hear(frame)
        await self._tell(self._hearing.partial().stable)
        if self._samples > RATE * self._longest:
            _log.warning("%s: sound of more than %g s; the rest is not listened to", self._wire.peer, self._longest)
            await self._answer(await self._whole())
            self._full = True

    async def stop(self) -> None:
        """The sound is over: sends the transcript, unless it is out already."""
        if not self._full:
            for frame in self._ear.finish():
                self._hear(frame)
            await self._answer(await self._whole())
        self._forget()

    async def close(self) -> None:
        """Nobody wants the transcript any more."""
        self._forget()
        await self._hearing.close()

    def _forget(self) -> None:
        if self._live:
            self._speech.let_go()
        self._hearing.start()
        self._sound.clear()
        self._live, self._samples, self._told, self._full = None, 0, "", False

    def _hear(self, frame: bytes) -> None:
        self._samples += len(frame) // 2
        if self._live:
            self._hearing.feed(frame)
        else:
            self._sound += frame

    async def _whole(self) -> Heard:
        if not self._samples:
            return Heard("", self._language, 0.0)
        if not self._live:
            self._hearing.start(bytes(self._sound), self._language)
        return await self._hearing.finish()

    async def _tell(self, sure: str) -> None:
        """Sends the words after those that were sent; words that changed since stand in the transcript only."""
        if not sure.startswith(self._told) or sure == self._told:
            return
        more = sure[len(self._told) :]
        if not self._told:
            await self._wire.write(TranscriptStart(language=self._language or None))
        self._told = sure
        await self._wire.write(TranscriptChunk(more))

    async def _answer(self, heard: Heard) -> None:
        await self._tell(heard.text)
        transcript = Transcript(text=heard.text, language=heard.language or self._language or None)
        await self._wire.write(*([transcript, TranscriptStop()] if self._told else [transcript]))
