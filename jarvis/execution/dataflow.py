"""How values travel: arguments resolved to values, several files run one by one, and results joined again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import cast

from jarvis.artifacts import Artifact
from jarvis.graph import Ref, Task
from jarvis.messages import JsonValue, Value, value_to_json
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.handler import Inputs

Bind = Callable[[Task, ToolSpec, str, str], Value]
"""The value for a literal, given (task, its tool, slot name, literal): a file for a file's name, else the literal."""

TAKES_SEVERAL_FILES = frozenset({"audio-to-audio", "image-to-image", "image-to-video", "video-editing"})
"""Tools whose several files belong together: to be joined, or one to be changed after another."""


def as_it_is(task: Task, tool: ToolSpec, slot: str, literal: str) -> Value:
    """A literal stands for itself."""
    return literal


@dataclass(frozen=True, slots=True)
class Bound:
    """The literals of a task, resolved."""

    values: Mapping[str, Sequence[Value]] = field(default_factory=dict[str, Sequence[Value]])
    """By slot, in the order of its literals: the same one twice can be two files."""


def bind_literals(task: Task, tool: ToolSpec, bind: Bind) -> Bound:
    """Resolves every literal of a task, in the order of its arguments.

    Raises:
        InputError: a literal names a file that cannot be used.
    """
    found: dict[str, list[Value]] = {}
    for slot, value in task.values():
        if isinstance(value, str):
            found.setdefault(slot, []).append(bind(task, tool, slot, value))
    return Bound(found)


def resolve(task: Task, tool: ToolSpec, bound: Bound, outputs: Mapping[int, Value]) -> dict[str, Value]:
    """The values in a task's slots; several in one slot become one list."""
    values: dict[str, Value] = {}
    for name, arg in task.args.items():
        literals = iter(bound.values.get(name, ()))
        several = arg if isinstance(arg, tuple) else (arg,)
        parts = [outputs[part.task_id] if isinstance(part, Ref) else next(literals) for part in several]
        slot = tool.slot(name)
        values[name] = _joined(tool.name, slot, parts) if isinstance(arg, tuple) and slot else parts[0]
    return values


def runs(tool: ToolSpec, values: Mapping[str, Value]) -> Iterator[Inputs]:
    """The inputs of each run of the handler: one, or one for each file of a media slot that holds several."""
    several = None if tool.name in TAKES_SEVERAL_FILES else _slot_with_several_files(tool, values)
    if several is None:
        yield Inputs(tool.name, values)
        return
    for file in cast("list[Artifact]", values[several]):
        yield Inputs(tool.name, {**values, several: file})


def combine(values: list[Value]) -> Value:
    """The results of several runs as one: texts joined by an empty line, lists put together, else a list."""
    if len(values) == 1:
        return values[0]
    if all(isinstance(value, str) for value in values):
        return "\n\n".join(cast("list[str]", values))
    together: list[object] = []
    for value in values:
        together += value if isinstance(value, list) else [value]
    return cast("Value", together)


def digest(value: Value) -> str:
    """SHA-256 of a value: of the content for files, of the JSON text for everything else."""
    if isinstance(value, Artifact):
        return value.digest
    if isinstance(value, str):  # Ten times as fast as the general way below, which writes the same.
        return hashlib.sha256(encode_basestring(value).encode("utf-8", errors="surrogatepass")).hexdigest()
    if isinstance(value, list) and any(isinstance(item, Artifact) for item in value):
        parts: JsonValue = [digest(item) for item in value]
        return digest(parts)
    text = json.dumps(value_to_json(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def _joined(tool: str, slot: Slot, parts: list[Value]) -> Value:
    if slot.type is ValueType.TEXT and not all(isinstance(part, str) for part in parts):
        return "\n\n".join(Inputs(tool, {slot.name: part}).text(slot.name) for part in parts)
    together: list[object] = []
    for part in parts:
        together += part if isinstance(part, list) else [part]
    return cast("Value", together)


def _slot_with_several_files(tool: ToolSpec, values: Mapping[str, Value]) -> str | None:
    for slot in tool.slots:
        value = values.get(slot.name)
        if slot.type.is_media and isinstance(value, list) and len(value) > 1:
            return slot.name
    return None
