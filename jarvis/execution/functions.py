"""A user's own functions as models: they run in this process, in a thread, or in the loop when they are async."""

from __future__ import annotations

import inspect
import json
import mimetypes
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.artifacts import Artifact
from jarvis.errors import ModelError, TaskError
from jarvis.execution.threads import in_thread
from jarvis.execution.worker import Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Value, value_to_json
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.handler import Inputs, Sink

_PREFIX = "function:"
_TEXTS = (ValueType.TEXT, ValueType.NAME, ValueType.NUMBER)


def function_card(spec: ToolSpec) -> ModelCard:
    """The ModelCard of a function, for `Registry.with_cards`. Its id is `function:` and the tool's name."""
    return ModelCard(
        id=f"{_PREFIX}{spec.name}",
        name=f"your own {spec.name}",
        tasks=(spec.name,),
        handler="",
        license="",
        extra="",
        quality=1,
        quality_source="it was written for this",
    )


class FunctionRunner:
    """Runs the cards of functions, and hands everything else to another worker."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]], otherwise: Worker) -> None:
        """`functions` by tool name; each is called with the filled slots as keywords."""
        self.functions = functions
        self.otherwise = otherwise

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Calls the function with text, lists, data, or files as Artifacts; a Path that it gives becomes an artifact.

        Raises:
            ModelError: no such function.
            TaskError: it gave something that is neither text, JSON data nor a file.
        """
        if not card.id.startswith(_PREFIX):
            return await self.otherwise.run(task, spec, card, inputs, sink)
        function = self.functions.get(spec.name)
        if function is None:
            raise ModelError(f"no function is declared for {spec.name}; decorate one with @jarvis.tool()")
        arguments = {slot.name: _argument(slot, inputs) for slot in spec.slots if inputs.has(slot.name)}
        given = await in_thread(partial(function, **arguments))
        if inspect.isawaitable(given):
            given = await given
        return Output(_value(spec.name, given, sink))

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """Functions are called one after another; everything else goes to the other worker together."""
        if card.id.startswith(_PREFIX):
            return [await self.run(call.task, spec, card, call.inputs, call.sink) for call in calls]
        return await run_together(self.otherwise, spec, card, calls)


def _argument(slot: Slot, inputs: Inputs) -> Any:
    if slot.type in _TEXTS:
        return inputs.text(slot.name)
    if slot.type is ValueType.LABELS:
        return inputs.labels(slot.name)
    if slot.type is ValueType.DATA:
        return inputs.data(slot.name)
    return inputs.file(slot.name) if slot.type.is_media else inputs.values[slot.name]


def _value(name: str, given: Any, sink: Sink) -> Value:
    if isinstance(given, Artifact):
        return given
    if isinstance(given, Path):
        return _stored(name, given, sink)
    if isinstance(given, list) and given and all(isinstance(item, Path) for item in given):
        return [_stored(name, item, sink) for item in given]
    try:
        json.dumps(value_to_json(given), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TaskError(f"{name} gave {type(given).__name__}; let it give text, JSON data or a Path") from error
    value: Value = given
    return value


def _stored(name: str, path: Path, sink: Sink) -> Artifact:
    """A copy among the artifacts of the run, so that a later change of the file changes no result."""
    if not path.is_file():
        raise TaskError(f"{name} gave the path {path}, but there is no such file")

    def fill(file: BinaryIO) -> None:
        with path.open("rb") as source:
            shutil.copyfileobj(source, file)

    return sink.write(path.stem, mimetypes.guess_type(path.name)[0] or "application/octet-stream", fill)
