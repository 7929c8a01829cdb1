"""Tasks on their way into a model's process and back: absolute paths there, the caller's own paths here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import JarvisError, ModelError, TaskError
from jarvis.execution.staging import aside_folder, remove
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.handler import Inputs, Sink


class Job:
    """What a process is told about tasks of one model, what is made of its answer, and what it leaves when it dies."""

    def __init__(self, spec: ToolSpec, card: ModelCard, calls: Sequence[tuple[Inputs, Sink]]) -> None:
        """One call, or several that the model may do in one go."""
        self.spec = spec
        self.card = card
        self._calls = [_Call(inputs, sink) for inputs, sink in calls]

    def message(self) -> dict[str, Any]:
        """What the process is told."""
        return {"do": "run", "model": self.card.id, "calls": [call.message() for call in self._calls]}

    def values(self, answered: Sequence[Value]) -> list[Value]:
        """The value of each call, made of what the process answered."""
        return [call.value(value) for call, value in zip(self._calls, answered, strict=True)]

    def clear(self) -> None:
        """Removes the files that a process had not finished when it ended."""
        for call in self._calls:
            call.clear()


class _Call:
    def __init__(self, inputs: Inputs, sink: Sink) -> None:
        self._inputs = inputs
        self._sink = sink
        # The process may have another working folder than this program has by now.
        self._root = sink.folder.root.absolute()
        self._aside = aside_folder(self._root)
        self._given: dict[Path, Path] = {}

    def message(self) -> dict[str, Any]:
        made = self._sink.provenance
        return {
            "task": self._inputs.task,
            "values": {slot: _each(value, self._there) for slot, value in self._inputs.values.items()},
            "root": str(self._root),
            "aside": str(self._aside),
            "made": {"task_id": made.task_id, "tool": made.tool, "model": made.model, "inputs": list(made.inputs)},
            "key": self._sink.key,
        }

    def value(self, answered: Value) -> Value:
        return _each(answered, self._here)

    def clear(self) -> None:
        remove(self._aside)

    def _there(self, artifact: Artifact) -> Artifact:
        path = artifact.path.absolute()
        self._given[path] = artifact.path
        return replace(artifact, path=path)

    def _here(self, artifact: Artifact) -> Artifact:
        if artifact.path in self._given:
            return replace(artifact, path=self._given[artifact.path])
        if artifact.path.is_relative_to(self._root):
            return replace(artifact, path=self._sink.folder.root / artifact.path.relative_to(self._root))
        return artifact


class ProcessEndedError(ModelError):
    """A model's process ended before it answered; the task has done nothing."""

    transient = True
    """A new process may well do what this one did not: try again, and count how often it happens."""


def death(card: ModelCard, how: str, spec: ToolSpec | None) -> JarvisError:
    """The error of a task when its process ended; `spec` is its task type, None when the model was being loaded."""
    what = f"the process that {'ran' if spec else 'loaded'} {card.name} {how}"
    if spec and spec.effect is not Effect.NONE:
        # Another model, or the same one again, could do it twice.
        return TaskError(f"{what}; it is not known whether {spec.name} was done, so look before asking again")
    return ProcessEndedError(f"{what}; close other programs if memory is short, or choose another model")


def _each(value: Value, change: Callable[[Artifact], Artifact]) -> Value:
    if isinstance(value, Artifact):
        return change(value)
    if isinstance(value, list) and value and all(isinstance(item, Artifact) for item in value):
        return [change(item) for item in value if isinstance(item, Artifact)]
    return value
