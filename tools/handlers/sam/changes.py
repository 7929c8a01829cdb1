"""What people say when a mask is not quite right, and doing it: "the other cup", "also the spoon", "to the left".

Phrases are read in English, German, French, Spanish and Chinese. Whatever is not understood whole is no change: it may
be a new request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from jarvis.errors import TaskError
from jarvis.tools.handlers.coco_words import coco_labels
from jarvis.tools.handlers.sam import phrases_zh
from jarvis.tools.handlers.sam.cutter import Cutter
from jarvis.tools.handlers.sam.phrases import ADD, BIGGER, MOVE, NUMBERS, OTHER, PLACES, REMOVE, SMALLER, SOFT
from jarvis.tools.handlers.sam.picture import Picture
from jarvis.tools.handlers.sam.prompts import Box, Point, Prompt, Seen
from jarvis.tools.handlers.sam.value import Instance, MaskSet, Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

_STEP = 0.15
"""Of the thing's size: how far "a bit" is."""
_FAR = 0.6
"""Of the thing's size: where a part beside it is pointed at."""
_PART = 1 / 3
"""Of the thing's size: how much "the left part" is."""
_SAME = 0.8
"""Boxes with a larger IoU are of one thing."""


class Kind(StrEnum):
    """What is to be done."""

    OTHER = "other"
    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"
    BIGGER = "bigger"
    SMALLER = "smaller"


_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CHINESE_WAYS = (
    (Kind.BIGGER, phrases_zh.BIGGER),
    (Kind.SMALLER, phrases_zh.SMALLER),
    (Kind.MOVE, phrases_zh.MOVE),
    (Kind.ADD, phrases_zh.ADD),
    (Kind.REMOVE, phrases_zh.REMOVE),
    (Kind.OTHER, phrases_zh.OTHER),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One wish about a mask."""

    kind: Kind
    what: str = ""
    """The thing as the user calls it: "cup"; empty for "the other one"."""
    where: str = ""
    """left, right, top, bottom or middle."""
    number: int | None = None
    """For "the second cup": 2."""


def read_change(text: str) -> Change | None:
    """The change that a sentence asks for; None when it asks for something else."""
    said = re.sub(r"[.!,;¡，。！；、]+", " ", text.casefold())
    said = " ".join(said.split())
    if not said or len(said) > 80:
        return None
    if _CHINESE.search(said):
        return _read_chinese(said.replace(" ", ""))
    for pattern, kind in ((BIGGER, Kind.BIGGER), (SMALLER, Kind.SMALLER)):
        if pattern.fullmatch(said):
            return Change(kind)
    if moved := MOVE.fullmatch(said):
        return Change(Kind.MOVE, where=_place(moved["where"]))
    for pattern, kind in ((ADD, Kind.ADD), (REMOVE, Kind.REMOVE), (OTHER, Kind.OTHER)):
        if (match := pattern.fullmatch(said)) and (change := _of(kind, match["thing"])):
            return change
    return None


def _read_chinese(said: str) -> Change | None:
    for kind, patterns in _CHINESE_WAYS:
        for match in (pattern.fullmatch(said) for pattern in patterns):
            if match is None:
                continue
            given = {"thing": "", "where": "", "number": "", **match.groupdict()}
            number = phrases_zh.NUMBERS.get(given["number"])
            return Change(kind, given["thing"], phrases_zh.PLACES.get(given["where"], ""), number)
    return None


def named(what: str, label: str) -> bool:
    """Whether a detector's label is what the user calls `what`."""
    word = what.casefold().strip()
    return word in (label.casefold(), f"{label.casefold()}s") or label in coco_labels(word)


def changed(
    cutter: Cutter, picture: Picture, before: MaskSet, change: Change, pointed: Sequence[Prompt] = ()
) -> MaskSet:
    """The masks after a change; `pointed` are prompts for the thing that it names, where a detector had to look.

    Raises:
        TaskError: nothing in the image fits it.
    """
    return _Changer(cutter, picture, before, change, pointed).result()


class _Changer:
    """One change of one set of masks."""

    def __init__(
        self, cutter: Cutter, picture: Picture, before: MaskSet, change: Change, pointed: Sequence[Prompt]
    ) -> None:
        self._cutter, self._picture = cutter, picture
        self._before, self._change = before, change
        self._pointed = list(pointed)

    def result(self) -> MaskSet:
        do = {
            Kind.OTHER: self._other,
            Kind.ADD: self._add,
            Kind.REMOVE: self._remove,
            Kind.MOVE: self._move,
            Kind.BIGGER: self._bigger,
            Kind.SMALLER: self._smaller,
        }
        return do[self._change.kind]()

    def _other(self) -> MaskSet:
        if self._pointed:
            return self._with(self._made(self._pointed[:1]))
        others = self._ranked(self._unused())
        if others:
            return self._with(self._made([_prompt(others[0])]))
        first, *rest = self._before.instances
        if len(first.shapes) > 1 and not self._change.what and not self._change.where:
            following = (first.chosen + 1) % len(first.shapes)
            return self._with([first.model_copy(update={"chosen": following}), *rest])
        raise _nothing(self._change)

    def _add(self) -> MaskSet:
        change = self._change
        if change.where and not change.what:
            return self._with([self._reaching(self._before.instances[0]), *self._before.instances[1:]])
        prompts = self._pointed or [_prompt(seen) for seen in self._ranked(self._unused())[:1]]
        if not prompts:
            raise _nothing(change)
        return self._with([*self._before.instances, *self._made(prompts)])

    def _remove(self) -> MaskSet:
        change, things = self._change, self._before.instances
        if change.where and not change.what:
            return self._with([self._without_part(things[0]), *things[1:]])
        shown = [thing for thing in things if named(change.what, thing.prompt.label)]
        chosen = _at(change, shown, lambda thing: _middle(thing.shape.box))
        if chosen and len(things) > 1 and not self._pointed:
            return self._with([thing for thing in things if thing is not chosen[0]])
        prompts = self._pointed or [_prompt(seen) for seen in self._ranked(self._unused())[:1]]
        if not prompts:
            raise _nothing(change)
        parts = tuple(thing.shape for thing in self._made(prompts))
        return self._before.model_copy(update={"removed": (*self._before.removed, *parts)})

    def _move(self) -> MaskSet:
        across, down = _direction(self._change.where)
        moved: list[Prompt] = []
        for thing in self._before.instances:
            left, top, right, bottom = thing.shape.box
            moved.append(self._shifted(thing.prompt, across * _STEP * (right - left), down * _STEP * (bottom - top)))
        return self._with(self._made(moved))

    def _bigger(self) -> MaskSet:
        return self._sized(1)

    def _smaller(self) -> MaskSet:
        return self._sized(-1)

    def _sized(self, sign: int) -> MaskSet:
        """The next larger or smaller mask that the prompt could mean; without one, the box is drawn wider or closer."""
        first, *rest = self._before.instances
        areas = [shape.area * sign for shape in first.shapes]
        larger = [place for place, area in enumerate(areas) if area > areas[first.chosen]]
        if larger:
            nearest = min(larger, key=lambda place: areas[place])
            return self._with([first.model_copy(update={"chosen": nearest}), *rest])
        left, top, right, bottom = first.prompt.box or first.shape.box
        by_width, by_height = sign * _STEP / 2 * (right - left), sign * _STEP / 2 * (bottom - top)
        box = self._clipped((left - by_width, top - by_height, right + by_width, bottom + by_height))
        return self._with([*self._made([replace(first.prompt, box=box)]), *rest])

    def _reaching(self, thing: Instance) -> Instance:
        """The thing with what lies on one side of it: a point there, or a wider box."""
        left, top, right, bottom = thing.shape.box
        across, down = _direction(self._change.where)
        if self._cutter.takes_points:
            x = (left + right) / 2 + across * _FAR * (right - left)
            y = (top + bottom) / 2 + down * _FAR * (bottom - top)
            return self._again(thing.prompt, Point(*self._in_image(x, y)))
        wide, high = _STEP * (right - left) * 2, _STEP * (bottom - top) * 2
        box = (
            left - wide * (across < 0),
            top - high * (down < 0),
            right + wide * (across > 0),
            bottom + high * (down > 0),
        )
        return self._made([replace(thing.prompt, box=self._clipped(box))])[0]

    def _without_part(self, thing: Instance) -> Instance:
        """The thing without what lies on one side of it: a point says so, or the part is cut off."""
        mask = thing.shape.mask
        part = mask & _side(mask, thing.shape.box, self._change.where)
        if not part.any() or (part == mask).all():
            raise _nothing(self._change)
        if self._cutter.takes_points:
            return self._again(thing.prompt, _central(part))
        kept = Shape.of(mask & ~part, thing.shape.score, thing.shape.stability)
        return thing.model_copy(update={"shapes": (kept,), "chosen": 0})

    def _again(self, prompt: Prompt, point: Point) -> Instance:
        return self._made([replace(prompt, points=(*prompt.points, point))])[0]

    def _made(self, prompts: Sequence[Prompt]) -> list[Instance]:
        return self._cutter.instances(self._picture, prompts)

    def _with(self, things: Sequence[Instance]) -> MaskSet:
        return self._before.model_copy(update={"instances": tuple(things), "everything": False})

    def _unused(self) -> list[Seen]:
        """What a detector saw and no mask is of; those with the wanted name, or of the kind that was meant before."""
        shown = [thing.prompt.box for thing in self._before.instances if thing.prompt.box]
        free = [seen for seen in self._before.seen if not any(_alike(seen.box, box) for box in shown)]
        what = self._change.what or next((thing.prompt.label for thing in self._before.instances), "")
        return [seen for seen in free if named(what, seen.label)]

    def _ranked(self, seen: list[Seen]) -> list[Seen]:
        return _at(self._change, seen, lambda each: _middle(each.box))

    def _shifted(self, prompt: Prompt, across: float, down: float) -> Prompt:
        points = tuple(
            replace(point, x=place[0], y=place[1])
            for point in prompt.points
            for place in [self._in_image(point.x + across, point.y + down)]
        )
        if prompt.box is None:
            return replace(prompt, points=points)
        left, top, right, bottom = prompt.box
        box = self._clipped((left + across, top + down, right + across, bottom + down))
        return replace(prompt, points=points, box=box)

    def _in_image(self, x: float, y: float) -> tuple[float, float]:
        return min(max(x, 0), self._before.width - 1), min(max(y, 0), self._before.height - 1)

    def _clipped(self, box: Box) -> Box:
        left, top = self._in_image(box[0], box[1])
        right, bottom = min(max(box[2], 1), self._before.width), min(max(box[3], 1), self._before.height)
        if right - left < 1 or bottom - top < 1:
            raise TaskError("there is no image left on that side; point at the thing: x,y in pixels")
        return left, top, right, bottom


def _of(kind: Kind, thing: str) -> Change | None:
    """A change of the thing in "the other left cup": number, side and name; None when it is too long for a name."""
    words = thing.split()
    number = next((NUMBERS[word] for word in words if word in NUMBERS), None)
    where = next((PLACES[word] for word in words if word in PLACES), "")
    left = [word for word in words if word not in NUMBERS and word not in PLACES and word not in SOFT]
    if len(left) > 3 or (kind is Kind.OTHER and not left and not where and number is None and thing.strip() == ""):
        return None
    if kind is not Kind.OTHER and not left and not where:
        return None
    return Change(kind, " ".join(left), where, number)


def _at(change: Change, things: Sequence[T], middle: Callable[[T], tuple[float, float]]) -> list[T]:
    """The things in the order in which a change means them: by side, by number from left to right, or as they come."""
    found = list(things)
    if change.where in ("left", "right"):
        return sorted(found, key=lambda each: middle(each)[0], reverse=change.where == "right")
    if change.where in ("top", "bottom"):
        return sorted(found, key=lambda each: middle(each)[1], reverse=change.where == "bottom")
    if change.number is not None:
        return found[max(change.number - 2, 0) :]
    return found


def _place(word: str) -> str:
    return next((place for name, place in PLACES.items() if name in word.split()), "left")


def _direction(where: str) -> tuple[int, int]:
    return {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}.get(where, (0, 0))


def _prompt(seen: Seen) -> Prompt:
    return Prompt((), seen.box, seen.label)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _alike(one: Box, other: Box) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return False
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - width * height
    return width * height / both > _SAME


def _side(mask: NDArray[np.bool_], box: Box, where: str) -> NDArray[np.bool_]:
    """The third of a box that lies on one side, as a mask."""
    import numpy as np

    left, top, right, bottom = (int(edge) for edge in box)
    wide, high = max(int((right - left) * _PART), 1), max(int((bottom - top) * _PART), 1)
    part = np.zeros_like(mask)
    places = {
        "left": (slice(None), slice(left, left + wide)),
        "right": (slice(None), slice(right - wide, right)),
        "top": (slice(top, top + high), slice(None)),
        "bottom": (slice(bottom - high, bottom), slice(None)),
        "middle": (slice(top + high, bottom - high), slice(left + wide, right - wide)),
    }
    part[places[where]] = True
    return part


def _central(mask: NDArray[np.bool_]) -> Point:
    """The point farthest from the edge of a mask, as something that does not belong to the thing."""
    import cv2
    import numpy as np

    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 3)
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return Point(float(column) - 0.5, float(row) - 0.5, inside=False)


def _nothing(change: Change) -> TaskError:
    thing = f"no {change.what}" if change.what else "nothing"
    verb = {Kind.ADD: "to add", Kind.REMOVE: "to take away"}.get(change.kind, "else")
    return TaskError(f"{thing} {verb} was found in the image; point at it: give point as x,y in pixels, or box")
