"""Run lengths of a mask, as COCO writes them: down the columns, packed into letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.errors import TaskError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BASE = 48
"""Each letter carries six bits above this one: five of the number, and whether it goes on."""
_LARGEST = 80_000_000
"""Pixels; as many as an image may have."""


@dataclass(frozen=True, slots=True)
class Rle:
    """A mask in COCO's compressed form; `to_json` gives what pycocotools reads."""

    size: tuple[int, int]
    """Height and width."""
    counts: str

    def to_json(self) -> dict[str, list[int] | str]:
        """The form of COCO's files."""
        return {"size": list(self.size), "counts": self.counts}


def encode(mask: NDArray[np.bool_]) -> Rle:
    """A mask of shape [height, width] as run lengths."""
    import numpy as np

    flat = mask.ravel(order="F")
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate(([0], turns, [flat.size]))).tolist()
    # The first run is of what is not in the mask; it may be empty.
    counts = [0, *runs] if flat.size and flat[0] else runs
    return Rle((int(mask.shape[0]), int(mask.shape[1])), _packed(counts))


def decode(rle: Rle) -> NDArray[np.bool_]:
    """The mask of run lengths, shape [height, width].

    Raises:
        TaskError: they are damaged, or describe another number of pixels than the mask has.
    """
    import numpy as np

    height, width = rle.size
    counts = _unpacked(rle.counts)
    right = height >= 0 and width >= 0 and height * width <= _LARGEST and min(counts, default=0) >= 0
    if not right or sum(counts) != height * width:
        raise TaskError("the run lengths of a mask are damaged; make the mask again")
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((height, width), order="F")


def area(rle: Rle) -> int:
    """How many pixels the mask has."""
    return sum(_unpacked(rle.counts)[1::2])


def _packed(counts: Iterable[int]) -> str:
    """From the fourth one on, a count is written as the difference to the one two places before it."""
    letters: list[int] = []
    earlier: list[int] = []
    for at, count in enumerate(counts):
        left = count - earlier[at - 2] if at > 2 else count
        earlier.append(count)
        more = True
        while more:
            part = left & 31
            left >>= 5
            more = left != (-1 if part & 16 else 0)
            letters.append(_BASE + (part | 32 if more else part))
    return bytes(letters).decode("ascii")


def _unpacked(letters: str) -> list[int]:
    counts: list[int] = []
    value = shift = 0
    for letter in letters:
        part = ord(letter) - _BASE
        value |= (part & 31) << shift
        shift += 5
        if shift > 40 or not 0 <= part < 64:
            raise TaskError("the run lengths of a mask are damaged; make the mask again")
        if part & 32:
            continue
        if part & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    return counts
