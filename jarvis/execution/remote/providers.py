"""Hugging Face inference providers, and inference endpoints of one's own, through `huggingface_hub`'s InferenceClient.

The client writes the requests and reads the answers; what goes over the network goes through our transport, so the
same guard, limits and keys hold. Parameters of a card besides those of `Endpoint`: `model` (its id on the Hub),
`provider` (the Hub's choice unless named), `endpoint` (an inference endpoint of one's own, in place of a provider),
`api` (`chat` or `task`: whether a text task goes to a chat model or to a model made for it), `bill_to`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from jarvis.errors import JarvisError
from jarvis.execution.remote.endpoint import Endpoint
from jarvis.execution.remote.failures import RemoteModelError
from jarvis.execution.remote.hub_tasks import CHATS, MEDIA, TASKS, Job, chat
from jarvis.execution.remote.instructions import INSTRUCTIONS, PICTURED
from jarvis.execution.remote.openai import chat_text
from jarvis.execution.threads import in_thread
from jarvis.messages import Value
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

ROUTER = "https://router.huggingface.co"
_GIVE_FILES = frozenset({"auto", "hf-inference", "deepinfra", "nscale", "together"})
"""Providers that send a file itself. Others send an address, which the library fetches past every limit."""
_IMAGES = ("text-to-image", "image-to-image")

Post = Callable[[Any], bytes]
"""Sends what the library wrote and gives the body of the answer; called in a thread."""


class InferenceProviders:
    """Has tasks done by Hugging Face's inference providers."""

    async def run(self, spec: ToolSpec, endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
        """Has one task done.

        Raises:
            ModelError: the model cannot be used; nothing has been done.
            TaskError: it did not do this task.
        """
        parameters = endpoint.card.parameters
        way = str(parameters.get("api", "chat" if spec.name in CHATS else "task"))
        chatting = way == "chat" and spec.name in INSTRUCTIONS and spec.name not in PICTURED
        if not chatting and spec.name not in TASKS:
            raise RemoteModelError(f"{endpoint.card.name} cannot be asked for {spec.name}; mend its card")
        _check_provider(endpoint, spec.name)
        key = await endpoint.key()
        sending = _Sending(endpoint)
        client = await in_thread(partial(_client, endpoint, key.reveal() if key else "", sending.post))
        job = Job(client, inputs, sink, parameters)
        try:
            if chatting:
                return chat_text(endpoint, spec.name, await in_thread(partial(_done, endpoint, sending, chat, job)))
            return await in_thread(partial(_done, endpoint, sending, TASKS[spec.name], job))
        finally:
            sending.stop()


class _Sending:
    """Carries requests from the thread that writes them to the event loop, which sends them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.sent = False
        self._endpoint = endpoint
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Future[bytes]] = []
        self._stopped = False

    def post(self, request: Any) -> bytes:
        """Called in a thread; `request` is one of the library's RequestParameters."""
        if self._stopped:
            raise RemoteModelError(f"{self._endpoint.card.name} is not asked any more")
        self.sent = True
        future = asyncio.run_coroutine_threadsafe(self._send(request), self._loop)
        self._waiting.append(future)
        return future.result()

    def stop(self) -> None:
        """Called in the loop: ends what is under way."""
        self._stopped = True
        for future in self._waiting:
            future.cancel()

    async def _send(self, request: Any) -> bytes:
        # The library may have put a key there that a login left in a file; keys come from the environment only.
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() != "authorization"}
        if request.task in _IMAGES:
            headers.setdefault("accept", "image/png")
        content = request.data if request.data is not None else json.dumps(request.json, allow_nan=False).encode()
        if request.data is not None:
            headers.setdefault("content-type", "image/jpeg" if content.startswith(b"\xff\xd8") else "audio/wav")
        reply = await self._endpoint.ask("POST", str(request.url), headers=headers, content=bytes(content))
        if "json" in reply.media_type:
            self._endpoint.read_json(reply)  # The library would take NaN for a number.
        return reply.body


def _done(endpoint: Endpoint, sending: _Sending, ask: Callable[[Job], Any], job: Job) -> Any:
    """What the library does with a task, in a thread. It may look things up on the Hub before it sends anything."""
    import httpx2
    from PIL.Image import DecompressionBombError

    unfit = (ValueError, TypeError, LookupError, AttributeError, RecursionError, DecompressionBombError)
    try:
        return ask(job)
    except JarvisError:
        raise
    except (OSError, httpx2.HTTPError, *unfit) as error:
        said = " ".join(str(error).split())[:200]
        if sending.sent:
            raise endpoint.strange(f"something that is no {job.inputs.task} ({said})") from error
        if isinstance(error, unfit):
            raise RemoteModelError(f"{endpoint.card.name} cannot be asked for {job.inputs.task}: {said}") from error
        # The Hub's own errors are all of the other two kinds. Their requests hold the key, so they are not passed on.
        message = f"{endpoint.card.name}: the Hub does not tell who runs it ({said}); check its id and the network"
        raise RemoteModelError(message, transient=isinstance(error, httpx2.TransportError)) from None


def _check_provider(endpoint: Endpoint, task: str) -> None:
    parameters = endpoint.card.parameters
    provider = str(parameters.get("provider", "auto"))
    if "endpoint" not in parameters and "model" not in parameters:
        raise RemoteModelError(f"the card of {endpoint.card.name} names no model of the Hub; add its id")
    if "endpoint" not in parameters and task in MEDIA and provider not in _GIVE_FILES - {"auto"}:
        known = ", ".join(sorted(_GIVE_FILES - {"auto"}))
        raise RemoteModelError(f"{endpoint.card.name}: for {task} the card must name one of the providers {known}")


def _client(endpoint: Endpoint, key: str, post: Post) -> InferenceClient:
    parameters = endpoint.card.parameters
    own = "endpoint" in parameters
    try:
        return _client_class()(
            post,
            model=None if own else str(parameters["model"]),
            base_url=endpoint.url if own else None,
            provider=None if own else parameters.get("provider", "auto"),
            token=key or None,
            bill_to=str(parameters["bill_to"]) if "bill_to" in parameters else None,
        )
    except ValueError as error:
        raise RemoteModelError(f"the card of {endpoint.card.name} is not as it should be: {error}") from error


@cache
def _client_class() -> Callable[..., InferenceClient]:
    """The library's client with our way out in place of its own.

    Raises:
        RemoteModelError: the library is another than the one that this was written for; nothing goes past the guard.
    """
    from huggingface_hub import InferenceClient, __version__

    if not hasattr(InferenceClient, "_inner_post"):
        raise RemoteModelError(
            f"huggingface_hub {__version__} sends its requests in a way that is not known here; install version 2"
        )

    class GuardedClient(InferenceClient):
        def __init__(self, post: Post, **settings: Any) -> None:
            super().__init__(**settings)
            self._post = post

        def _inner_post(self, request_parameters: Any, *, stream: bool = False) -> Any:
            if stream:
                raise ValueError("answers are taken whole")
            return self._post(request_parameters)

    return GuardedClient
