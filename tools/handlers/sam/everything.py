"""All things in an image: a grid of points, of whose masks the sure, sharp and distinct ones stay.

As in "Segment Anything" (Kirillov and others, 2023, arXiv:2304.02643, appendix B) with one crop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.network import Embedding, Network
from jarvis.tools.handlers.sam.prompts import Point, Prompt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_OFFSET = 1.0
"""How far above and below 0 the masks lie whose IoU is the stability."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What stays of the masks of a grid. The values are those of the paper but for the grid, which there is 32."""

    side: int = 16
    """Points in a row and in a column."""
    score: float = 0.88
    """Least estimate of a mask's IoU with the truth."""
    stability: float = 0.95
    overlap: float = 0.7
    """Of two masks whose boxes have a larger IoU, the better one stays."""
    batch: int = 64
    """Points that the decoder takes at once."""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Filters:
        """From the `parameters` of a ModelCard: `grid`, `least_score`, `least_stability`, `most_overlap`."""
        plain = cls()
        return cls(
            int(parameters.get("grid", plain.side)),
            float(parameters.get("least_score", plain.score)),
            float(parameters.get("least_stability", plain.stability)),
            float(parameters.get("most_overlap", plain.overlap)),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A mask that stayed."""

    point: Point
    logits: NDArray[np.float32]
    """Over the square, shape [height, width]."""
    score: float
    stability: float
    box: NDArray[np.float32]
    """Shape [4], in pixels of the logits."""


def find_all(
    network: Network, embedding: Embedding, frame: Frame, filters: Filters, check: Callable[[], None]
) -> list[Found]:
    """The masks of all things, surest first; `check` is called between batches and may raise to stop."""
    points = grid(frame.size, filters.side)
    found: list[Found] = []
    for start in range(0, len(points), filters.batch):
        check()
        found += _kept(network, embedding, frame, filters, points[start : start + filters.batch])
    return distinct(found, filters.overlap)


def grid(size: tuple[int, int], side: int) -> list[Point]:
    """The middles of `side` x `side` equal parts of an image of `size` (width, height)."""
    width, height = size
    middles = [(place + 0.5) / side for place in range(side)]
    return [Point(x * width, y * height) for y in middles for x in middles]


def stability(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """IoU of what lies above a raised and a lowered threshold, over the last two axes; 0 where nothing does."""
    import numpy as np

    high = (logits > _OFFSET).sum(axis=(-2, -1))
    low = (logits > -_OFFSET).sum(axis=(-2, -1))
    return np.asarray(high / np.maximum(low, 1), dtype=np.float32)


def distinct(found: list[Found], overlap: float) -> list[Found]:
    """Non-maximum suppression: surest first, those left out whose box nearly is that of a surer one."""
    import numpy as np

    left = sorted(found, key=lambda each: -each.score)
    kept: list[Found] = []
    while left:
        first, *left = left
        kept.append(first)
        if left:
            shared = box_overlap(first.box, np.stack([each.box for each in left]))
            left = [each for each, share in zip(left, shared, strict=True) if share <= overlap]
    return kept


def box_overlap(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """IoU of a box of shape [4] with boxes of shape [n, 4]."""
    import numpy as np

    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))


def box_of(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The box round what is in a mask, shape [4]; zeros when nothing is."""
    import numpy as np

    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return np.zeros(4, dtype=np.float32)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float32)


def _kept(network: Network, embedding: Embedding, frame: Frame, filters: Filters, points: list[Point]) -> list[Found]:
    import numpy as np

    decoded = network.decode(embedding, frame, [Prompt((point,)) for point in points])
    used = _of_the_image(decoded.logits, frame)
    sharp = stability(used)
    good = (decoded.scores > filters.score) & (sharp >= filters.stability) & (used > 0).any(axis=(-2, -1))
    return [
        Found(
            points[at],
            decoded.logits[at, which],
            float(decoded.scores[at, which]),
            float(sharp[at, which]),
            box_of(used[at, which] > 0),
        )
        for at, which in np.argwhere(good)
    ]


def _of_the_image(logits: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    """The part of the square that the image takes."""
    height, width = logits.shape[-2:]
    right, bottom = -(-width * frame.used[0] // frame.side), -(-height * frame.used[1] // frame.side)
    return logits[..., :bottom, :right]
