"""One client: its events are answered in order; long work goes on beside them, so that a ping is answered at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from wyoming.audio import AudioChunk
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Info
from wyoming.ping import Pong
from wyoming.tts import SynthesizeStart, SynthesizeVoice

from jarvis.errors import JarvisError
from jarvis.server.wyoming.asr import LONGEST, Transcription
from jarvis.server.wyoming.conversations import Conversations
from jarvis.server.wyoming.handle import ask_of, handle
from jarvis.server.wyoming.languages import plain_language
from jarvis.server.wyoming.sound import chunk_of
from jarvis.server.wyoming.speech import Speech
from jarvis.server.wyoming.tts import Speaker, TextStream, one
from jarvis.server.wyoming.wake import WakeModel, Watch, open_waker
from jarvis.server.wyoming.wire import PATIENCE, Wire, WireError, optional_text, parsed, text_of
from jarvis.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take. Seconds are of time, but for `longest_sound`."""

    most: int = 64
    """Clients at once."""
    waiting: int = 8
    """Requests of one client that wait at once."""
    idle: float = 3600.0
    """Without an event for so long, a client is taken for gone."""
    patience: float = PATIENCE
    """In which a client has to take what is sent to it."""
    longest_sound: float = LONGEST
    """Seconds of sound in one `transcribe`; what comes after is not listened to."""


@dataclass(frozen=True, slots=True)
class Service:
    """What all connections share."""

    settings: Settings
    info: Info
    speech: Speech
    wake_models: Sequence[WakeModel]
    conversations: Conversations


class Listener(Protocol):
    """Who gets the sound of a connection."""

    async def chunk(self, chunk: AudioChunk) -> None:
        """Some of it."""
        ...

    async def stop(self) -> None:
        """All of it was given."""
        ...

    async def close(self) -> None:
        """Nobody wants to know any more."""
        ...


class Connection:
    """Reads events until the client leaves, or sends what cannot be understood."""

    def __init__(self, wire: Wire, service: Service, limits: Limits) -> None:
        self._wire, self._service, self._limits = wire, service, limits
        self._speaker = Speaker(wire, service.settings)
        self._listener: Listener | None = None
        self._text: TextStream | None = None
        """A text that is being sent in pieces."""
        self._talking = asyncio.Lock()
        self._work: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self._on: dict[str, Callable[[Event], Awaitable[None]]] = {
            "describe": self._describe,
            "ping": self._ping,
            "transcribe": self._transcribe,
            "detect": self._detect,
            "audio-chunk": self._chunk,
            "audio-stop": self._stop,
            "synthesize": self._synthesize,
            "synthesize-start": self._synthesize_start,
            "synthesize-chunk": self._synthesize_chunk,
            "synthesize-stop": self._synthesize_stop,
            "transcript": self._transcript,
        }

    async def run(self, *, drain: bool = False) -> None:
        """Serves the client; with `drain`, what it asked for is still done when it has said its last."""
        self._reading = asyncio.create_task(self._read(drain=drain))
        try:
            await asyncio.wait({self._reading})
        finally:
            self._reading.cancel()
            error = self._failure
            if error is None and not self._reading.cancelled() and self._reading.done():
                error = self._reading.exception()
            await self._end(error)

    async def _read(self, *, drain: bool) -> None:
        while (event := await self._next()) is not None:
            on = self._on.get(event.type)
            if on is None:
                _log.debug("%s: the event %s is not for this server", self._wire.peer, event.type[:80])
            else:
                await on(event)
        if drain and self._work:
            await asyncio.wait(self._work)

    async def _next(self) -> Event | None:
        try:
            async with asyncio.timeout(self._limits.idle):
                return await self._wire.read()
        except TimeoutError:
            _log.info("%s said nothing for %g s; the connection is closed", self._wire.peer, self._limits.idle)
            return None

    async def _end(self, error: BaseException | None) -> None:
        for task in self._work:
            task.cancel()
        if self._listener is not None:
            await self._listener.close()
        if isinstance(error, JarvisError):
            _log.warning("%s: %s", self._wire.peer, error)
            await self._wire.refuse(Error(text=str(error), code=type(error).__name__))
        elif error is not None and not isinstance(error, OSError):
            _log.error("%s: internal error; please report it", self._wire.peer, exc_info=error)
            await self._wire.refuse(Error(text="internal error of Jarvis; its log tells more", code="InternalError"))
        await self._wire.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Does it beside the reading; its failure ends the connection.

        Raises:
            WireError: too much goes on already.
        """
        if len(self._work) >= self._limits.waiting:
            work.close()
            raise WireError(f"more than {self._limits.waiting} requests wait; wait for their answers first")
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and self._failure is None and self._reading is not None:
            self._failure = error
            self._reading.cancel()

    async def _describe(self, event: Event) -> None:
        await self._wire.write(self._service.info)

    async def _ping(self, event: Event) -> None:
        await self._wire.write(Pong(text=optional_text(event, "text") or None))

    async def _transcribe(self, event: Event) -> None:
        language = plain_language(optional_text(event, "language"))
        await self._transcription(language, optional_text(event, "name"))

    async def _transcription(self, language: str = "", name: str = "") -> Listener:
        speech = self._service.speech
        recogniser = await speech.recogniser(language, name)
        return await self._listen(Transcription(self._wire, speech, recogniser, language, self._limits.longest_sound))

    async def _detect(self, event: Event) -> None:
        names = event.data.get("names") or []
        service = self._service
        if not isinstance(names, list):
            raise WireError("the names of a detect must be a list")
        waker = await open_waker(service.settings, service.wake_models, [str(name) for name in names])
        await self._listen(Watch(self._wire, waker))

    async def _listen(self, listener: Listener) -> Listener:
        if self._listener is not None:
            await self._listener.close()
        self._listener = listener
        return listener

    async def _chunk(self, event: Event) -> None:
        listener = self._listener or await self._transcription()
        await listener.chunk(chunk_of(event))

    async def _stop(self, event: Event) -> None:
        if self._listener is not None:
            await self._listener.stop()

    async def _synthesize(self, event: Event) -> None:
        text = text_of(event)
        if self._text is None:  # else it is the whole of the text that came in pieces
            self._spawn(self._speaker.say(one(text), _wish(event)))

    async def _synthesize_start(self, event: Event) -> None:
        self._end_text()
        parsed(SynthesizeStart, event)
        self._text = TextStream()
        self._spawn(self._speaker.say(aiter(self._text), _wish(event), streamed=True))

    async def _synthesize_chunk(self, event: Event) -> None:
        if self._text is None:
            raise WireError("synthesize-chunk without synthesize-start")
        self._text.add(text_of(event))

    async def _synthesize_stop(self, event: Event) -> None:
        self._end_text()

    def _end_text(self) -> None:
        if self._text is not None:
            self._text.end()
        self._text = None

    async def _transcript(self, event: Event) -> None:
        self._spawn(self._talk(event))

    async def _talk(self, event: Event) -> None:
        async with self._talking:
            await handle(ask_of(event), self._wire, self._service.conversations)


def _wish(event: Event) -> SynthesizeVoice | None:
    """The voice that is wanted.

    Raises:
        WireError: it is not described as one.
    """
    voice = event.data.get("voice")
    if voice is None:
        return None
    if not isinstance(voice, dict) or not all(isinstance(value, str | None) for value in voice.values()):
        raise WireError("a voice is described by name, language and speaker")
    return SynthesizeVoice(voice.get("name"), voice.get("language"), voice.get("speaker"))
