"""Events on the wire: read with limits, so that no peer makes this program hold much; written with patience that ends.

The `wyoming` package reads whatever length a peer announces; here every length is bounded.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, TypeVar, cast

from wyoming.event import Event, Eventable, async_write_event

from jarvis.errors import JarvisError

LONGEST_LINE = 1 << 16
"""Bytes of the header of an event."""
LONGEST_DATA = 1 << 20
"""Bytes of the data after the header."""
LONGEST_PAYLOAD = 1 << 22
"""Bytes of sound in one event: two minutes at 16 kHz."""
LINGERING = 2.0
"""Seconds in which what a refused peer still sends is taken and thrown away."""
PATIENCE = 20.0
"""Seconds in which a peer has to take what is sent to it."""

_log = logging.getLogger(__name__)

E = TypeVar("E", bound=Eventable)


class WireError(JarvisError):
    """A peer sent what is not Wyoming, or more than is taken; the connection is closed with this sentence."""


class Wire:
    """One connection to a peer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str, patience: float = PATIENCE
    ) -> None:
        """`reader` must have been made with the limit LONGEST_LINE."""
        self.peer = peer
        self._reader, self._writer, self._patience = reader, writer, patience
        self._turn = asyncio.Lock()

    async def read(self) -> Event | None:
        """The next event; None when the peer has gone.

        Raises:
            WireError: it is not an event, or too large.
        """
        try:
            return await self._read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _read(self) -> Event | None:
        try:
            line = await self._reader.readline()
        except ValueError:
            raise WireError(f"the header of an event is longer than {LONGEST_LINE} bytes") from None
        if not line.endswith(b"\n"):
            return None
        header = _object(line)
        kind, data = header.get("type"), header.get("data") or {}
        if not isinstance(kind, str) or not isinstance(data, dict):
            raise WireError("an event needs a `type`, and its `data` must be an object")
        more = await self._exactly(header, "data_length", LONGEST_DATA)
        payload = await self._exactly(header, "payload_length", LONGEST_PAYLOAD)
        return Event(kind, {**data, **(_object(more) if more else {})}, payload or None)

    async def _exactly(self, header: dict[str, Any], name: str, most: int) -> bytes:
        length = header.get(name) or 0
        if not isinstance(length, int) or not 0 <= length <= most:
            raise WireError(f"{name} is {str(length)[:40]}; it must be a whole number from 0 to {most}")
        return await self._reader.readexactly(length) if length else b""

    async def write(self, *events: Eventable) -> None:
        """Sends events in this order, none of another writer between them.

        Raises:
            ConnectionError: the peer has gone, or takes nothing.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(self._patience):
                    for event in events:
                        await async_write_event(event.event(), self._writer)
            except TimeoutError:
                _log.warning("%s took nothing for %g s; the connection is closed", self.peer, self._patience)
                self._writer.transport.abort()
                raise ConnectionResetError(f"{self.peer} takes nothing") from None

    async def refuse(self, event: Eventable) -> None:
        """The last event to a peer that may still be sending: it is let finish, else the event would be lost."""
        try:
            await self.write(event)
            async with asyncio.timeout(LINGERING):
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                while await self._reader.read(LONGEST_LINE):
                    pass
        except OSError:
            _log.debug("%s has gone before the last event", self.peer)

    async def close(self) -> None:
        """Ends the connection; what was sent still arrives, if the peer takes it soon."""
        self._writer.close()
        try:
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        except (TimeoutError, OSError):
            self._writer.transport.abort()


def parsed(kind: type[E], event: Event) -> E:
    """An event as its record.

    Raises:
        WireError: it lacks fields, or they are of another kind.
    """
    try:
        return cast("E", kind.from_event(event))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WireError(f"the event {event.type} cannot be understood ({type(error).__name__}: {error})") from None


def text_of(event: Event, name: str = "text") -> str:
    """A text field of an event.

    Raises:
        WireError: there is none.
    """
    value = event.data.get(name)
    if not isinstance(value, str):
        raise WireError(f"the event {event.type} needs `{name}`, a text")
    return value


def optional_text(event: Event, name: str) -> str:
    """A text field that may be absent; "" then.

    Raises:
        WireError: it is something else than a text.
    """
    value = event.data.get(name)
    if value is None:
        return ""
    return text_of(event, name)


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise WireError("what came is no JSON") from None
    if not isinstance(value, dict):
        raise WireError("what came is no JSON object")
    return value
