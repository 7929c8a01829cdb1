"""What is known of a Home Assistant at this moment: its states, kept up to date, and its registries."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from jarvis.tools.homes.assistant.link import Link
from jarvis.tools.homes.assistant.registries import Registries, read_exposure, read_registries, thing_of
from jarvis.tools.homes.assistant.states import Message, State, applied
from jarvis.tools.homes.protocol import HomeError, Thing

_log = logging.getLogger(__name__)

Changed = Callable[[State | None, State | None], None]
"""Told of an entity's state before and after; None for an entity that is not there."""

_REGISTRIES = ("area", "floor", "device", "entity")
_SETTLING = 0.2
"""Seconds after a change of a registry before it is read again: changes come in swarms."""
_DECIDED = 3.0
"""Seconds for which it is believed which entities are exposed: of some changes no server tells."""


class Mirror:
    """Written in the thread of the link; `states`, `registries` and `config` may be read from any."""

    def __init__(self) -> None:
        self.states: Mapping[str, State] = {}
        self.registries = Registries()
        self.config: Mapping[str, Any] = {}
        self._listeners: tuple[Changed, ...] = ()
        self._guard = Lock()
        self._entities = 0
        """The number of the subscription to states, 0 for none."""
        self._whole = asyncio.Event()
        """Set when all states have come."""
        self._waiting: set[Callable[[str], None]] = set()
        self._reading: asyncio.Task[None] | None = None
        self._read_at = 0.0
        self._link: Link | None = None

    @property
    def unit(self) -> str:
        """Of temperatures."""
        units = self.config.get("unit_system")
        return str(units.get("temperature", "°C")) if isinstance(units, Mapping) else "°C"

    def things(self) -> list[Thing]:
        """What may be reached by voice."""
        registries = self.registries
        return [thing for state in self.states.values() if (thing := thing_of(state, registries))]

    def listen(self, listener: Changed) -> None:
        """Tells it, in the thread of the link, of every state that becomes another one."""
        with self._guard:
            self._listeners = (*self._listeners, listener)

    def ignore(self, listener: Changed) -> None:
        """Tells it no more."""
        with self._guard:
            self._listeners = tuple(known for known in self._listeners if known is not listener)

    async def greet(self, link: Link) -> None:
        """Reads everything anew, and asks to be told what changes.

        Raises:
            HomeError: the connection broke off.
        """
        self._link, self._entities = link, 0
        self.config = await link.sent("get_config")
        for name in _REGISTRIES:
            _, answer = await link.send("subscribe_events", event_type=f"{name}_registry_updated")
            answer.add_done_callback(_ignored)  # Older servers have no floors.
        self.registries = await read_registries(link)
        self._read_at = time.monotonic()
        for note in self.registries.notes:
            _log.warning("%s", note)
        self._whole = asyncio.Event()
        self._entities, answer = await link.send("subscribe_entities")
        try:
            async with asyncio.timeout(link.answer):
                await answer
                await self._whole.wait()
        except TimeoutError:
            raise link.server.silent(link.answer) from None

    def hear(self, number: int, event: Message) -> None:
        """Takes in an event of a subscription."""
        if number != self._entities:
            self._read_again()
            return
        before, first = self.states, not self._whole.is_set()
        after, told = applied({} if first else before, event)
        self.states = after
        if first:  # All states, also those that changed while there was no connection.
            told |= before.keys() - after.keys()
            self._whole.set()
        for waiter in list(self._waiting):
            for entity_id in told:
                waiter(entity_id)
        for entity_id in told:
            was, now = before.get(entity_id), after.get(entity_id)
            if was != now:
                for listener in self._listeners:
                    listener(was, now)

    async def refresh(self) -> None:
        """Asks again what is exposed, when that was a while ago.

        Raises:
            HomeError: the server does not answer.
        """
        if time.monotonic() - self._read_at > _DECIDED and self._link is not None:
            self._read_at = time.monotonic()
            self.registries = await read_exposure(self._link, self.registries)

    async def until(self, entity_id: str, test: Callable[[State], bool], seconds: float) -> bool:
        """Waits until an entity has a state; whether it came to that in time."""
        event = asyncio.Event()

        def look(told: str) -> None:
            state = self.states.get(entity_id)
            if told == entity_id and state is not None and test(state):
                event.set()

        self._waiting.add(look)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(look)
        return True

    def _read_again(self) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read_soon())

    async def _read_soon(self) -> None:
        await asyncio.sleep(_SETTLING)
        if self._link is not None:
            try:
                self.registries = await read_registries(self._link)
            except HomeError as error:  # The next connection reads everything.
                _log.info("the registries could not be read again: %s", error)


def _ignored(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled():
        answer.exception()
