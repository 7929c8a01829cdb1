"""What a worker is: it runs one task with one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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


@dataclass(frozen=True, slots=True)
class Call:
    """One of several tasks for the same model."""

    task: Task
    inputs: Inputs
    sink: Sink


@runtime_checkable
class BatchWorker(Protocol):
    """A worker that can do several tasks without an effect in one go, where the card says that the handler can."""

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """What `run` gives for each, in the same order. When one cannot be done, all may fail; they are then run alone.

        Raises:
            ModelError: the model cannot be used here.
            TaskError: the model cannot do one of them.
        """
        ...


async def run_together(worker: Worker, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
    """Several tasks for one model: in one go where the worker can, else one after another.

    Raises:
        ModelError: the model cannot be used here.
        TaskError: the model cannot do one of them.
    """
    if len(calls) > 1 and isinstance(worker, BatchWorker):
        return await worker.run_batch(spec, card, calls)
    return [await worker.run(call.task, spec, card, call.inputs, call.sink) for call in calls]
