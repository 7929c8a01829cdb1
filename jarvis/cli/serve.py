"""`jarvis serve`: Jarvis for other programs and devices, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import UsageError

if TYPE_CHECKING:
    from jarvis.server.wyoming.address import Address, SatelliteAddress
    from jarvis.server.wyoming.connection import Service


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What stands on the command line."""

    wyoming: bool = False
    uri: str = ""
    host: str = ""
    port: int | None = None
    satellites: tuple[str, ...] = ()
    zeroconf: bool = False
    out: Path | None = None


def serve(options: ServeOptions, screen: Screen, services: Services) -> int:
    """Serves until Ctrl-C or the signal to end; gives 0.

    Raises:
        UsageError: there is nothing to serve, an address cannot be used, or a package is missing.
    """
    if not (options.wyoming or options.satellites):
        raise UsageError(
            "say what to serve: `jarvis serve --wyoming`, or a satellite: --satellite tcp://HOST:PORT@ROOM"
        )
    if find_spec("wyoming") is None:
        raise UsageError("serving Wyoming needs the package wyoming; run `pip install 'jarvis[wyoming]'`")
    from jarvis.server.wyoming.address import satellite_of

    address = _address(options)
    satellites = [satellite_of(text) for text in options.satellites]
    if options.zeroconf:
        _check_zeroconf(address)
    with _told(screen):
        asyncio.run(_serve(address, satellites, options, screen, services))
    return 0


def _address(options: ServeOptions) -> Address | None:
    from jarvis.server.wyoming.address import HOST, PORT, Address, address_of

    if not options.wyoming:
        return None
    if options.uri and (options.host or options.port is not None):
        raise UsageError("name the address either by --uri or by --host and --port")
    if options.uri:
        return address_of(options.uri)
    return Address("tcp", options.host or HOST, PORT if options.port is None else options.port)


def _check_zeroconf(address: Address | None) -> None:
    from jarvis.server.wyoming.discovery import check_announceable

    if address is None:
        raise UsageError("--zeroconf announces the server; add --wyoming")
    check_announceable(address)


async def _serve(
    address: Address | None,
    satellites: Sequence[SatelliteAddress],
    options: ServeOptions,
    screen: Screen,
    services: Services,
) -> None:
    from jarvis.engine import Jarvis
    from jarvis.server.wyoming.opening import opened
    from jarvis.server.wyoming.satellites.hub import Hub

    stopped = _stopped()
    settings = services.settings()
    async with AsyncExitStack() as stack:
        jarvis = await stack.enter_async_context(Jarvis.open(settings))
        service = await stack.enter_async_context(opened(jarvis, options.out or settings.out))
        work: list[asyncio.Task[None]] = [asyncio.create_task(_wait(stopped))]
        if address is not None:
            work += await _listen(address, service, options, screen, stack)
        if satellites:
            work.append(asyncio.create_task(Hub(jarvis, satellites, options.out or settings.out).run()))
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in work:
                task.cancel()
            await asyncio.wait(work)


async def _listen(
    address: Address, service: Service, options: ServeOptions, screen: Screen, stack: AsyncExitStack
) -> list[asyncio.Task[None]]:
    """Begins to serve; the tasks whose end is the end of it."""
    from jarvis.server.wyoming.discovery import announced
    from jarvis.server.wyoming.server import WyomingServer

    server = WyomingServer(service)
    stack.push_async_callback(server.close)
    if address.kind == "stdio":
        return [asyncio.create_task(server.serve_standard_streams())]
    listening = await server.start(address)
    screen.note(f"Wyoming at {listening}; Ctrl-C ends it")
    if not listening.here_only:
        screen.note("Wyoming has no passwords: whoever reaches this address may speak to Jarvis and hear its answers")
    if options.zeroconf:
        name = await stack.enter_async_context(announced(listening))
        screen.note(f"announced as {name}")
    return []


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


def _stopped() -> asyncio.Event:
    """Set by Ctrl-C and by the signal to end."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    return event


@contextmanager
def _told(screen: Screen) -> Iterator[None]:
    """What the server logs is told on standard error, a line each."""
    handler = _Notes(screen)
    log = logging.getLogger("jarvis.server")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


class _Notes(logging.Handler):
    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        """One line, and the traceback of a bug."""
        self._screen.note(self.format(record))
