"""What the tests of Wyoming share: a server in a thread, and the client's side of each exchange."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, Eventable

from jarvis.engine import Jarvis
from jarvis.server.wyoming.address import Address
from jarvis.server.wyoming.connection import Limits, Service
from jarvis.server.wyoming.opening import opened
from jarvis.server.wyoming.server import WyomingServer
from jarvis.session import Session
from jarvis.settings import Settings
from tests.sounds import RATE, Samples, pcm

LIMIT = 90.0
"""Seconds that any exchange may take on a machine that does much else."""

T = TypeVar("T")


class Served:
    """A server while it is open."""

    def __init__(self, settings: Settings, path: str = "", **limits: Any) -> None:
        self.settings, self._limits = settings, Limits(**limits)
        self._address = Address("unix", path=path) if path else Address("tcp", "127.0.0.1", 0)
        self._server: WyomingServer | None = None
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="served")
        self.service: Service | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(LIMIT)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(self, *error: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(LIMIT)
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with Jarvis.open(self.settings) as jarvis, opened(jarvis, self.settings.out) as self.service:
            self._server = WyomingServer(self.service, self._limits)
            self.port = (await self._server.start(self._address)).port
            self._ready.set()
            await self._stop.wait()
            await self._server.close()

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        assert self._server is not None
        return self._server.connections

    def conversation(self, name: str) -> Session:
        """The session behind a conversation that was begun."""
        assert self.service is not None
        return self.service.conversations.of(name).session

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A client of the package."""
        async with AsyncTcpClient("127.0.0.1", self.port) as client:
            yield Client(client)


class Client:
    """The client's side."""

    def __init__(self, client: AsyncTcpClient) -> None:
        self._client = client

    async def send(self, *events: Eventable | Event) -> None:
        """Sends events in this order."""
        for event in events:
            await self._client.write_event(event if isinstance(event, Event) else event.event())

    async def next(self) -> Event:
        """The next event; the end of the connection is a failure."""
        event = await asyncio.wait_for(self._client.read_event(), LIMIT)
        assert event is not None, "the server closed the connection"
        return event

    async def ended(self) -> list[Event]:
        """What still comes until the server closes the connection."""
        events: list[Event] = []
        while (event := await asyncio.wait_for(self._client.read_event(), LIMIT)) is not None:
            events.append(event)
        return events

    async def until(self, *kinds: str) -> list[Event]:
        """Everything up to the first event of one of these types."""
        events = [await self.next()]
        while events[-1].type not in kinds:
            events.append(await self.next())
        return events

    async def transcript(self, samples: Samples, language: str | None = None, **form: int) -> list[Event]:
        """Asks for a transcript of sound; everything up to it."""
        await self.send(Transcribe(language=language), *sound(samples, **form))
        return await self.until("transcript", "error")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs one test's conversation."""
    return asyncio.run(asyncio.wait_for(work, 3 * LIMIT))


def sound(samples: Samples, rate: int = RATE, width: int = 2, channels: int = 1, chunk: int = 1024) -> list[Eventable]:
    """Samples of 16 kHz as the events of a stream in any format."""
    from jarvis.voice.sound.resampling import resampled

    moved = resampled(samples, RATE, rate)
    audio = _bytes(np.repeat(moved[:, None], channels, axis=1), width)
    size = chunk * width * channels
    chunks = [AudioChunk(rate, width, channels, audio[at : at + size]) for at in range(0, len(audio), size)]
    return [AudioStart(rate, width, channels), *chunks, AudioStop()]


def _bytes(samples: NDArray[np.float32], width: int) -> bytes:
    if width == 2:
        return pcm(samples.ravel()) if samples.shape[1] == 1 else (samples * 32767).astype("<i2").tobytes()
    if width == 1:
        return (samples * 127 + 128).astype(np.uint8).tobytes()
    wide = (samples.astype(np.float64) * (2**31 - 1)).astype("<i4")
    return wide.tobytes() if width == 4 else wide.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


def audio_of(events: list[Event]) -> tuple[Samples, int]:
    """The sound among events, mono 16 bits, and its rate."""
    chunks = [AudioChunk.from_event(event) for event in events if AudioChunk.is_type(event.type)]
    assert {(chunk.width, chunk.channels) for chunk in chunks} <= {(2, 1)}
    joined = np.frombuffer(b"".join(chunk.audio for chunk in chunks), "<i2")
    return np.asarray(joined / 32768, np.float32), chunks[0].rate if chunks else 0


def wait_until(true: Any, seconds: float = LIMIT) -> None:
    """Waits for something that happens in another thread."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
