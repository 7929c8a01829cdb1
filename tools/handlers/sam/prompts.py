"""What a user points at: boxes and points, read from every form in which a plan may bring them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs

MOST_BOXES = 5
"""More boxes than this are left out: each takes a run of the decoder."""
MOST_POINTS = 64

Box = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in pixels."""

_NUMBER = r"-?\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the image, in pixels."""

    x: float
    y: float
    inside: bool = True
    """False where it says what does not belong to the thing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What says which one thing is meant."""

    points: tuple[Point, ...] = ()
    box: Box | None = None
    label: str = ""
    """What a detector called it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing that a detector found."""

    label: str
    score: float
    box: Box


def read_prompts(inputs: Inputs, size: tuple[int, int]) -> list[Prompt]:
    """One prompt for each thing that is meant in an image of `size` (width, height); none where everything is.

    Points stand with the box that holds them. Without a box, all points mean one thing.

    Raises:
        TaskError: what is in `box` or `point` cannot be read, lies outside the image, or nothing was detected.
    """
    things = _things(inputs.data("point"), size) if inputs.has("point") else []
    if inputs.values.get("box") in (None, ""):
        return [Prompt(points) for points in things]
    value = inputs.data("box")
    label = next((seen.label for seen in seen_things(value, size)), "")
    boxes = [inside(box, size) for box in read_boxes(value)]
    points = [point for thing in things for point in thing]
    return [Prompt(_of_box(points, box, alone=len(boxes) == 1), box, label) for box in boxes]


def seen_things(value: Any, size: tuple[int, int]) -> list[Seen]:
    """Everything that a detector found, also what no mask was asked of; empty when `value` is no detection."""
    rows = [row for row in value if isinstance(row, dict) and row.get("label")] if isinstance(value, list) else []
    found: list[Seen] = []
    for row in rows:
        score = row.get("score")
        number = float(score) if isinstance(score, int | float) else 0.0
        found.append(Seen(str(row["label"]), number, inside(read_box(row), size)))
    return found


def read_boxes(value: Any) -> list[Box]:
    """The boxes in a value: text "x1,y1,x2,y2", one box, a list of boxes, or detections.

    Of detections with several labels, those with the best one's label are taken: after "find the cat" the table
    under it is no part of the mask.

    Raises:
        TaskError: there is no box in the value.
    """
    if value in (None, ""):
        raise TaskError("this segmentation model takes a box only; give box: x1,y1,x2,y2 in pixels, or detect first")
    if value == []:
        raise TaskError("there is no box to cut out, because nothing was detected in the image")
    items = value if isinstance(value, list) and not _is_box(value) else [value]
    labels = [item.get("label") for item in items if isinstance(item, dict)]
    wanted = [item for item in items if not isinstance(item, dict) or item.get("label") == labels[0]]
    return [read_box(item) for item in wanted[:MOST_BOXES]]


def read_box(item: Any) -> Box:
    """One box: four numbers, text with four numbers, or an object with the four sides.

    Raises:
        TaskError: it is none.
    """
    given = item
    if isinstance(item, dict):
        item = item.get("box", item)
    if isinstance(item, dict):
        item = [item.get(side) for side in ("xmin", "ymin", "xmax", "ymax")]
    if isinstance(item, str):
        item = [float(number) for number in re.findall(_NUMBER, item)]
    if not isinstance(item, list) or not _is_box(item):
        raise TaskError(f"{str(given)[:80]!r} is not a box; write it as x1,y1,x2,y2 in pixels")
    left, top, right, bottom = (float(part) for part in item)
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def inside(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box that lies in an image of `size` (width, height).

    A box of four numbers up to 1 is taken as fractions of the image.

    Raises:
        TaskError: no part of it does.
    """
    width, height = size
    if max(box) <= 1:
        box = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    if right - left < 1 or bottom - top < 1:
        raise TaskError(f"the box {[round(part) for part in box]} lies outside the image of {width} x {height} pixels")
    return left, top, right, bottom


def read_points(value: Any) -> list[Point]:
    """The points of one thing.

    They may be text ("320,240", "320,240; not 100,80"), [x, y], [x, y, 0] for a point that does not belong to it,
    a list of those, {"x", "y", "label"}, or {"points": [[x, y], ...], "labels": [1, 0, ...]}.

    Raises:
        TaskError: there is no point in the value, or more than MOST_POINTS.
    """
    found = _points_in(value)
    if not found:
        raise _no_point(value)
    if len(found) > MOST_POINTS:
        raise TaskError(f"{len(found)} points are more than the {MOST_POINTS} that one mask is made from")
    return found


def _things(value: Any, size: tuple[int, int]) -> list[tuple[Point, ...]]:
    """The points of each thing: a list of lists of points means several things."""
    several = isinstance(value, list) and bool(value) and all(map(_is_group, value))
    groups = [read_points(group) for group in (value if several else [value])]
    return [tuple(_placed(point, size) for point in group) for group in groups[:MOST_BOXES]]


def _is_group(value: Any) -> bool:
    if isinstance(value, dict):
        return "points" in value
    return isinstance(value, list) and bool(value) and all(isinstance(item, list | dict) for item in value)


def _points_in(value: Any) -> list[Point]:
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, dict) and "points" in value:
        return _labelled(value)
    if isinstance(value, dict):
        number = [value.get("x"), value.get("y"), value.get("label", 1)]
        return [_point(number, value)]
    if isinstance(value, list) and value and all(_is_number(part) for part in value):
        return [_point(value, value)]
    if isinstance(value, list):
        return [point for item in value for point in _points_in(item)]
    raise _no_point(value)


def _written(text: str) -> list[Point]:
    pairs = re.finditer(rf"(not|without|-(?=\s)|!)?\s*\(?\s*({_NUMBER})\s*[,x ]\s*({_NUMBER})", text, re.IGNORECASE)
    return [Point(float(pair[2]), float(pair[3]), not pair[1]) for pair in pairs]


def _labelled(value: dict[str, Any]) -> list[Point]:
    points, labels = value["points"], value.get("labels")
    if not isinstance(points, list):
        raise _no_point(value)
    marks = labels if isinstance(labels, list) else [1] * len(points)
    if len(marks) != len(points):
        raise TaskError(
            f"{len(points)} points have {len(marks)} labels; give each point one, 1 for inside or 0 for not"
        )
    return [
        _point([*point, mark] if isinstance(point, list) else [], value)
        for point, mark in zip(points, marks, strict=True)
    ]


def _point(parts: list[Any], given: Any) -> Point:
    if len(parts) not in (2, 3) or not all(_is_number(part) for part in parts):
        raise _no_point(given)
    return Point(float(parts[0]), float(parts[1]), len(parts) == 2 or bool(parts[2]))


def _placed(point: Point, size: tuple[int, int]) -> Point:
    """A point whose numbers are fractions of the image in pixels.

    Raises:
        TaskError: it lies outside the image.
    """
    width, height = size
    if 0 < max(point.x, point.y) < 1:
        point = replace(point, x=point.x * width, y=point.y * height)
    if not (0 <= point.x <= width and 0 <= point.y <= height):
        where = f"{point.x:g},{point.y:g}"
        raise TaskError(f"the point {where} lies outside the image of {width} x {height} pixels")
    return point


def _of_box(points: Sequence[Point], box: Box, *, alone: bool) -> tuple[Point, ...]:
    left, top, right, bottom = box
    held = [left <= point.x <= right and top <= point.y <= bottom for point in points]
    return tuple(point for point, here in zip(points, held, strict=True) if here or alone or not point.inside)


def _no_point(value: Any) -> TaskError:
    return TaskError(f"{str(value)[:80]!r} is not a point; write it as x,y in pixels")


def _is_box(value: Any) -> bool:
    parts = cast("list[Any]", value)
    return len(parts) == 4 and all(_is_number(part) for part in parts)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
