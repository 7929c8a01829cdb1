"""The Open Inference Protocol, version 2, over HTTP: Triton, KServe, MLServer, OpenVINO's model server and their like.

A model is asked for after the server is live and ready and the model is ready; what the model says about its inputs is
checked against what the card makes of the task. Parameters of a card besides those of `Endpoint` and `mapping`:
`version` of the model, `binary` (whether tensors go in the binary form; else the server is asked whether it knows it).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from jarvis.execution.remote.endpoint import Endpoint
from jarvis.execution.remote.failures import RemoteModelError, RemoteTaskError, quoted, retry_after
from jarvis.execution.remote.mapping import Feed, Served, feed, value_of, vector, wanted_outputs
from jarvis.execution.remote.tensors import Tensor, TensorSpec, decode, encode
from jarvis.execution.remote.vectors import similarity, unit_vectors
from jarvis.execution.threads import in_thread
from jarvis.messages import Value
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from jarvis.transport import Reply

T = TypeVar("T")

_BINARY = "binary_tensor_data"
"""What servers that know the binary form list among their extensions."""
_KNOWN_FOR = 300.0
"""Seconds after which a model is asked again what it is: it may have been replaced."""


@dataclass(frozen=True, slots=True)
class _Known:
    served: Served
    since: float


class OpenInference:
    """Speaks version 2 of the protocol; `endpoint` is what stands before `/v2`."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Known] = {}

    async def run(self, spec: ToolSpec, endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
        """Has one task done.

        Raises:
            ModelError: the server or the model is not ready, or is not what the card says; nothing has been done.
            TaskError: the model did not do this task.
        """
        if spec.output.is_media:
            raise RemoteModelError(f"{endpoint.named}: tensors of {spec.name} are not made into files; mend its card")
        if spec.name != "sentence-similarity":
            outputs, made = await self._outputs(spec, endpoint, inputs)
            return await _mapped(endpoint, partial(value_of, spec, outputs, endpoint.card.parameters, made.seen))
        rows: list[list[float]] = []
        for slot in ("text", "other"):
            one = ToolSpec("feature-extraction", tuple(s for s in spec.slots if s.name == slot), spec.output, spec.does)
            outputs, _ = await self._outputs(one, endpoint, Inputs(spec.name, {slot: inputs.values[slot]}))
            rows.append(await _mapped(endpoint, partial(_only_vector, outputs)))
        return similarity(unit_vectors(endpoint, rows, 2), float(endpoint.card.parameters.get("floor", 0.0)))

    async def served(self, endpoint: Endpoint) -> Served:
        """What the model says about itself, once the server and the model are ready.

        Raises:
            RemoteModelError: they are not.
        """
        place = (endpoint.url, _path(endpoint))
        known = self._known.get(place)
        if known is None or time.monotonic() - known.since > _KNOWN_FOR:
            for path, what in (
                ("v2/health/live", "live"),
                ("v2/health/ready", "ready"),
                (f"{place[1]}/ready", "ready"),
            ):
                await _check_ready(endpoint, path, what)
            known = self._known[place] = _Known(await _described(endpoint), time.monotonic())
        return known.served

    async def _outputs(self, spec: ToolSpec, endpoint: Endpoint, inputs: Inputs) -> tuple[dict[str, Tensor], Feed]:
        parameters = endpoint.card.parameters
        served = await self.served(endpoint)
        made = await _mapped(endpoint, partial(feed, spec, inputs, parameters, served))
        binary = bool(parameters.get("binary", served.binary))
        wanted = wanted_outputs(spec, parameters)
        body, headers = await in_thread(partial(encode, made.tensors, wanted, binary=binary))
        try:
            reply = await endpoint.ask("POST", f"{_path(endpoint)}/infer", headers=headers, content=body)
        except (RemoteModelError, RemoteTaskError):
            self._known.pop((endpoint.url, _path(endpoint)), None)  # It may have been replaced by another model.
            raise
        try:
            return await in_thread(partial(decode, reply.body, reply.headers)), made
        except (ValueError, RecursionError, OverflowError) as error:
            raise endpoint.strange(f"no tensors as they should be ({error})") from error


def _only_vector(outputs: dict[str, Tensor]) -> list[float]:
    if len(outputs) != 1:
        raise ValueError(f"it gave {len(outputs)} outputs instead of one vector; name its output")
    return vector(next(iter(outputs.values())))


async def _mapped(endpoint: Endpoint, work: Callable[[], T]) -> T:
    """Runs a mapping in a thread. A card that does not fit the model is the model's failure, not the input's."""
    try:
        return await in_thread(work)
    except (ValueError, OverflowError) as error:
        raise RemoteModelError(f"{endpoint.named} and its card do not fit together: {error}") from error


async def _check_ready(endpoint: Endpoint, path: str, what: str) -> None:
    reply = await endpoint.answer("GET", path)
    if reply.status in (401, 403, 404, 429):
        raise endpoint.refusal(reply)
    if reply.status == 200 and not _says_no(reply, what):
        return
    said = quoted(reply)
    of = "the model" if path.startswith("v2/models") else "the server"
    raise RemoteModelError(
        f"{endpoint.named}: {of} is not {what} ({reply.status}{f', {said}' if said else ''}); give it time to load, or "
        "look into its log",
        transient=True,
        retry_after=retry_after(reply.headers),
    )


def _says_no(reply: Reply, what: str) -> bool:
    """Whether the body of a good answer says the opposite; most servers send none."""
    try:
        body = reply.json() if reply.body else {}
    except ValueError:
        return False
    return isinstance(body, dict) and body.get(what) is False


async def _described(endpoint: Endpoint) -> Served:
    row = await endpoint.json("GET", _path(endpoint))
    server = {} if "binary" in endpoint.card.parameters else await endpoint.json("GET", "v2")
    try:
        extensions = server.get("extensions") or ()
        return Served(_specs(row.get("inputs")), _specs(row.get("outputs")), _BINARY in extensions)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise endpoint.strange("metadata that are not those of a model") from error


def _specs(rows: Any) -> tuple[TensorSpec, ...]:
    return tuple(
        TensorSpec(str(row["name"]), str(row["datatype"]), tuple(int(size) for size in row["shape"]))
        for row in rows or ()
    )


def _path(endpoint: Endpoint) -> str:
    version = str(endpoint.card.parameters.get("version", ""))
    model = f"v2/models/{quote(endpoint.model, safe='')}"
    return f"{model}/versions/{quote(version, safe='')}" if version else model
