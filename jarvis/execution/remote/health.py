"""Whether a model on another machine could be used right now. It is asked for, and nothing is computed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from jarvis.errors import JarvisError
from jarvis.execution.remote.endpoint import Endpoint
from jarvis.execution.remote.endpoints import Endpoints
from jarvis.execution.remote.failures import RemoteModelError
from jarvis.execution.remote.open_inference import OpenInference
from jarvis.execution.remote.providers import ROUTER
from jarvis.model_registry.card import ModelCard
from jarvis.transport import Limits, Reply, Transport

_SHORT = Limits(connect=3.0, read=3.0, whole=5.0, bytes=4 * 2**20)
_REFUSED = (401, 403)


async def states(endpoints: Endpoints) -> list[str | JarvisError]:
    """What can be said of each card, in a few words, or why it cannot be used; all are asked at once."""
    transport = Transport([ROUTER, *endpoints.configured], _SHORT)
    try:
        return await asyncio.gather(*[_state(card, transport) for card in endpoints.cards])
    finally:
        await transport.aclose()


async def _state(card: ModelCard, transport: Transport) -> str | JarvisError:
    parameters = {name: value for name, value in card.parameters.items() if name != "timeout"}
    endpoint = Endpoint(card.model_copy(update={"parameters": parameters}), transport)
    try:
        await endpoint.key()  # Before anything is sent: it says which variable to set.
        if parameters["protocol"] == "open-inference":
            await OpenInference().served(endpoint)
            return "the model is ready"
        if parameters["protocol"] == "openai":
            return _listed(endpoint, await endpoint.answer("GET", "models"))
        reply = await endpoint.answer("GET", str(parameters.get("endpoint", ROUTER)))
        if reply.status in _REFUSED or reply.status >= 500:
            return endpoint.refusal(reply)
    except JarvisError as error:
        return error
    return "it answers"


def _listed(endpoint: Endpoint, reply: Reply) -> str | JarvisError:
    """What a server's list of models says about one of them. Not all have such a list."""
    if reply.status in _REFUSED or reply.status >= 500:
        return endpoint.refusal(reply)
    try:
        names = _names(reply.json()) if reply.status == 200 else []
    except ValueError:
        names = []
    if endpoint.model in names:
        return "the model is ready"
    if len(names) > 1:
        told = ", ".join(names[:8]) + (" and others" if len(names) > 8 else "")
        return RemoteModelError(f"{endpoint.named}: the server has no {endpoint.model!r}, but {told}")
    return f"it answers, and serves {names[0]}" if names else "it answers, and does not list its models"


def _names(answer: Any) -> Sequence[str]:
    rows = answer.get("data") if isinstance(answer, dict) else None
    return [str(row["id"]) for row in rows or () if isinstance(row, dict) and "id" in row]
