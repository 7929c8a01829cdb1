"""A satellite of the tests: it speaks the protocol of real ones over TCP; its microphone hears made sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event, Eventable, async_read_event, async_write_event
from wyoming.info import Attribution, Info
from wyoming.info import Satellite as SatelliteInfo
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played

from tests.jarvis.server.wyoming.serving import LIMIT
from tests.sounds import Samples, pcm

CHUNK = 1024


class Peer:
    """One satellite, which a hub connects to."""

    def __init__(self, area: str = "kitchen", *, own_wake_word: bool = False) -> None:
        self.area, self.own_wake_word = area, own_wake_word
        self.port = 0
        self.events: list[Event] = []
        """What the hub sent."""
        self.connections = 0
        self._changed = asyncio.Condition()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._quiet: asyncio.Task[None] | None = None

    async def open(self, port: int = 0) -> None:
        """Listens."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listens no more, and hangs up."""
        assert self._server is not None
        self._server.close()
        await self.hang_up()
        await self._server.wait_closed()

    async def hang_up(self) -> None:
        """Ends the connection, whatever goes on."""
        self.mute()
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    async def send(self, *events: Eventable) -> None:
        """Tells the hub."""
        assert self._writer is not None
        for event in events:
            await async_write_event(event.event(), self._writer)

    async def hear(self, samples: Samples) -> None:
        """The microphone hears this, in real time; afterwards it hears silence, as a real one does."""
        self.mute()
        if self.own_wake_word:
            await self.send(RunPipeline(PipelineStage.ASR, PipelineStage.TTS))
        await self._stream(pcm(samples))
        self._quiet = asyncio.create_task(self._silence())

    def mute(self) -> None:
        """The microphone gives nothing."""
        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = None

    async def until(self, *kinds: str, after: int = 0) -> list[Event]:
        """Waits for an event of one of these types beyond the first `after`; gives those beyond, up to it."""
        async with self._changed:
            async with asyncio.timeout(LIMIT):
                while not any(event.type in kinds for event in self.events[after:]):
                    await self._changed.wait()
        for end, event in enumerate(self.events):
            if end >= after and event.type in kinds:
                return self.events[after : end + 1]
        raise AssertionError

    async def told(self, words: str) -> None:
        """Waits until an answer with these words was sent, and all of its sound."""
        async with self._changed:
            async with asyncio.timeout(LIMIT):
                while not self._was_told(words):
                    await self._changed.wait()

    def _was_told(self, words: str) -> bool:
        texts = [event.data["text"] if event.type == "synthesize" else "" for event in self.events]
        places = [place for place, text in enumerate(texts) if words in text]
        return bool(places) and any(event.type == "audio-stop" for event in self.events[places[-1] :])

    def kinds(self) -> list[str]:
        """The types of what was sent, each where it first came."""
        return list(dict.fromkeys(event.type for event in self.events))

    async def _stream(self, sound: bytes) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        for at in range(0, len(sound), 2 * CHUNK):
            await self.send(AudioChunk(16_000, 2, 1, sound[at : at + 2 * CHUNK]))
            await asyncio.sleep(max(0.0, began + at / 32_000 - clock()))

    async def _silence(self) -> None:
        while self._writer is not None:
            await self._stream(bytes(32_000))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.connections += 1
        while (event := await async_read_event(reader)) is not None:
            await self._taken(event)
        self.mute()
        writer.close()

    async def _taken(self, event: Event) -> None:
        if event.type == "describe":
            about = SatelliteInfo("test", Attribution("", ""), True, "test", "1", area=self.area)
            await self.send(Info(satellite=about))
        elif event.type == "run-satellite" and not self.own_wake_word:
            await self.send(RunPipeline(PipelineStage.WAKE, PipelineStage.TTS))
            self._quiet = asyncio.create_task(self._silence())
        elif event.type == "ping":
            await self.send(Pong(Ping.from_event(event).text))
        elif AudioStop.is_type(event.type):
            await self.send(Played())
        elif event.type == "transcript" and self.own_wake_word:
            self.mute()
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()


@asynccontextmanager
async def opened(*peers: Peer) -> AsyncIterator[None]:
    """Satellites that listen while this is open."""
    for peer in peers:
        await peer.open()
    try:
        yield
    finally:
        for peer in peers:
            await peer.close()
