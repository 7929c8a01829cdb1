"""GrabCut (Rother, Kolmogorov and Blake, 2004): tells a thing from what is around it by colour. No weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jarvis.errors import TaskError
from jarvis.tools.handlers.sam.picture import Picture
from jarvis.tools.handlers.sam.prompts import Point, Prompt
from jarvis.tools.handlers.sam.value import Instance, Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SEED = 0.02
"""Of the longer side: the radius round a point that surely belongs to the thing, or surely does not."""
_REACHES = (0.22, 0.35, 0.12)
"""Of the longer side: how far from a point the thing may begin to be looked for; each gives another mask. The first two
found the things of three sample photos equally well, the last one finds parts."""
_EDGE = 0.03
"""Of the sides: what surely is background where no box says so."""
_LEAST_AROUND = 10
"""Pixels of background that it must see to start."""


class GrabCutCutter:
    """Boxes and points are both where it starts from."""

    takes_points = True

    def __init__(self, side: int, threads: int) -> None:
        """`side`: the longer side of the image that is worked on, in pixels; the outline is scaled up from it."""
        import cv2

        cv2.setNumThreads(threads)
        self._side = side

    def instances(self, picture: Picture, prompts: Sequence[Prompt]) -> list[Instance]:
        """The thing of each prompt; for a point without a box three masks, of a part or of more.

        Raises:
            TaskError: a box fills the whole image, so that nothing is around the thing.
        """
        import numpy as np

        scale = min(self._side / max(picture.size), 1.0)
        width, height = (max(round(side * scale), 1) for side in picture.size)
        small = np.ascontiguousarray(np.asarray(picture.image.resize((width, height)))[:, :, ::-1])
        return [self._instance(small, scale, picture.size, prompt) for prompt in prompts]

    def everything(self, picture: Picture, check: Callable[[], None]) -> list[Instance]:
        """It has to be told where to look.

        Raises:
            TaskError: always.
        """
        raise TaskError(
            "this model finds things by their colours and has to be told where to look; give box: x1,y1,x2,y2 or "
            "point: x,y in pixels, or detect first"
        )

    def _instance(self, pixels: NDArray[np.uint8], scale: float, size: tuple[int, int], prompt: Prompt) -> Instance:
        starts = [_start(pixels.shape[:2], scale, prompt, reach) for reach in (_REACHES if not prompt.box else (0.0,))]
        return Instance(prompt=prompt, shapes=tuple(_cut(pixels, start, size) for start in starts))


def _start(shape: tuple[int, ...], scale: float, prompt: Prompt, reach: float) -> NDArray[np.uint8]:
    """What each pixel is taken for at first, shape [height, width]."""
    import cv2
    import numpy as np

    labels = np.full(shape, cv2.GC_BGD, dtype=np.uint8)
    longer = max(shape)
    if prompt.box:
        left, top, right, bottom = (round(part * scale) for part in prompt.box)
        labels[top:bottom, left:right] = cv2.GC_PR_FGD
    else:
        edge = max(round(longer * _EDGE), 1)
        labels[edge:-edge, edge:-edge] = cv2.GC_PR_BGD
        _discs(labels, scale, [point for point in prompt.points if point.inside], longer * reach, cv2.GC_PR_FGD)
    for inside, label in ((True, cv2.GC_FGD), (False, cv2.GC_BGD)):
        seeds = [point for point in prompt.points if point.inside is inside]
        _discs(labels, scale, seeds, longer * _SEED, label)
    # It compares the colours of the thing with those around it, and cannot start where nothing is around it.
    if (labels == cv2.GC_BGD).sum() < _LEAST_AROUND:
        raise TaskError("the box fills the whole image, so there is nothing to cut the thing out of; give a closer box")
    return labels


def _discs(labels: NDArray[np.uint8], scale: float, points: Sequence[Point], radius: float, label: int) -> None:
    import cv2

    for point in points:
        cv2.circle(labels, (round(point.x * scale), round(point.y * scale)), max(round(radius), 1), label, -1)


def _cut(pixels: NDArray[np.uint8], labels: NDArray[np.uint8], size: tuple[int, int]) -> Shape:
    """The mask that grows out of a start; how little its last rounds change is how sure it is."""
    import cv2
    import numpy as np

    seeds = labels == cv2.GC_FGD
    cv2.setRNGSeed(0)
    models = (np.zeros((1, 65)), np.zeros((1, 65)))
    if not (labels & 1).any():
        return Shape.of(np.zeros(size[::-1], dtype=bool), 0, 0)
    cv2.grabCut(pixels, labels, (0, 0, 0, 0), *models, 3, cv2.GC_INIT_WITH_MASK)
    early = (labels & 1).astype(bool)
    cv2.grabCut(pixels, labels, (0, 0, 0, 0), *models, 2, cv2.GC_EVAL)
    late = _touching((labels & 1).astype(bool), seeds)
    agreed = float((early & late).sum() / max((_touching(early, seeds) | late).sum(), 1))
    smooth = cv2.resize(late.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return Shape.of(np.asarray(smooth > 0.5), agreed, agreed)


def _touching(mask: NDArray[np.bool_], seeds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts of a mask that hold a seed; all of it where there is none."""
    import cv2
    import numpy as np

    if not seeds.any():
        return mask
    _, parts = cv2.connectedComponents(mask.astype(np.uint8))
    return np.asarray(mask & np.isin(parts, np.unique(parts[seeds & mask])))
