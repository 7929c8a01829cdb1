"""One WebSocket to a Home Assistant, kept open in a thread of its own and opened again when it broke off."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from jarvis.errors import JarvisError
from jarvis.tools.homes.assistant.server import NAME, Server, TokenError
from jarvis.tools.homes.assistant.states import Message
from jarvis.tools.homes.protocol import HomeError
from jarvis.transport import TransportError
from jarvis.transport.guard import host_and_port

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_log = logging.getLogger(__name__)

T = TypeVar("T")

_OPENING = 5.0
"""Seconds for a connection, and again for the greeting."""
_ANSWER = 10.0
"""Seconds for the answer to one message."""
_LARGEST = 64 * 2**20
"""Bytes of one message: the registry of a large home has some megabytes."""
_ALIVE = 20.0
"""Seconds between signs of life; twice that without one ends the connection."""
_AGAIN = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries to connect, the last one for ever."""


class RefusalError(HomeError):
    """The server answered that it does not do this; `code` is its word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LostError(HomeError):
    """The connection broke off before the answer."""


class Link:
    """Asks and hears. Nothing is connected before something is asked; `greet` is awaited after each connection."""

    def __init__(
        self,
        server: Server,
        greet: Callable[[Link], Awaitable[None]],
        hear: Callable[[int, Message], None],
        *,
        answer: float = _ANSWER,
    ) -> None:
        """`hear` gets the number of a subscription and its event, in the thread of the link."""
        self.server = server
        self.answer = answer
        self._greet, self._hear = greet, hear
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # What follows belongs to the thread of the link.
        self._socket: ClientConnection | None = None
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._last = 0
        self._tries = 0
        """How many times it was tried to connect."""
        self._problem: JarvisError | None = None
        self._ready = False
        self._news: asyncio.Condition | None = None
        self._hurry: asyncio.Event | None = None
        self._keeper: asyncio.Task[None] | None = None

    # From any thread.

    def do(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Runs `work` in the thread of the link and waits for it; its own waits have limits."""
        try:
            return asyncio.run_coroutine_threadsafe(work(), self._started()).result()
        except concurrent.futures.CancelledError:
            raise HomeError(f"the connection to {NAME} was closed by this program") from None

    def start(self) -> None:
        """Begins to connect, without waiting for it."""
        loop = self._started()
        loop.call_soon_threadsafe(self._keep_on)

    def close(self) -> None:
        """Ends the connection and the thread."""
        with self._guard:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop and thread:
            with contextlib.suppress(TimeoutError):  # It is a daemon, and ends with the program in any case.
                asyncio.run_coroutine_threadsafe(self._end(), loop).result(_OPENING)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_OPENING)

    # In the thread of the link.

    async def ready(self) -> None:
        """Waits until the server has greeted.

        Raises:
            HomeError: it cannot be reached, or does not take the token.
        """
        if self._ready:
            return
        assert self._news is not None
        assert self._hurry is not None
        self._keep_on()
        self._hurry.set()
        async with self._news:
            seen = self._tries
            await self._news.wait_for(lambda: self._ready or (self._tries > seen and self._problem is not None))
        if not self._ready:
            assert self._problem is not None
            raise self._problem

    async def ask(self, kind: str, **fields: Any) -> Any:
        """The result of one message.

        Raises:
            RefusalError: the server does not do it.
            LostError: the connection broke off; it is not known whether the server did it.
            HomeError: it cannot be reached, or does not answer in time.
        """
        await self.ready()
        return await self.sent(kind, **fields)

    async def sent(self, kind: str, **fields: Any) -> Any:
        """`ask` for one who has the connection."""
        number, answer = await self.send(kind, **fields)
        try:
            async with asyncio.timeout(self.answer):
                return await answer
        except TimeoutError:
            raise self.server.silent(self.answer) from None
        finally:
            self._pending.pop(number, None)

    async def send(self, kind: str, **fields: Any) -> tuple[int, asyncio.Future[Any]]:
        """Sends a message; gives its number and what will be its result."""
        if self._socket is None:
            raise LostError(str(self.server.broken("just now; try again")))
        self._last += 1
        number = self._last
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        answer.add_done_callback(_looked_at)
        try:
            await self._socket.send(json.dumps({"id": number, "type": kind, **fields}))
        except _errors() as error:
            self._pending.pop(number, None)
            raise LostError(str(self.server.broken(f"({_reason(error)}); try again"))) from None
        return number, answer

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._guard:
            if self._loop is None:
                self._loop = loop = asyncio.new_event_loop()
                begun = threading.Event()
                self._thread = threading.Thread(
                    target=self._serve, args=(loop, begun), name="jarvis-home-assistant", daemon=True
                )
                self._thread.start()
                begun.wait()
            return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop, begun: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        self._news, self._hurry = asyncio.Condition(), asyncio.Event()
        loop.call_soon(begun.set)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _keep_on(self) -> None:
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def _keep(self) -> None:
        """Connects, again and again; ends only when the token is not taken, for that is up to the user."""
        failures = 0
        while True:
            assert self._hurry
            self._hurry.clear()
            try:
                await self._session()
                failures = 0
                problem: JarvisError = self.server.broken("just now; it is being opened again")
            except JarvisError as error:
                problem, failures = error, failures + 1
            except _errors() as error:
                problem, failures = self.server.unreachable(_reason(error)), failures + 1
            await self._told(problem)
            if isinstance(problem, TokenError):  # A server may lock out who tries again and again.
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN[min(failures, len(_AGAIN) - 1)]):
                    await self._hurry.wait()

    async def _session(self) -> None:
        """One connection from its beginning to its end."""
        from websockets.exceptions import ConnectionClosed

        socket = await self._connected()
        try:
            self._socket, self._last = socket, 0
            reader = asyncio.create_task(self._read(socket))
            try:
                await self._greeted(reader)
                await self._told(None)
                _log.info("connected to %s at %s", NAME, self.server.where)
                await reader
            finally:
                reader.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionClosed, ValueError, TypeError, KeyError):
                    await reader
        except ConnectionClosed as error:
            if not self._ready:
                raise
            _log.info("the connection to %s ended (%s)", NAME, _reason(error))
        finally:
            self._ready, self._socket = False, None
            self._lose()
            await socket.close()

    async def _greeted(self, reader: asyncio.Task[None]) -> None:
        greeting = asyncio.ensure_future(self._greet(self))
        try:
            await asyncio.wait({greeting, reader}, return_when=asyncio.FIRST_COMPLETED)
            await (greeting if greeting.done() else reader)
        finally:
            greeting.cancel()

    async def _connected(self) -> ClientConnection:
        from websockets.asyncio.client import connect

        server = self.server
        token = server.token()
        server.transport.guard.check(server.url)
        host, port = host_and_port(server.url)
        addresses = await server.transport.guard.addresses(host, port)
        secure: dict[str, Any] = {"server_hostname": host} if server.url.scheme == "https" else {}
        # To the address that was looked up and checked, and not by the name again.
        socket = await connect(
            server.websocket, host=addresses[0], port=port, open_timeout=_OPENING, max_size=_LARGEST, proxy=None,
            ping_interval=_ALIVE, ping_timeout=_ALIVE, close_timeout=1.0, logger=_wire_log(), **secure,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_OPENING):
                await _message(socket)
                await socket.send(json.dumps({"type": "auth", "access_token": token.reveal()}))
                answer = await _message(socket)
        except BaseException:
            await socket.close()
            raise
        if answer.get("type") != "auth_ok":
            await socket.close()
            raise server.refused() if answer.get("type") == "auth_invalid" else server.unreachable("no greeting")
        return socket

    async def _read(self, socket: ClientConnection) -> None:
        while True:
            for message in _several(await socket.recv()):
                self._take(message)

    def _take(self, message: Message) -> None:
        kind, number = message["type"], message.get("id", 0)
        if kind == "event":
            self._hear(number, message["event"])
            return
        answer = self._pending.get(number)
        if kind != "result" or answer is None or answer.done():
            return
        if message["success"]:
            answer.set_result(message.get("result"))
        else:
            wrong = message.get("error") or {}
            answer.set_exception(RefusalError(str(wrong.get("code", "")), str(wrong.get("message", "no reason given"))))

    def _lose(self) -> None:
        pending, self._pending = self._pending, {}
        for answer in pending.values():
            if not answer.done():
                answer.set_exception(LostError(str(self.server.broken("before it answered"))))

    async def _told(self, problem: JarvisError | None) -> None:
        assert self._news
        async with self._news:
            self._problem, self._ready = problem, problem is None
            self._tries += 1
            self._news.notify_all()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.server.transport.aclose()


def _wire_log() -> logging.Logger:
    """For the library, which would write every message into a log for debugging, and so the token."""
    log = logging.getLogger(f"{__name__}.wire")
    log.setLevel(logging.INFO)
    return log


async def _message(socket: ClientConnection) -> Message:
    return _several(await socket.recv())[0]


def _several(data: str | bytes) -> list[Message]:
    """The messages of one frame: servers may send many at once.

    Raises:
        ValueError: it is none.
    """
    found = json.loads(data)
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) and "type" in row for row in rows) or not rows:
        raise ValueError("a message that is none")
    return rows


def _errors() -> tuple[type[Exception], ...]:
    """What goes wrong on the way, or with what comes over it."""
    from websockets.exceptions import WebSocketException

    return (OSError, WebSocketException, TimeoutError, TransportError, ValueError, KeyError, TypeError, AttributeError)


def _reason(error: Exception) -> str:
    """What a library says, in one line."""
    if isinstance(error, TimeoutError):
        return f"no answer in {_OPENING:g} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:160] or type(error).__name__


def _looked_at(answer: asyncio.Future[Any]) -> None:
    """An answer that nobody waits for any more is no mistake."""
    if not answer.cancelled():
        answer.exception()
