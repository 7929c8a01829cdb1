"""One satellite: connected to, again and again, and the voice loop run over its microphone and speaker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wyoming.event import Event, Eventable
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.wake import Detect

from jarvis.engine import Jarvis
from jarvis.errors import JarvisError
from jarvis.server.wyoming.address import Address, SatelliteAddress
from jarvis.server.wyoming.satellites.arbiter import Arbiter
from jarvis.server.wyoming.satellites.streams import Microphone, Speaker
from jarvis.server.wyoming.satellites.telling import Teller
from jarvis.server.wyoming.sound import Ear, chunk_of
from jarvis.server.wyoming.wire import LONGEST_LINE, Wire, optional_text, parsed
from jarvis.voice.conversation import Options
from jarvis.voice.ears.opening import open_wake_word
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.place import open_place

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds until a lost satellite is tried again: twice as long each time."""
CONNECTING = 10.0
"""Seconds that a connection may take."""
PINGING = 10.0
"""Seconds between two pings."""
SILENT = 30.0
"""Seconds without any event after which a satellite that answers pings is taken for lost."""
DESCRIBING = 2.0
"""Seconds in which a satellite says what it is."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Household:
    """What all satellites of a hub share."""

    jarvis: Jarvis
    out: Path
    arbiter: Arbiter = field(default_factory=Arbiter)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever one more of them can be spoken to."""


class Satellite:
    """Keeps one satellite running; its conversation outlives its connections."""

    def __init__(self, where: SatelliteAddress, household: Household, *, wait: float = FIRST_WAIT) -> None:
        self.where, self.room = where, where.room
        self._household, self._wait = household, wait
        self._session = household.jarvis.session()
        self._link: _Link | None = None
        self._served = 0
        """How often it was connected."""

    @property
    def name(self) -> str:
        """For the log."""
        return f"the satellite {self.where.address}"

    @property
    def connected(self) -> bool:
        """Whether somebody can be spoken to there."""
        return self._link is not None and self._link.ready

    async def run(self) -> None:
        """Connects, serves, and connects again, until cancelled."""
        wait, told = self._wait, False
        while True:
            began = self._served
            try:
                await self._once()
                _log.warning("%s went away; trying again", self.name)
            except (OSError, JarvisError) as error:
                if not told or self._served > began:
                    _log.warning("%s cannot be used: %s; trying again", self.name, _why(error))
                told = True
            except Exception:  # noqa: BLE001 - the hub's edge: a bug with one satellite leaves the others alone
                _log.exception("%s: internal error; please report it", self.name)
            if self._served > began:
                wait, told = self._wait, False
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def say(self, text: str, language: str = "") -> bool:
        """Says something between turns; gives whether it could be."""
        link = self._link
        return link is not None and await link.say(text, language)

    async def _once(self) -> None:
        wire = await _connect(self.where.address)
        link = _Link(wire, self.where, self._household)
        try:
            await link.open(self._session)
            self.room, self._link = link.room, link
            self._served += 1
            self._household.arrived.set()
            await link.run()
        finally:
            self._link = None
            await link.close()


async def _connect(address: Address) -> Wire:
    """A connection to a satellite.

    Raises:
        OSError: nobody listens there.
        TimeoutError: nobody answers.
    """
    async with asyncio.timeout(CONNECTING):
        if address.kind == "unix":
            reader, writer = await asyncio.open_unix_connection(address.path, limit=LONGEST_LINE)
        else:
            reader, writer = await asyncio.open_connection(address.host, address.port, limit=LONGEST_LINE)
    return Wire(reader, writer, f"the satellite {address}")


def _why(error: OSError | JarvisError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    return "it does not answer" if isinstance(error, TimeoutError) else str(error)


class _Link:
    """One connection to it."""

    def __init__(self, wire: Wire, where: SatelliteAddress, household: Household) -> None:
        self.room, self._where = where.room, where
        self._wire, self._household = wire, household
        self._microphone = Microphone(wire.peer, self._needs_time)
        self._speaker = Speaker(wire)
        self._ear = Ear()
        self._outgoing: asyncio.Queue[Eventable] = asyncio.Queue()
        self._teller = Teller(household.arbiter, str(where.address), self._microphone, self._outgoing.put_nowait)
        self._loop: VoiceLoop | None = None
        self._listens = False
        """Whether the satellite wants its sound to be heard."""
        self._heard_at = 0.0
        self._answers_pings = False
        self._on = {
            "info": self._info,
            "run-pipeline": self._run_pipeline,
            "audio-chunk": self._chunk,
            "audio-stop": self._stop,
            "ping": self._ping,
            "pong": self._pong,
            "detection": self._detection,
            "error": self._error,
        }

    @property
    def ready(self) -> bool:
        """Whether the voice loop runs."""
        return self._loop is not None

    async def open(self, session: Any) -> None:
        """Makes its acquaintance, and gets the voice loop ready.

        Raises:
            JarvisError: it is no satellite, or a model is missing.
            ConnectionError: it has gone.
        """
        await self._wire.write(Describe())
        try:
            async with asyncio.timeout(DESCRIBING):
                event = await self._wire.read()
        except TimeoutError:
            event = None
        if event is not None:
            await self._take(event)
        jarvis = self._household.jarvis
        options = Options(
            room=self.room, out=self._household.out, may_answer=self._teller.may_answer, interruptible=False
        )
        self._loop = await open_place(
            jarvis.settings,
            session,
            jarvis.tools,
            self._microphone,
            self._speaker,
            options=options,
            show=self._teller.show,
        )
        self._teller.wake_word = (await asyncio.to_thread(open_wake_word, jarvis.settings)).name
        await self._wire.write(RunSatellite())
        _log.info("%s is connected%s", self._wire.peer, f" ({self.room})" if self.room else "")

    async def run(self) -> None:
        """Serves it until it goes away.

        Raises:
            ConnectionError: it takes nothing any more.
            JarvisError: what it sends cannot be understood.
        """
        assert self._loop is not None
        works: list[Coroutine[Any, Any, None]] = [
            self._read(),
            self._write(),
            self._keep_alive(),
            self._speaker.run(),
            self._loop.run(),
        ]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._loop = None
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Tells it that nobody listens any more, if it can be told."""
        with suppress(OSError):
            await self._wire.write(PauseSatellite())
        await self._wire.close()

    async def say(self, text: str, language: str) -> bool:
        """Says something between turns."""
        if self._loop is None:
            return False
        await self._loop.say(text, language)
        return True

    def _needs_time(self) -> bool:
        return self._listens or (self._loop is not None and not self._loop.idle)

    async def _read(self) -> None:
        while (event := await self._wire.read()) is not None:
            await self._take(event)

    async def _take(self, event: Event) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        on = self._on.get(event.type)
        if on is not None:
            await on(event)

    async def _write(self) -> None:
        while True:
            await self._wire.write(await self._outgoing.get())

    async def _keep_alive(self) -> None:
        """A satellite whose cable was pulled says nothing, not even goodbye."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(PINGING)
            if self._answers_pings and clock() - self._heard_at > SILENT:
                raise ConnectionResetError(f"nothing came for {SILENT:g} s")
            await self._wire.write(Ping())

    async def _info(self, event: Event) -> None:
        satellite = parsed(Info, event).satellite
        if satellite is not None:
            self.room = self._where.room or satellite.area or ""
            self._teller.triggers = bool(satellite.supports_trigger)

    async def _run_pipeline(self, event: Event) -> None:
        pipeline = parsed(RunPipeline, event)
        self._speaker.deaf = pipeline.end_stage is not PipelineStage.TTS
        self._ear = Ear()
        if pipeline.start_stage is PipelineStage.WAKE:
            self._listens = True
            self._teller.own_wake_word = False
            await self._wire.write(Detect())
        elif pipeline.start_stage is PipelineStage.ASR and self._loop is not None:
            self._teller.own_wake_word = True
            self._teller.woke()
            self._listens = True
            self._loop.wake()

    async def _chunk(self, event: Event) -> None:
        if self._listens:
            for frame in self._ear.feed(chunk_of(event)):
                self._microphone.put(frame)

    async def _stop(self, event: Event) -> None:
        for frame in self._ear.finish():
            self._microphone.put(frame)

    async def _ping(self, event: Event) -> None:
        await self._wire.write(Pong(text=optional_text(event, "text") or None))

    async def _pong(self, event: Event) -> None:
        self._answers_pings = True

    async def _detection(self, event: Event) -> None:
        _log.debug("%s heard %s", self._wire.peer, optional_text(event, "name"))

    async def _error(self, event: Event) -> None:
        _log.warning("%s says: %s", self._wire.peer, optional_text(event, "text"))
