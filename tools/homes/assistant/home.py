"""A real home: its devices as Home Assistant knows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from jarvis.messages import Value
from jarvis.tools.homes.assistant import forecasts, lists
from jarvis.tools.homes.assistant.acting import PATIENCE, act, check_there
from jarvis.tools.homes.assistant.actions import plan
from jarvis.tools.homes.assistant.describing import row_of
from jarvis.tools.homes.assistant.link import Link, LostError
from jarvis.tools.homes.assistant.mirror import Mirror
from jarvis.tools.homes.assistant.registries import is_exposed, places_of, thing_of
from jarvis.tools.homes.assistant.server import NAME, Server
from jarvis.tools.homes.assistant.states import UNKNOWN, State
from jarvis.tools.homes.protocol import Change, HomeError, Picture, Place, Row, Thing
from jarvis.transport import Limits, TransportError

T = TypeVar("T")

_PICTURE = Limits(whole=10.0, read=10.0, bytes=20 * 2**20)


class AssistantHome:
    """A Home Assistant, asked over one WebSocket that stays open. Nothing is connected before something is asked."""

    name = NAME
    simulated = False

    def __init__(self, address: str, token_variable: str, *, patience: float = PATIENCE, answer: float = 10.0) -> None:
        """The token is in the environment variable `token_variable`, or in the keyring under that name.

        `patience` is for how many seconds a state may take to follow a command, `answer` for the server's answers.

        Raises:
            UsageError: the address is none that may be asked.
        """
        server = Server(address, token_variable)
        server.transport  # noqa: B018 - an address that may not be asked is told now
        self._mirror = Mirror()
        self._link = Link(server, self._mirror.greet, self._mirror.hear, answer=answer)
        self._patience = patience
        self._closed = False
        self._enders: list[Callable[[], None]] = []
        """End each `watch`, in its own event loop."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the server does not tell, once it was asked."""
        return self._mirror.registries.notes

    def things(self) -> list[Thing]:
        """Everything that Home Assistant exposes to voice.

        Raises:
            HomeError: it cannot be reached, does not take the token, or does not answer.
        """
        return self._asked(self._things)

    def places(self) -> list[Place]:
        """The areas and floors.

        Raises:
            HomeError: it cannot be reached.
        """

        async def read() -> list[Place]:
            await self._link.ready()
            return places_of(self._mirror.registries)

        return self._asked(read)

    def state(self, thing: Thing) -> Row:
        """{"device", "state", "unit"?, "room", "entity_id"}.

        Raises:
            HomeError: the entity is gone, its device does not answer, or Home Assistant cannot be reached.
        """

        async def read() -> Row:
            state = await self._there(thing)
            if state.state == UNKNOWN and state.domain in ("sensor", "binary_sensor"):
                raise HomeError(f"{thing.name} has sent no value yet")
            return row_of(thing, state, self._mirror.unit)

        return self._asked(read)

    def check(self, thing: Thing, action: str, value: Value = None) -> None:
        """Raises what `act` would raise before it calls anything.

        Raises:
            TaskError: the entity cannot do it, or not with this value, or is not there now.
        """

        async def look() -> None:
            plan(await self._there(thing), action, value)

        self._asked(look)

    def act(self, thing: Thing, action: str, value: Value = None) -> Row:
        """Calls a service and waits for the state; "confirmed" says whether it came.

        Raises:
            TaskError: the entity cannot do it, or not with this value, or is not there, or Home Assistant refuses.
        """

        async def do() -> Row:
            call = plan(await self._there(thing), action, value)
            return await act(self._link, self._mirror, thing, call, self._patience)

        return self._link.do(do)

    def picture(self, thing: Thing) -> Picture:
        """What a camera sees now.

        Raises:
            HomeError: it gives no picture.
        """
        return self._asked(partial(self._picture, thing))

    def weather(self, place: str = "", when: str = "") -> Row:
        """Of the first weather entity, or of the one that is called like the place.

        Raises:
            TaskError: none is exposed, or none for there or then.
        """

        async def read() -> Row:
            things = await self._things()
            thing = forecasts.station(place, things, str(self._mirror.config.get("location_name", "")))
            return await forecasts.weather(self._link, thing, await self._there(thing), place, when)

        return self._asked(read)

    def change_list(self, action: str, name: str, item: str, language: str = "en") -> Row:
        """`add`, `remove` or `read`: {"action", "list", "item"?, "items", "confirmed"?}.

        Raises:
            NoListsError: Home Assistant exposes no list at all.
            TaskError: there is no such list or item.
        """

        async def do() -> Row:
            return await lists.change(self._link, lists.meant(name, await self._things(), language), action, item)

        return self._link.do(do)

    async def watch(self) -> AsyncIterator[Change]:
        """Changes of exposed entities; while there is no connection it waits, and then tells what is different."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def hear(before: State | None, after: State | None) -> None:
            change = self._change(before, after)
            if change is not None:
                loop.call_soon_threadsafe(queue.put_nowait, change)

        def end() -> None:
            loop.call_soon_threadsafe(queue.put_nowait, None)

        self._mirror.listen(hear)
        self._enders.append(end)
        self._link.start()
        try:
            while not self._closed and (change := await queue.get()):
                yield change
        finally:
            self._enders.remove(end)
            self._mirror.ignore(hear)

    def close(self) -> None:
        """Ends the connection."""
        self._closed = True
        self._link.close()
        for end in list(self._enders):
            end()

    def _asked(self, read: Callable[[], Awaitable[T]]) -> T:
        """What a question gives; it is asked once more when the connection broke off, as nothing is changed by it."""

        async def again() -> T:
            try:
                return await read()
            except LostError:
                return await read()

        return self._link.do(again)

    async def _things(self) -> list[Thing]:
        await self._link.ready()
        await self._mirror.refresh()
        return self._mirror.things()

    async def _there(self, thing: Thing) -> State:
        """The state of a thing, if it may still be reached."""
        await self._link.ready()
        await self._mirror.refresh()
        state = check_there(self._mirror.states.get(thing.entity_id), thing.name)
        if not is_exposed(state, self._mirror.registries):
            raise HomeError(f"{NAME} no longer exposes {thing.name} to voice; expose it there to use it")
        return state

    async def _picture(self, thing: Thing) -> Picture:
        await self._there(thing)
        server = self._link.server
        url = server.path(f"/api/camera_proxy/{thing.entity_id}")
        try:
            reply = await server.transport.fetch("GET", url, key=server.token(), limits=_PICTURE)
        except TransportError as error:
            raise HomeError(f"{thing.name} gives no picture ({error})") from None
        if reply.status == 401:
            raise server.refused()
        if reply.status != 200 or not reply.media_type.startswith("image/") or not reply.body:
            raise HomeError(f"{thing.name} gives no picture just now (status {reply.status}); look whether it runs")
        media_type = reply.media_type.replace("image/jpg", "image/jpeg")  # as some cameras have it
        return Picture(reply.body, media_type, "camera")

    def _change(self, before: State | None, after: State | None) -> Change | None:
        state = after or before
        thing = thing_of(state, self._mirror.registries) if state else None
        if thing is None:
            return None
        row = row_of(thing, after, self._mirror.unit) if after else {"device": thing.name, "state": "unavailable"}
        was = row_of(thing, before, self._mirror.unit)["state"] if before else ""
        if was == row["state"]:
            return None
        return Change(thing, str(was), str(row["state"]), datetime.now().astimezone(), row)
