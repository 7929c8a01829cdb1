"""All satellites of a hub, and what speaks up by itself: timers that are due, standing plans that ran."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from jarvis.engine import Jarvis
from jarvis.errors import JarvisError
from jarvis.keeping import open_keeper
from jarvis.server.wyoming.address import SatelliteAddress
from jarvis.server.wyoming.satellites.link import FIRST_WAIT, Household, Satellite
from jarvis.standing.keeper import Keeper

_log = logging.getLogger(__name__)


class Hub:
    """Runs satellites until cancelled."""

    def __init__(
        self, jarvis: Jarvis, addresses: Sequence[SatelliteAddress], out: Path, *, wait: float = FIRST_WAIT
    ) -> None:
        """`wait`: seconds until a satellite that went away is first tried again."""
        self._jarvis, self._household = jarvis, Household(jarvis, out)
        self.satellites = [Satellite(each, self._household, wait=wait) for each in addresses]

    async def run(self) -> None:
        """Never ends by itself."""
        async with asyncio.TaskGroup() as group:
            for satellite in self.satellites:
                group.create_task(satellite.run())
            group.create_task(self._announce())

    async def announce(self, text: str, language: str = "", room: str = "") -> bool:
        """Says something in a room, or everywhere when nobody is there; gives whether anybody could be told."""
        connected = [each for each in self.satellites if each.connected]
        near = [each for each in connected if room and each.room.casefold() == room.casefold()]
        told = await asyncio.gather(*(each.say(text, language) for each in near or connected))
        return any(told)

    async def _somebody(self) -> None:
        """Waits until one more satellite can be spoken to."""
        self._household.arrived.clear()
        await self._household.arrived.wait()

    async def _announce(self) -> None:
        """What the keeper tells; without a keeper that works, the satellites work all the same."""
        try:
            keeper = await asyncio.to_thread(open_keeper, self._jarvis, rooms=self._rooms(), speaks=True)
            following = asyncio.create_task(self._follow(keeper))
            try:
                await self._tell_all(keeper)
            finally:
                following.cancel()
        except JarvisError as error:
            _log.warning("timers and standing plans are silent: %s", error)

    async def _tell_all(self, keeper: Keeper) -> None:
        async with aclosing(keeper.events()) as events:
            async for event in events:
                while not await self.announce(event.said(), event.language, event.room):
                    _log.warning("nobody is there to be told: %s", event.said())
                    await self._somebody()

    async def _follow(self, keeper: Keeper) -> None:
        """Lets the keeper know in which rooms it is heard: satellites say it when they come."""
        while True:
            await self._somebody()
            keeper.serves(self._rooms())

    def _rooms(self) -> list[str]:
        return sorted({each.room for each in self.satellites if each.room})
