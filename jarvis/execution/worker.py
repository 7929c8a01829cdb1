"""What a worker is: it runs one task with one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink


@dataclass(frozen=True, slots=True)
class Output:
    """What a worker gives back."""

    value: Value
    cached: bool = False
    """Whether an earlier run gave it."""


class Worker(Protocol):
    """Runs tasks: here, in another process, on another machine, or out of a cache. Workers wrap workers."""

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Runs one task with one model. Cancelling it gives up waiting; a model that computes is not interrupted.

        Raises:
            ModelError: the model cannot be used here; nothing has been done.
            TaskError: the model cannot do this task.
        """
        ...
