"""A worker that hands tasks to models on other machines, and everything else to another worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from jarvis.execution.remote.endpoint import Endpoint
from jarvis.execution.remote.failures import RemoteModelError
from jarvis.execution.remote.open_inference import OpenInference
from jarvis.execution.remote.openai import OpenAi, embeddings
from jarvis.execution.remote.providers import ROUTER, InferenceProviders
from jarvis.execution.worker import Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from jarvis.transport import Limits, Transport


class Speaker(Protocol):
    """Speaks one protocol with servers."""

    async def run(self, spec: ToolSpec, endpoint: Endpoint, inputs: Inputs, sink: Sink) -> Value:
        """Has one task done.

        Raises:
            ModelError: the model cannot be used; nothing has been done.
            TaskError: it did not do this task.
        """
        ...


class RemoteWorker:
    """Runs the cards whose parameter `protocol` names one; a card without it goes to the other worker.

    The protocols: `openai`, `open-inference`, `hugging-face`. Safe to use from several threads and event loops.
    """

    def __init__(self, otherwise: Worker, configured: Iterable[str] = (), limits: Limits | None = None) -> None:
        """`configured` are the addresses of the user's own endpoints, which may be in a private network.

        Raises:
            RefusedUrlError: one of them is no URL that can be asked.
        """
        self.otherwise = otherwise
        self.transport = Transport([ROUTER, *configured], limits)
        self._speakers: dict[str, Speaker] = {
            "openai": OpenAi(),
            "open-inference": OpenInference(),
            "hugging-face": InferenceProviders(),
        }

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Has one task done, here or elsewhere. Cancelling it closes the connection.

        Raises:
            ModelError: the model cannot be used; nothing has been done. `transient` tells whether it may be later.
            TaskError: it did not do this task.
        """
        if not is_remote(card):
            return await self.otherwise.run(task, spec, card, inputs, sink)
        speaker = self._speakers.get(str(card.parameters["protocol"]))
        if speaker is None:
            known = ", ".join(self._speakers)
            raise RemoteModelError(f"the card of {card.name} names no protocol that is spoken here; it can be {known}")
        return Output(await speaker.run(spec, Endpoint(card, self.transport), inputs, sink))

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """Has several tasks of one model done: in one request where its protocol can, else side by side.

        Raises:
            ModelError: the model cannot be used.
            TaskError: it did not do one of them.
        """
        if not is_remote(card):
            return await run_together(self.otherwise, spec, card, calls)
        if card.parameters["protocol"] == "openai" and spec.name == "feature-extraction":
            vectors = await embeddings(Endpoint(card, self.transport), [call.inputs for call in calls])
            return [Output(vector) for vector in vectors]
        works = [asyncio.create_task(self.run(call.task, spec, card, call.inputs, call.sink)) for call in calls]
        try:
            return list(await asyncio.gather(*works))
        finally:
            for work in works:  # Without effect on those that are done.
                work.cancel()

    async def aclose(self) -> None:
        """Closes the connections of the running event loop; they open again when they are needed."""
        await self.transport.aclose()


def is_remote(card: ModelCard) -> bool:
    """Whether a card's model is on another machine."""
    return "protocol" in card.parameters
