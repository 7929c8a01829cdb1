"""How an image lies in the square that a model sees, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.tools.handlers.sam.prompts import Box, Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """An image of `size` is scaled to `used`, at the top left of a square of `side`."""

    size: tuple[int, int]
    """Width and height of the image, in pixels."""
    side: int
    used: tuple[int, int]
    """Width and height of what the image takes of the square."""

    @classmethod
    def fitted(cls, size: tuple[int, int], side: int) -> Frame:
        """The longer side fills the square, the rest stays empty; as SAM has it."""
        scale = side / max(size)
        return cls(size, side, (max(int(size[0] * scale + 0.5), 1), max(int(size[1] * scale + 0.5), 1)))

    @classmethod
    def squeezed(cls, size: tuple[int, int], side: int) -> Frame:
        """The image fills the square, out of its proportions; as SAM 2 has it."""
        return cls(size, side, (side, side))

    def points(self, points: Sequence[Point]) -> NDArray[np.float32]:
        """Points in pixels of the square, shape [points, 2]."""
        import numpy as np

        places = np.array([[point.x, point.y] for point in points], dtype=np.float32).reshape(-1, 2)
        return places * np.array(self._scale, dtype=np.float32)

    def box(self, box: Box) -> NDArray[np.float32]:
        """A box in pixels of the square, shape [4]."""
        import numpy as np

        return np.array(box, dtype=np.float32) * np.array(self._scale * 2, dtype=np.float32)

    def full_size(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits over the square, of any resolution, as logits over the image, shape [height, width]."""
        import cv2
        import numpy as np

        width, height = self.size
        across = self.used[0] / self.side * logits.shape[1] / width
        down = self.used[1] / self.side * logits.shape[0] / height
        # Centres of pixels lie at halves: x of the image stands at (x + 0.5) * across - 0.5 of the logits.
        back = np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5]], dtype=np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        even = np.ascontiguousarray(logits, dtype=np.float32)
        full = cv2.warpAffine(even, back, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(full, dtype=np.float32)

    @property
    def _scale(self) -> tuple[float, float]:
        return self.used[0] / self.size[0], self.used[1] / self.size[1]
