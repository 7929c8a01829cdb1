"""One endpoint as a card describes it: where it is, how to ask it, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypedDict, Unpack

from jarvis.artifacts import Artifact
from jarvis.errors import UsageError
from jarvis.execution.remote.failures import RemoteModelError, RemoteTaskError, from_status, from_transport
from jarvis.execution.threads import in_thread
from jarvis.model_registry.card import ModelCard
from jarvis.transport import Limits, Part, Reply, Secret, Transport, TransportError, find_key, with_most

_HUB_KEY = "HF_TOKEN"
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Sent(TypedDict, total=False):
    """What goes along with a request; see `Transport.fetch`."""

    headers: Mapping[str, str] | None
    content: bytes | None
    form: Mapping[str, str] | None
    files: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to ask the server of a card. Its parameters: `endpoint`, `model`, `key_variable`, `timeout`, `max_mb`."""

    card: ModelCard
    transport: Transport

    @property
    def url(self) -> str:
        """The base address, without a slash at its end.

        Raises:
            RemoteModelError: the card names none.
        """
        url = str(self.card.parameters.get("endpoint", "")).rstrip("/")
        if not url:
            raise RemoteModelError(f"the card of {self.card.name} names no endpoint; add its address")
        return url

    @property
    def model(self) -> str:
        """What the server calls the model; the name of the card unless the card says otherwise."""
        return str(self.card.parameters.get("model") or self.card.name)

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key; "" when none is wanted. The Hub's providers want one."""
        parameters = self.card.parameters
        usual = _HUB_KEY if parameters.get("protocol") == "hugging-face" and "endpoint" not in parameters else ""
        return str(parameters.get("key_variable", usual))

    @property
    def limits(self) -> Limits:
        """Those of the transport, with the card's own time (`timeout`, seconds) and size (`max_mb`)."""
        seconds, megabytes = self.card.parameters.get("timeout"), self.card.parameters.get("max_mb")
        return with_most(
            self.transport.limits,
            seconds=None if seconds is None else float(seconds),
            megabytes=None if megabytes is None else float(megabytes),
        )

    async def key(self) -> Secret | None:
        """The key that the card asks for, looked up anew each time.

        Raises:
            RemoteModelError: it is not there, or is no key.
        """
        if not self.key_variable:
            return None
        try:
            found = await in_thread(partial(find_key, self.key_variable))
        except UsageError as error:
            raise RemoteModelError(f"{self.card.name}: {error}") from None
        if found is None:
            raise RemoteModelError(f"{self.card.name} needs a key; set {self.key_variable} in the environment")
        return found

    async def ask(self, method: str, url: str, **sent: Unpack[Sent]) -> Reply:
        """A good answer; `url` may be a path below the endpoint.

        Raises:
            RemoteModelError: the model cannot be used; nothing has been done.
            RemoteTaskError: it did not do this.
        """
        reply = await self.answer(method, url, **sent)
        if not 200 <= reply.status < 300:
            raise self.refusal(reply)
        return reply

    async def answer(self, method: str, url: str, **sent: Unpack[Sent]) -> Reply:
        """Any whole answer, whatever its status. What it quotes of the key is taken out.

        Raises:
            RemoteModelError: there was no connection, or no key.
            RemoteTaskError: the connection broke, or the answer was too large.
        """
        key = await self.key()
        where = url if "://" in url else f"{self.url}/{url.lstrip('/')}"
        try:
            reply = await self.transport.fetch(method, where, key=key, limits=self.limits, **sent)
        except TransportError as error:
            raise from_transport(error, self.card.name) from error
        if key is not None and reply.status >= 400:
            said = key.redacted(reply.body.decode("utf-8", errors="replace"))
            return replace(reply, body=said.encode())
        return reply

    async def json(self, method: str, url: str, body: Any = None) -> Any:
        """Sends JSON and gives the JSON that comes back.

        Raises:
            RemoteModelError: the model cannot be used; nothing has been done.
            RemoteTaskError: it did not do this, or answered something else.
        """
        content = None if body is None else json.dumps(body, allow_nan=False).encode()
        return self.read_json(await self.ask(method, url, headers=_JSON, content=content))

    def read_json(self, reply: Reply) -> Any:
        """The JSON in an answer.

        Raises:
            RemoteTaskError: it holds something else, or a number that is none.
        """
        try:
            return reply.json()
        except (ValueError, RecursionError) as error:
            kind = reply.media_type or "something"
            what = f"{kind} that is no JSON" if "json" in kind else f"{kind}, not JSON"
            raise self.strange(f"{what} ({' '.join(str(error).split())[:120]})") from error

    def strange(self, what: str) -> RemoteTaskError:
        """The error for an answer that is not what the protocol promises."""
        return RemoteTaskError(f"{self.named} answered {what}; check that the endpoint is of the kind the card says")

    @property
    def named(self) -> str:
        """The model and where it is, for people."""
        where = str(self.card.parameters.get("endpoint", ""))
        return f"{self.card.name} at {where}" if where else self.card.name

    def refusal(self, reply: Reply) -> RemoteModelError | RemoteTaskError:
        """The error for an answer with a status that says no."""
        variable = self.key_variable
        advice = f"check the key in {variable}" if variable else "it wants a key: name its variable in the card"
        return from_status(reply, self.named, {401: advice, 403: advice})


async def content_of(file: Artifact) -> bytes:
    """The bytes of a file.

    Raises:
        RemoteTaskError: it is not there any more.
    """
    try:
        return await in_thread(file.path.read_bytes)
    except OSError as error:
        raise RemoteTaskError(f"{file.path.name} cannot be read ({error.strerror}); is it still there?") from error
