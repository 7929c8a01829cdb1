"""Pictures cut into square tiles beside a small whole one, as Idefics 3 and SmolVLM see them.

The numbers are those of transformers' processor on Pillow (Apache-2.0): every size is rounded as it does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.tools.handlers.hub_onnx.pixels import Size
from jarvis.tools.handlers.hub_onnx.repository import Repository, number, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_MOST = 4096
"""Pixels of the longer edge, whatever the settings say."""
_MOST_SIDE = 1024
_USUAL_SIDE = 364
_HALF = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Tiles:
    """A picture as the model takes it."""

    values: NDArray[np.float32]
    """Shape [tiles, 3, side, side]; the whole picture, made small, comes last."""
    rows: int
    """How many rows of tiles it was cut into; 0 when it was not cut."""
    columns: int


class TiledPictures:
    """Prepares pictures for one model."""

    def __init__(self, repository: Repository) -> None:
        """Reads preprocessor_config.json.

        Raises:
            ModelError: it is missing.
        """
        self._settings: Mapping[str, Any] = repository.preprocessor("image_processor")
        if not self._settings:
            raise repository.missing("preprocessor_config.json")
        self.side = min(max(_edge(self._settings.get("max_image_size"), _USUAL_SIDE), 8), _MOST_SIDE)
        """Pixels of a tile's edges."""
        self._longest = min(max(_edge(self._settings.get("size"), 4 * _USUAL_SIDE), self.side), _MOST)

    def prepared(self, image: Image, *, cut: bool) -> Tiles:
        """The picture, `cut` into tiles where it is larger than one, or as a whole in a single tile."""
        import numpy as np

        if self._settings.get("do_resize", True):
            image = _resized(image, _rescaled((image.height, image.width), self._longest))
        if not cut:
            return Tiles(np.stack([self._scaled(_resized(image, (self.side, self.side)))]), 0, 0)
        image = _resized(image, self._in_tiles((image.height, image.width)))
        rows, columns = image.height // self.side, image.width // self.side
        if rows * columns == 1:
            return Tiles(np.stack([self._scaled(image)]), 0, 0)
        corners = [(column * self.side, row * self.side) for row in range(rows) for column in range(columns)]
        parts = [image.crop((left, top, left + self.side, top + self.side)) for left, top in corners]
        parts.append(_resized(image, (self.side, self.side)))
        return Tiles(np.stack([self._scaled(part) for part in parts]), rows, columns)

    def _in_tiles(self, before: Size) -> Size:
        """The size, both edges made whole numbers of tiles."""
        height, width = before
        ratio = width / height
        if width >= height:
            width = math.ceil(width / self.side) * self.side
            return math.ceil(int(width / ratio) / self.side) * self.side, width
        height = math.ceil(height / self.side) * self.side
        return height, math.ceil(int(height * ratio) / self.side) * self.side

    def _scaled(self, image: Image) -> NDArray[np.float32]:
        """From bytes to numbers, shape [3, side, side]."""
        import numpy as np

        values = np.asarray(image, np.float64).transpose(2, 0, 1)
        values = (values * number(self._settings.get("rescale_factor"), 1 / 255)).astype(np.float32)
        mean, deviation = (_colours(self._settings.get(name)) for name in ("image_mean", "image_std"))
        return np.ascontiguousarray((values - mean) / deviation, np.float32)


def _rescaled(before: Size, edge: int) -> Size:
    """The longer edge made `edge` long, the other one even."""
    height, width = before
    ratio = width / height
    if width >= height:
        short = int(edge / ratio)
        return max(short + short % 2, 1), edge
    short = int(edge * ratio)
    return edge, max(short + short % 2, 1)


def _resized(image: Image, size: Size) -> Image:
    from PIL.Image import Resampling

    return image.resize((size[1], size[0]), Resampling.LANCZOS)


def _edge(given: Any, default: int) -> int:
    return whole(given.get("longest_edge"), default) if isinstance(given, Mapping) else default


def _colours(given: Any) -> NDArray[np.float32]:
    import numpy as np

    values = given if isinstance(given, list) and len(given) == 3 else _HALF
    return np.array([number(value, 0.5) for value in values], np.float32)[:, None, None]
