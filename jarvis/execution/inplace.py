"""Runs handlers without a model in this process: they keep a connection open that the rest of the program uses, too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Lock

from jarvis.execution.local import load_handler
from jarvis.execution.threads import in_thread
from jarvis.execution.worker import Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink


class InPlaceWorker:
    """Runs the cards that say `in_process`, each task in a thread of its own, and hands the others on.

    A process of their own would load for most of a second and hold a second connection to the home, while what they
    do is to wait for an answer. Their handlers take several tasks at once.
    """

    def __init__(self, options: RuntimeOptions, otherwise: Worker) -> None:
        """`options` are those of the handlers here."""
        self.options = options
        self.otherwise = otherwise
        self._handlers: dict[str, Handler] = {}
        self._loading = Lock()

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Runs one task.

        Raises:
            ModelError: a library is missing, or the other worker cannot use the model.
            TaskError: it cannot be done.
        """
        if not card.parameters.get("in_process"):
            return await self.otherwise.run(task, spec, card, inputs, sink)
        return Output(await in_thread(partial(self._run, card, inputs, sink)))

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """Runs several tasks of one card, those of other workers in one go."""
        if card.parameters.get("in_process"):
            return [await self.run(call.task, spec, card, call.inputs, call.sink) for call in calls]
        return await run_together(self.otherwise, spec, card, calls)

    def _run(self, card: ModelCard, inputs: Inputs, sink: Sink) -> Value:
        with self._loading:
            if card.id not in self._handlers:
                self._handlers[card.id] = load_handler(card, self.options)
        return self._handlers[card.id].run(inputs, sink)
