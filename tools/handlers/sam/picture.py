"""The image that is worked on: its size is known at once, its pixels only when somebody asks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.tools.media import read_image

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION = 0x0112
"""The EXIF tag; from 5 on, width and height change places."""


class Picture:
    """An image file. With a known embedding its pixels are never decoded."""

    def __init__(self, file: Artifact) -> None:
        self._file = file

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return self._file.digest

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height, upright.

        Raises:
            TaskError: it cannot be read as an image.
        """
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(self._file.path) as image:
                turned = image.getexif().get(_ORIENTATION, 1) >= 5
                return (image.height, image.width) if turned else image.size
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return self.image.size  # which says what is wrong with it

    @cached_property
    def image(self) -> Image:
        """RGB, upright.

        Raises:
            TaskError: it cannot be decoded.
        """
        return read_image(self._file.path)
