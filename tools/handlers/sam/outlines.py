"""Outlines of a mask as polygons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Polygon = list[float]
"""x1, y1, x2, y2, ... in pixels of the image, as COCO writes it."""

_LEAST_CORNERS = 3


def polygons(mask: NDArray[np.bool_], tolerance: float = 1.0) -> list[Polygon]:
    """The outer outlines of a mask, the largest first; corners are left out that lie within `tolerance` pixels.

    COCO's polygons know no holes, so holes are filled; the run lengths keep them.
    """
    import cv2
    import numpy as np

    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outlines = sorted(found, key=cv2.contourArea, reverse=True)
    simple = [cv2.approxPolyDP(outline, tolerance, True) for outline in outlines]
    return [outline.reshape(-1).astype(float).tolist() for outline in simple if len(outline) >= _LEAST_CORNERS]


def filled(outlines: Sequence[Polygon], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask of shape (height, width) inside polygons."""
    import cv2
    import numpy as np

    mask = np.zeros(size, dtype=np.uint8)
    cv2.fillPoly(mask, [np.array(outline).reshape(-1, 2).round().astype(np.int32) for outline in outlines], 1)
    return mask.astype(bool)
