"""Requests with limits: on the way to an answer, on its size, and on the time that all of it takes."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn, Protocol
from weakref import WeakKeyDictionary

import httpcore
import httpx

from jarvis.transport.connecting import GuardedTransport
from jarvis.transport.failures import RefusedUrlError, TooLargeError, TransportError, TransportTimeoutError
from jarvis.transport.guard import Guard, LookUp, checked, look_up
from jarvis.transport.keys import Secret

_MOST_REDIRECTS = 5
_TIMEOUTS = (httpcore.TimeoutException, httpx.TimeoutException)
_NOT_CONNECTED = (httpcore.ConnectError, httpcore.ConnectTimeout, httpx.ConnectError, httpx.ConnectTimeout)
_BROKEN = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpx.TransportError,
)

Part = tuple[str, tuple[str, bytes, str]]
"""A file of a form: the field, and its (file name, content, media type)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, and how much to take."""

    connect: float = 10.0
    """Seconds until the other side picks up."""
    read: float = 60.0
    """Seconds without a single byte."""
    whole: float = 300.0
    """Seconds from the first redirect to the last byte."""
    bytes: int = 64 * 2**20
    """The most bytes of an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes = field(repr=False)
    url: str
    """Where it came from, after redirects."""

    @property
    def media_type(self) -> str:
        """As in the header, without its parameters: application/json; "" when it is not said."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none, or holds NaN or Infinity, which JSON does not know.
        """
        return json.loads(self.body.decode("utf-8"), parse_constant=_not_a_number)


class Body(Protocol):
    """An answer whose body is still to come."""

    status: int
    headers: httpx.Headers
    url: str

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives.

        Raises:
            TransportError: it ended before its end, took too long, or was too large.
        """
        ...


class Transport:
    """Asks other machines. Connections are kept for the next request, those of each event loop to themselves.

    Safe to use from several threads and event loops. Connections are closed when their loop ends, as `asyncio.run`
    sees to, or by `aclose`.
    """

    def __init__(self, configured: Iterable[str] = (), limits: Limits | None = None, look_up: LookUp = look_up) -> None:
        """`configured` are the URLs of the user's own endpoints: they may be in a private network, and are reached
        through the proxy that the environment names.

        Raises:
            RefusedUrlError: one of them is no URL that can be asked.
        """
        self.guard = Guard(configured, look_up)
        self.limits = limits or Limits()
        self._kept: WeakKeyDictionary[asyncio.AbstractEventLoop, _Kept] = WeakKeyDictionary()

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        key: Secret | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        files: Sequence[Part] = (),
        limits: Limits | None = None,
    ) -> Reply:
        """The whole answer to one request, whatever its status. Redirects are followed, at most five.

        The key goes to the host of `url` only. `form` and `files` make a multipart body.

        Raises:
            RefusedUrlError: the URL, or one that it leads to, is not asked.
            TooLargeError: the answer is larger than its limit.
            TransportTimeoutError: no whole answer in time.
            TransportError: no connection, or one that broke.
        """
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        if key is not None:
            sent["Authorization"] = f"Bearer {key.reveal()}"
        request = httpx.Request(
            method, checked(url), headers=sent, content=content, data=dict(form) if form else None,
            files=list(files) or None,
        )  # fmt: skip
        async with self.stream(request, limits or self.limits) as answer:
            pieces = [piece async for piece in answer.pieces()]
            return Reply(answer.status, answer.headers, b"".join(pieces), answer.url)

    @asynccontextmanager
    async def stream(self, request: httpx.Request, limits: Limits | None = None) -> AsyncGenerator[Body, None]:
        """The answer to a request, to be read while the block lasts; for files that need not fit into memory.

        Raises:
            TransportError: see `fetch`.
        """
        bounds = limits or self.limits
        host = request.url.host
        clock = asyncio.timeout(bounds.whole)
        try:
            async with clock:
                response = await self._followed(request, bounds)
                try:
                    yield _Answer(response, bounds)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            if not clock.expired():
                raise
            raise TransportTimeoutError(
                f"{host} gave no whole answer in {bounds.whole:g} s; give it more time or a smaller input"
            ) from error

    async def aclose(self) -> None:
        """Closes the connections of the running event loop."""
        kept = self._kept.get(asyncio.get_running_loop())
        if kept is not None:
            await kept.open.aclose()

    async def _followed(self, request: httpx.Request, limits: Limits) -> httpx.Response:
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._sent(request, limits)
            following = response.next_request
            if following is None:
                return response
            await response.aclose()
            if request.url.scheme == "https" and following.url.scheme == "http":
                raise RefusedUrlError(f"{request.url.host} leads from https to http; ask for the place itself")
            request = following
        raise TransportError(f"{request.url.host} leads on more than {_MOST_REDIRECTS} times; ask for the place itself")

    async def _sent(self, request: httpx.Request, limits: Limits) -> httpx.Response:
        self.guard.check(request.url)
        kept = await self._connections()
        client = kept.client(proxied=self.guard.is_configured(request.url) and _has_proxy(request.url))
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        request.extensions = {**request.extensions, "timeout": timeout.as_dict()}
        try:
            return await client.send(request, stream=True)
        except (*_TIMEOUTS, *_BROKEN) as error:
            _raise(error, request.url.host, limits)

    async def _connections(self) -> _Kept:
        loop = asyncio.get_running_loop()
        kept = self._kept.get(loop)
        if kept is None:
            kept = self._kept[loop] = _Kept(self.guard, partial(self._kept.pop, loop, None))
            # From its first step on the loop knows this generator, and ends it when the loop itself is ended.
            await anext(kept.open)
        return kept


class _Kept:
    """The connections of one event loop."""

    def __init__(self, guard: Guard, forget: Callable[[], object]) -> None:
        self._guard = guard
        self._forget = forget
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self.open = self._until_closed()

    def client(self, *, proxied: bool) -> httpx.AsyncClient:
        """What sends requests; through the proxy of the environment, or straight to addresses that are checked."""
        if proxied not in self._clients:
            self._clients[proxied] = self._through_proxy() if proxied else self._straight()
        return self._clients[proxied]

    def _straight(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=GuardedTransport(self._guard, httpx.create_ssl_context()), trust_env=False)

    def _through_proxy(self) -> httpx.AsyncClient:
        try:
            return httpx.AsyncClient(trust_env=True)
        except (ImportError, ValueError) as error:
            raise TransportError(
                f"the proxy of the environment cannot be used ({error}); change it, or name the host in NO_PROXY",
                sent=False,
            ) from error

    async def _until_closed(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._forget()
            for client in self._clients.values():
                await client.aclose()
            self._clients.clear()


class _Answer:
    def __init__(self, response: httpx.Response, limits: Limits) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.url = str(response.url)
        self._response = response
        self._host = response.url.host
        self._limits = limits

    async def pieces(self) -> AsyncIterator[bytes]:
        most, taken = self._limits.bytes, 0
        encoding = self.headers.get("content-encoding", "identity").lower()
        if encoding != "identity":
            # A few packed kilobytes can unpack into gigabytes.
            raise TransportError(f"{self._host} sent its answer packed ({encoding}) though it was asked not to")
        if _number(self.headers.get("content-length", "")) > most:
            raise self._too_large()
        try:
            async for piece in self._response.aiter_raw():
                taken += len(piece)
                if taken > most:
                    raise self._too_large()
                yield piece
        except (*_TIMEOUTS, *_BROKEN) as error:
            _raise(error, self._host, self._limits)

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            f"the answer of {self._host} is larger than the {self._limits.bytes / 2**20:.3g} MB that are taken; "
            "ask for less, or raise its limit"
        )


def with_most(limits: Limits, *, seconds: float | None = None, megabytes: float | None = None) -> Limits:
    """Limits with another time or size, where one is given."""
    if seconds is not None:
        limits = replace(limits, whole=seconds, read=min(limits.read, seconds))
    return limits if megabytes is None else replace(limits, bytes=int(megabytes * 2**20))


def _raise(error: Exception, host: str, limits: Limits) -> NoReturn:
    if isinstance(error, _NOT_CONNECTED):
        said = f"no answer in {limits.connect:g} s" if isinstance(error, _TIMEOUTS) else _reason(error)
        raise TransportError(
            f"{host} cannot be reached ({said}); is the server running, and the address right?",
            transient=True,
            sent=False,
        ) from error
    if isinstance(error, _TIMEOUTS):
        raise TransportTimeoutError(
            f"{host} sent nothing for {limits.read:g} s; give it more time or a smaller input"
        ) from error
    raise TransportError(f"the connection to {host} broke off ({_reason(error)}); try again", transient=True) from error


def _reason(error: Exception) -> str:
    """What a library says, in one line; some say nothing."""
    said = " ".join(str(error).split())[:200]
    return said or type(error).__name__


def _has_proxy(url: httpx.URL) -> bool:
    proxies = urllib.request.getproxies_environment()
    named = proxies.get(url.scheme) or proxies.get("all")
    return bool(named) and not urllib.request.proxy_bypass(url.host)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
