"""What a worker may give back for a task: values of the kind that its tool promises, and no number that is none."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec, ValueType

_DEEPEST = 100
_HELP = "try another model, and report it"


def checked(tool: ToolSpec, card: ModelCard, value: Any) -> Value:
    """The value, when those that need it can work with it.

    A card without weights (a function, a stand-in in a test) may describe a file in words instead of making it.

    Raises:
        TaskError: it is of another kind than the tool promises, no JSON, or holds NaN or an infinity.
    """
    if isinstance(value, str):
        wrong = "text" if tool.output.is_media and card.files else ""
    elif isinstance(value, Artifact) or _are_files(value):
        wrong = "a file" if tool.output is ValueType.TEXT else ""
    else:
        wrong = _wrong_data(value)
        if not wrong and (tool.output is ValueType.TEXT or (tool.output.is_media and card.files)):
            wrong = "nothing" if value is None else "data"
    if wrong:
        raise TaskError(f"{card.name} gave {wrong} for {tool.name} instead of {tool.output.value}; {_HELP}")
    result: Value = value
    return result


def _are_files(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Artifact) for item in value)


def _wrong_data(value: Any, depth: int = 0) -> str:
    """What in a value is no JSON; empty when all of it is."""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"the number {value}"
    if value is None or isinstance(value, str | int | Artifact):
        return ""
    if depth > _DEEPEST:
        return "data nested too deep"
    if isinstance(value, list):
        return _first(value, depth)
    if isinstance(value, dict):
        named = all(isinstance(name, str) for name in value)
        return _first(value.values(), depth) if named else "data with names that are no text"
    return f"a {type(value).__name__}"


def _first(items: Iterable[Any], depth: int) -> str:
    return next((wrong for item in items if (wrong := _wrong_data(item, depth + 1))), "")
