"""A worker that does a task as the person who approved it changed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from jarvis.errors import PlanError
from jarvis.execution.worker import Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink

Amendment = Mapping[str, Value | None]
"""By slot, the value that was changed; None for one that was emptied."""


def amendment(task: Task, changed: Task, bind: Callable[[str, str], Value]) -> Amendment:
    """What `changed` changes; `bind` gives the value for a literal in a slot.

    Raises:
        PlanError: a slot would hold several values.
        InputError: a literal names a file that cannot be used.
    """
    found: dict[str, Value | None] = dict.fromkeys(task.args.keys() - changed.args.keys())
    for slot, arg in changed.args.items():
        if arg == task.args.get(slot):
            continue
        if not isinstance(arg, str):
            raise PlanError(f"task {task.id} ({task.tool}): write one value for {slot!r}", task_id=task.id, slot=slot)
        found[slot] = bind(slot, arg)
    return found


class AmendingWorker:
    """Puts changed values into the inputs of effects, which are known by their idempotency key."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.amendments: dict[str, Amendment] = {}
        """By idempotency key; whoever puts one in takes it out again."""

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """What the worker gives for the inputs as they were approved."""
        changed = self.amendments.get(sink.key) if sink.key else None
        if changed:
            values = {slot: value for slot, value in {**inputs.values, **changed}.items() if value is not None}
            inputs = replace(inputs, values=values)
        return await self.worker.run(task, spec, card, inputs, sink)

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """What the worker gives; nothing with an effect runs in a batch."""
        return await run_together(self.worker, spec, card, calls)
