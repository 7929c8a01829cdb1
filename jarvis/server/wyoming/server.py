"""The server: listens on TCP, on a Unix socket, or on standard input, and gives each client a Connection."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

from wyoming.error import Error

from jarvis.errors import UsageError
from jarvis.server.wyoming.address import Address
from jarvis.server.wyoming.connection import Connection, Limits, Service
from jarvis.server.wyoming.wire import LONGEST_LINE, Wire

_log = logging.getLogger(__name__)


class WyomingServer:
    """Serves until it is closed.

    Wyoming has no authentication: whoever reaches the address may use the voices, and say what a speaker may say.
    """

    def __init__(self, service: Service, limits: Limits | None = None) -> None:
        self._service, self._limits = service, limits or Limits()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._socket: Path | None = None

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    async def start(self, address: Address) -> Address:
        """Listens, and gives the address with the port that it has now.

        Raises:
            UsageError: it is taken, or cannot be listened on.
        """
        try:
            if address.kind == "unix":
                return await self._start_unix(address)
            host = address.host or None
            self._server = await asyncio.start_server(self._connected, host, address.port, limit=LONGEST_LINE)
        except OSError as error:
            why = error.strerror or str(error)
            raise UsageError(f"cannot listen on {address}: {why}; choose another with --host and --port") from None
        port: int = self._server.sockets[0].getsockname()[1]
        return Address("tcp", address.host, port)

    async def _start_unix(self, address: Address) -> Address:
        path = Path(address.path)
        await self._drop_stale(path)
        before = os.umask(0o077)  # for its owner alone
        try:
            self._server = await asyncio.start_unix_server(self._connected, path, limit=LONGEST_LINE)
        finally:
            os.umask(before)
        self._socket = path
        return address

    async def _drop_stale(self, path: Path) -> None:
        """Removes the socket of a server that is gone.

        Raises:
            UsageError: a server still listens on it.
        """
        try:
            _, writer = await asyncio.open_unix_connection(path)
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            await asyncio.to_thread(path.unlink)
            return
        writer.close()
        raise UsageError(f"another program listens on unix://{path}; choose another path")

    async def serve_standard_streams(self) -> None:
        """Serves the one client at standard input and output, until its end."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(LONGEST_LINE)
        # Copies of the descriptors: asyncio closes what it is given, and the program still flushes its own.
        inward, outward = os.fdopen(os.dup(sys.stdin.fileno()), "rb"), os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), inward)
        told = asyncio.StreamReaderProtocol(asyncio.StreamReader())
        transport, _ = await loop.connect_write_pipe(lambda: told, outward)
        wire = Wire(reader, asyncio.StreamWriter(transport, told, None, loop), "standard input")
        await Connection(wire, self._service, self._limits).run(drain=True)

    async def close(self) -> None:
        """Stops listening, and ends the connections."""
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        if self._connections:
            await asyncio.wait(list(self._connections))
        if self._server is not None:
            await self._server.wait_closed()
        await asyncio.sleep(0)  # sockets are closed in the loop's next round
        if self._socket is not None:
            await asyncio.to_thread(self._socket.unlink, missing_ok=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The task is made here: asyncio's own complains on standard error when it is cancelled.
        wire = Wire(reader, writer, _peer(writer), self._limits.patience)
        if len(self._connections) < self._limits.most:
            work = Connection(wire, self._service, self._limits).run()
        else:
            _log.warning("%s was turned away: %d clients are connected", wire.peer, self._limits.most)
            work = _turn_away(wire, self._limits.most)
        task = asyncio.create_task(work)
        self._connections[task] = writer
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task).close()  # one that was cancelled before it began has closed nothing


async def _turn_away(wire: Wire, most: int) -> None:
    await wire.refuse(Error(text=f"{most} clients are connected; try again later", code="Busy"))
    await wire.close()


def _peer(writer: asyncio.StreamWriter) -> str:
    name = writer.get_extra_info("peername")
    return f"{name[0]}:{name[1]}" if isinstance(name, tuple) and len(name) >= 2 else "a local client"
