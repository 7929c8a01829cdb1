"""What the configuration of a repository says about pixels, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelError
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.sam.frame import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_SIDES = range(16, 4097)


@dataclass(frozen=True, slots=True)
class Processor:
    """Makes of an image the pixels that an encoder wants."""

    side: int
    squeezes: bool
    """Whether the image is pressed into the square (SAM 2), or keeps its proportions (SAM)."""
    mean: tuple[float, ...] = _MEAN
    std: tuple[float, ...] = _STD

    @classmethod
    def read(cls, repository: Repository, *, squeezes: bool) -> Processor:
        """From `preprocessor_config.json` or `processor_config.json`; what they leave out is as the papers have it.

        Raises:
            ModelError: one of them is no JSON object, is too large, or says what cannot be.
        """
        row = repository.preprocessor("image_processor")
        size = row.get("size")
        sides: dict[str, Any] = size if isinstance(size, dict) else {"longest_edge": size or 1024}
        longest = sides.get("longest_edge")
        side = longest or sides.get("height") or 1024
        if not isinstance(side, int) or side not in _SIDES:
            raise ModelError(f"preprocessor_config.json gives images a side of {side!r}; it is not for this model")
        return cls(side, squeezes and not longest, _three(row, "image_mean", _MEAN), _three(row, "image_std", _STD))

    def frame(self, size: tuple[int, int]) -> Frame:
        """How an image of `size` (width, height) lies in the square."""
        return Frame.squeezed(size, self.side) if self.squeezes else Frame.fitted(size, self.side)

    def pixels(self, image: Image, frame: Frame) -> NDArray[np.float32]:
        """Shape [1, 3, side, side]; where no image is, 0."""
        import numpy as np
        from PIL.Image import Resampling

        small = np.asarray(image.resize(frame.used, Resampling.BILINEAR), dtype=np.float32) / 255
        planes = ((small - np.array(self.mean)) / np.array(self.std)).transpose(2, 0, 1)
        square = np.zeros((1, 3, frame.side, frame.side), dtype=np.float32)
        square[0, :, : frame.used[1], : frame.used[0]] = planes
        return square


def identity_of(files: Mapping[str, Path]) -> str:
    """Tells files of a model from other ones, also from themselves after a change; nothing is read."""
    marks: list[str] = []
    for role, path in sorted(files.items()):
        stat = path.stat()
        marks.append(f"{role}:{stat.st_size}:{stat.st_mtime_ns}")
    return ";".join(marks)


def _three(row: Mapping[str, Any], name: str, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    given = row.get(name, list(otherwise))
    if not isinstance(given, list) or len(given) != 3 or not all(isinstance(part, int | float) for part in given):
        raise ModelError(f"preprocessor_config.json: {name} is {given!r}, not three numbers")
    if name == "image_std" and not all(given):
        raise ModelError(f"preprocessor_config.json: {name} is {given!r}; no image can be divided by 0")
    return tuple(float(part) for part in given)
