"""Questions to a hub: with limits on time and size, and patience where a hub says "later".

`huggingface_hub` has calls for these too. Its lists have no limit of time or size, and its connections belong to the
whole process; so answers come through jarvis.transport, and its records read them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx

from jarvis.errors import JarvisError, UsageError
from jarvis.transport.client import Body, Limits, Reply, Transport
from jarvis.transport.failures import TransportError, TransportTimeoutError
from jarvis.transport.keys import Secret, find_key

T = TypeVar("T")
_log = logging.getLogger(__name__)
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_ANSWER = Limits(connect=10.0, read=30.0, whole=120.0, bytes=32 * 2**20)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to wait for a hub that is busy or cut off."""

    tries: int = 5
    """Tries without a single byte of progress."""
    first: float = 0.5
    """Seconds before the second try; then twice as long each time."""
    most: float = 60.0
    """Seconds at most before a try, also when the hub asks for more."""
    silence: float = 30.0
    """Seconds without a byte after which a connection is given up."""
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)

    def wait(self, failed: int, asked: float | None = None) -> None:
        """Waits before the next try; `failed` counts from 1, `asked` are the seconds that the hub asked for."""
        self.sleep(min(self.most, self.first * 2 ** (failed - 1) if asked is None else asked))


def token(variable: str, environ: Mapping[str, str]) -> Secret | None:
    """The token in an environment variable or the keyring. What is open to all needs none, so neither need be there.

    Raises:
        UsageError: what the variable holds cannot be a token.
    """
    try:
        return find_key(variable, environ)
    except UsageError as error:
        if environ.get(variable, "").strip():
            raise
        _log.info("no token for the hub: %s", error)  # most servers have no keyring to unlock
        return None


class RefusedError(JarvisError):
    """A hub answered with a status of 400 or above."""

    def __init__(self, message: str, *, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        """What Hugging Face calls the reason: GatedRepo, RepoNotFound, RevisionNotFound, EntryNotFound."""


class Asker:
    """Asks one hub. Used by one thread, which runs no event loop; closed when the block ends."""

    def __init__(
        self,
        endpoint: str,
        *,
        also: Iterable[str] = (),
        key: Secret | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`also` are URLs of the user's own network that the endpoint may lead to, such as a mirror's store of files.

        Raises:
            RefusedUrlError: the endpoint is no URL that can be asked.
        """
        self.endpoint = endpoint.rstrip("/")
        self.patience = patience or Patience()
        self._key = key
        self._transport = Transport([self.endpoint, *also], _ANSWER)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._runner.close()

    @property
    def has_key(self) -> bool:
        """Whether questions are asked in the name of an account."""
        return self._key is not None

    @property
    def host(self) -> str:
        """The hub's name, for messages."""
        return urlsplit(self.endpoint).hostname or self.endpoint

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs something that uses `stream`."""
        return self._runner.run(work)

    def ask(self, url: str, params: Mapping[str, Any] | None = None, *, most: int = _ANSWER.bytes) -> Reply:
        """The answer to a GET; a hub that is busy is asked again. `url` may begin with the path.

        Raises:
            RefusedError: the hub says no.
            TransportError: it cannot be reached, or never answers whole.
        """
        address = httpx.URL(self.endpoint + url if url.startswith("/") else url)
        if params:
            address = address.copy_merge_params(_flat(params))
        failed = 0
        while True:
            failed += 1
            try:
                reply = self.run(self._once(str(address), most))
            except TransportError as error:
                again = error.transient or isinstance(error, TransportTimeoutError)
                if not again or failed >= self.patience.tries:
                    raise
                self.patience.wait(failed)
                continue
            if reply.status not in _LATER or failed >= self.patience.tries:
                return _accepted(reply, self.host)
            self.patience.wait(failed, retry_after(reply.headers))

    @asynccontextmanager
    async def stream(self, url: str, headers: Mapping[str, str], most: int) -> AsyncIterator[Body]:
        """The answer to a GET of a file, as it arrives; at most `most` bytes of it.

        Raises:
            TransportError: see `Transport.fetch`.
        """
        request = httpx.Request("GET", url, headers={"Accept-Encoding": "identity", **headers, **self._authorization()})
        limits = Limits(connect=10.0, read=self.patience.silence, whole=7 * 86_400.0, bytes=most)
        async with self._transport.stream(request, limits) as body:
            yield body

    async def _once(self, url: str, most: int) -> Reply:
        limits = Limits(_ANSWER.connect, min(_ANSWER.read, self.patience.silence), _ANSWER.whole, most)
        return await self._transport.fetch("GET", url, key=self._key, limits=limits)

    def _authorization(self) -> dict[str, str]:
        return {} if self._key is None else {"Authorization": f"Bearer {self._key.reveal()}"}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a hub asks to wait for: the header is a number, or a date."""
    said = headers.get("retry-after", headers.get("Retry-After", "")).strip()
    if not said:
        return None
    if said.replace(".", "", 1).isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def is_later(status: int) -> bool:
    """Whether a status means: ask again in a moment."""
    return status in _LATER


def parsed(reply: Reply, host: str) -> Any:
    """The JSON of an answer.

    Raises:
        TransportError: it is none; a sign-in page of the network, for example.
    """
    try:
        return reply.json()
    except (ValueError, RecursionError) as error:
        raise TransportError(
            f"{host} answered with something else than JSON; is a proxy or a sign-in page in between?"
        ) from error


def _accepted(reply: Reply, host: str) -> Reply:
    if reply.status < 400:
        return reply
    raise refused(reply.status, reply.headers, host)


def refused(status: int, headers: Mapping[str, str], host: str) -> RefusedError:
    """What an answer of 400 or above means, in words that say nothing about the repository yet."""
    code = headers.get("x-error-code", headers.get("X-Error-Code", ""))[:60]
    if status == 429:
        asked = retry_after(headers)
        when = "in a few minutes" if asked is None else f"in {asked:.0f} s"
        said = (
            f"{host} gets too many questions from here just now; try again {when}, or set HF_TOKEN for a higher limit"
        )
    elif is_later(status):
        said = f"{host} does not work right now (status {status}); try again later"
    else:
        said = f"{host} refuses (status {status})"
    return RefusedError(said, status=status, code=code)


def _flat(params: Mapping[str, Any]) -> httpx.QueryParams:
    pairs = [(name, one) for name, value in params.items() for one in (value if _is_many(value) else (value,))]
    return httpx.QueryParams(
        urlencode([(name, str(one).lower() if isinstance(one, bool) else one) for name, one in pairs])
    )


def _is_many(value: object) -> bool:
    return isinstance(value, list | tuple)
