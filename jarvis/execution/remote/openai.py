"""OpenAI-compatible servers: chat, speech, pictures and embeddings, as llama.cpp, vLLM, Ollama, LocalAI and others do.

Parameters of a card besides those of `Endpoint`: `max_tokens`, `temperature` ("none" leaves it to the server), `voice`
and `format` of speech, `size` of pictures that are made, `longest_side` of those that are shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from jarvis.execution.remote.endpoint import Endpoint, content_of
from jarvis.execution.remote.failures import RemoteModelError, RemoteTaskError, from_status, from_transport
from jarvis.execution.remote.instructions import FREE, INSTRUCTIONS, PICTURED, messages_for
from jarvis.execution.remote.media import data_url, from_base64, jpeg, write_image, write_sound
from jarvis.execution.remote.vectors import similarity, unit_vectors
from jarvis.execution.threads import in_thread
from jarvis.messages import JsonValue, Value
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from jarvis.transport import TransportError

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)


class OpenAi:
    """Speaks with OpenAI-compatible servers; `endpoint` is what stands before `/chat/completions`."""

    async def run(self, spec: ToolSpec, endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
        """Has one task done.

        Raises:
            ModelError: the model cannot be used; nothing has been done.
            TaskError: it did not do this task.
        """
        if spec.name in INSTRUCTIONS:
            return await chat(endpoint, inputs)
        others = {
            "automatic-speech-recognition": _transcription,
            "text-to-speech": _speech,
            "text-to-image": _picture,
            "sentence-similarity": _similarity,
            "feature-extraction": _embedding,
        }
        if spec.name not in others:
            raise RemoteModelError(f"{endpoint.card.name} is asked in a way that has no {spec.name}; mend its card")
        return await others[spec.name](endpoint, inputs, sink)


async def chat(endpoint: Endpoint, inputs: Inputs) -> str:
    """What a chat model writes for a task.

    Raises:
        ModelError: the model cannot be used; nothing has been done.
        TaskError: it wrote nothing, or stopped before the end of what must be whole.
    """
    messages: list[dict[str, Any]] = [*messages_for(inputs)]
    if inputs.task in PICTURED:
        side = int(endpoint.card.parameters.get("longest_side", 1568))
        picture = data_url(await in_thread(partial(jpeg, inputs, longest=side)), "image/jpeg")
        shown = [
            {"type": "text", "text": messages[-1]["content"]},
            {"type": "image_url", "image_url": {"url": picture}},
        ]
        messages[-1] = {"role": "user", "content": shown}
    body = {"model": endpoint.model, "messages": messages, **sampling(endpoint, inputs.task)}
    return chat_text(endpoint, inputs.task, await endpoint.json("POST", "chat/completions", body))


def sampling(endpoint: Endpoint, task: str) -> dict[str, Any]:
    """How the words are chosen: the likeliest ones, unless the task or the card leaves it to the server."""
    parameters = endpoint.card.parameters
    chosen = parameters.get("temperature", "none" if task in FREE else 0)
    found: dict[str, Any] = {} if chosen == "none" else {"temperature": float(chosen)}
    if "max_tokens" in parameters:
        found["max_tokens"] = int(parameters["max_tokens"])
    return found


def chat_text(endpoint: Endpoint, task: str, answer: Any) -> str:
    """The text of a chat completion, without what the model thought before.

    Raises:
        RemoteTaskError: it is none, is empty, or was cut off where it must be whole.
    """
    try:
        choice = answer["choices"][0]
        content = choice["message"]["content"]
        ended = choice.get("finish_reason")
    except (LookupError, TypeError, AttributeError) as error:
        raise endpoint.strange("something that is no chat completion") from error
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    text = _THOUGHTS.sub("", content).strip() if isinstance(content, str) else ""
    if not text:
        raise RemoteTaskError(f"{endpoint.named} wrote nothing; put the request in other words")
    if ended == "length" and task not in FREE:
        raise RemoteTaskError(
            f"{endpoint.named} stopped at its longest answer, so the rest is missing; give it a shorter text, or raise "
            "max_tokens in its card"
        )
    return text


async def _transcription(endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
    file = inputs.file("audio")
    part = ("file", (file.path.name, await content_of(file), file.media_type))
    form = {"model": endpoint.model, "response_format": "json"}
    answer = endpoint.read_json(await endpoint.ask("POST", "audio/transcriptions", form=form, files=[part]))
    text = answer.get("text") if isinstance(answer, dict) else None
    if not isinstance(text, str):
        raise endpoint.strange("something that is no transcription")
    return text.strip()


async def _speech(endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
    parameters = endpoint.card.parameters
    body = {
        "model": endpoint.model,
        "input": _words(inputs, "text"),
        "voice": str(parameters.get("voice", "alloy")),
        "response_format": str(parameters.get("format", "wav")),
    }
    headers = {"Content-Type": "application/json", "Accept": "audio/*"}
    reply = await endpoint.ask("POST", "audio/speech", headers=headers, content=json.dumps(body).encode())
    return await in_thread(partial(write_sound, reply.body, sink))


async def _picture(endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
    body: dict[str, Any] = {"model": endpoint.model, "prompt": _words(inputs, "prompt"), "n": 1}
    if "size" in endpoint.card.parameters:
        body["size"] = str(endpoint.card.parameters["size"])
    answer = await endpoint.json("POST", "images/generations", body)
    try:
        made = answer["data"][0]
        packed, url = made.get("b64_json"), made.get("url")
    except (LookupError, TypeError, AttributeError) as error:
        raise endpoint.strange("something that holds no picture") from error
    if isinstance(packed, str):
        content = await in_thread(partial(from_base64, packed))
    elif isinstance(url, str):
        content = from_base64(url) if url.startswith("data:") else await _fetched(endpoint, url)
    else:
        raise endpoint.strange("something that holds no picture")
    return await in_thread(partial(write_image, content, sink))


async def _fetched(endpoint: Endpoint, url: str) -> bytes:
    """A picture from where the server says that it lies, which need not be the server: the key does not go there."""
    try:
        reply = await endpoint.transport.fetch("GET", url, limits=endpoint.limits)
    except TransportError as error:
        failure = from_transport(error, endpoint.card.name)
        raise RemoteTaskError(str(failure), transient=failure.transient) from error
    if reply.status != 200:
        raise from_status(reply, endpoint.named, {404: "the picture that it made is not there any more; ask again"})
    return reply.body


async def _similarity(endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
    vectors = await _embedded(endpoint, [_words(inputs, "text"), _words(inputs, "other")])
    return similarity(vectors, float(endpoint.card.parameters.get("floor", 0.0)))


async def _embedding(endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
    (vector,) = await embeddings(endpoint, [inputs])
    return vector


async def embeddings(endpoint: Endpoint, several: Sequence[Inputs]) -> list[list[JsonValue]]:
    """The embeddings of several texts, asked for in one request.

    Raises:
        ModelError: the model cannot be used; nothing has been done.
        TaskError: it did not do this.
    """
    texts = [_words(inputs, "text") for inputs in several]
    return [list[JsonValue](vector) for vector in await _embedded(endpoint, texts)]


async def _embedded(endpoint: Endpoint, texts: Sequence[str]) -> list[list[float]]:
    answer = await endpoint.json("POST", "embeddings", {"model": endpoint.model, "input": list(texts)})
    try:
        rows = sorted(answer["data"], key=lambda row: int(row["index"]))
        vectors = [row["embedding"] for row in rows]
    except (LookupError, TypeError, ValueError) as error:
        raise endpoint.strange("something that holds no embeddings") from error
    return unit_vectors(endpoint, vectors, len(texts))


def _words(inputs: Inputs, slot: str) -> str:
    text = inputs.text(slot).strip()
    if not text:
        raise RemoteTaskError(f"the slot {slot!r} of {inputs.task} holds no text; give some words")
    return text
