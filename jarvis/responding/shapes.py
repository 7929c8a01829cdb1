"""Reading what tasks give: JSON data of an agreed shape, or None when it has another one.

Data may come from remote endpoints and functions of other people, so nothing is taken for granted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from jarvis.messages import JsonValue, Value

Row = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One label of a classification, detection or tagging."""

    label: str
    score: float | None
    text: str = ""
    """For a tagged word: the word."""
    seen_as: str = ""
    """The model's own label, where `label` is what the user called it."""


def rows(value: Value) -> list[Row] | None:
    """A list of JSON objects."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return cast(list[Row], value)
    return None


def labelled(value: Value) -> list[Labelled] | None:
    """A list of objects with a `label` each, in the given order; one such object counts as a list of one."""
    found = rows([cast(JsonValue, value)] if isinstance(value, dict) else value)
    if found is None or not all(isinstance(row.get("label"), str) for row in found):
        return None
    return [
        Labelled(str(row["label"]), number(row.get("score")), text(row.get("text")), text(row.get("seen_as")))
        for row in found
    ]


def number(value: JsonValue) -> float | None:
    """A number; truth values are none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(value: JsonValue) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""


def spans(value: Value) -> list[tuple[float, float]] | None:
    """Stretches of time, in seconds: a list of objects with `start` and `end`."""
    found: list[tuple[float, float]] = []
    for row in rows(value) or ():
        start, end = number(row.get("start")), number(row.get("end"))
        if start is None or end is None:
            return None
        found.append((start, end))
    return None if rows(value) is None else found


def score_of(value: Value) -> float | None:
    """The `score` of an object, or a bare number."""
    return number(value.get("score")) if isinstance(value, dict) else number(cast(JsonValue, value))


def is_scalar(value: JsonValue) -> bool:
    """Whether it is a text, number, truth value or null."""
    return value is None or isinstance(value, str | int | float)
