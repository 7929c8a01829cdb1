"""Segment Anything: cutting out the thing in a box."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.weights import packaged_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SIDE = 256
"""The model sees images of 256 x 256 pixels, the longer side filled."""

MOST_BOXES = 5
"""More boxes than this are left out: each takes a run of the decoder."""

Box = tuple[float, float, float, float]


class LiteMedSam:
    """LiteMedSAM: a small Segment Anything that takes boxes. Files: `weights` (.pth)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._encoder = packaged_graph("lite_medsam_encoder", files["weights"], options.threads)
        self._decoder = packaged_graph("lite_medsam_decoder", files["weights"], options.threads)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """A mask of the image's size, white where the things in the boxes are.

        Raises:
            TaskError: no box, a point, a box outside the image, or nothing found in the boxes.
        """
        image, boxes = prompts(inputs)
        return sink.image("mask", _picture(self._mask(image, boxes)))

    def _mask(self, image: Image, boxes: Sequence[Box]) -> NDArray[np.bool_]:
        import numpy as np

        planes, scale = _prepared(image)
        embedding = self._encoder.run({"image": planes})[0]
        mask = np.zeros((image.height, image.width), dtype=bool)
        for box in boxes:
            corners = np.array([box], dtype=np.float32) * scale
            logits = self._decoder.run({"embedding": embedding, "box": corners})[0][0, 0]
            mask |= _full_size(logits, image.size, scale) > 0
        return mask


class GrabCut:
    """GrabCut (Rother, Kolmogorov and Blake, 2004): tells a thing from what is around it by colour. No files."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import cv2

        cv2.setNumThreads(options.threads)
        self._side = int(options.parameters.get("side", 384))
        """The longer side of the image that is worked on, in pixels; the outline is scaled up from it."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """A mask of the image's size, white where the things in the boxes are.

        Raises:
            TaskError: no box, a point, a box outside the image, or nothing found in the boxes.
        """
        image, boxes = prompts(inputs)
        return sink.image("mask", _picture(self._mask(image, boxes)))

    def _mask(self, image: Image, boxes: Sequence[Box]) -> NDArray[np.bool_]:
        import cv2
        import numpy as np

        scale = min(self._side / max(image.size), 1.0)
        size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
        small = np.ascontiguousarray(np.asarray(image.resize(size))[:, :, ::-1])
        mask = np.zeros(small.shape[:2], dtype=np.float32)
        for box in boxes:
            mask = np.maximum(mask, _grab(small, [round(part * scale) for part in box]))
        smooth = cv2.resize(mask, image.size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(smooth > 0.5)


def _grab(pixels: NDArray[np.uint8], box: list[int]) -> NDArray[np.float32]:
    """1 where the thing in a box is, else 0; pixels are BGR."""
    import cv2
    import numpy as np

    labels = np.full(pixels.shape[:2], cv2.GC_BGD, dtype=np.uint8)
    labels[box[1] : box[3], box[0] : box[2]] = cv2.GC_PR_FGD
    # It compares the colours in the box with those around it, and cannot start where nothing is around it.
    if (labels == cv2.GC_BGD).sum() < 10:
        raise TaskError("the box fills the whole image, so there is nothing to cut the thing out of; give a closer box")
    cv2.setRNGSeed(0)
    cv2.grabCut(pixels, labels, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)


def prompts(inputs: Inputs) -> tuple[Image, list[Box]]:
    """The image and the boxes of a task, in pixels.

    Raises:
        TaskError: no box, a point, or a box outside the image.
    """
    if inputs.has("point"):
        raise TaskError("this segmentation model takes a box, not a point; give box: x1,y1,x2,y2 in pixels instead")
    image = inputs.image()
    return image, [inside(box, image.size) for box in read_boxes(inputs.data("box"))]


def read_boxes(value: Any) -> list[Box]:
    """The boxes in a value: text "x1,y1,x2,y2", one box, a list of boxes, or detections.

    Of detections with several labels, those with the best one's label are taken: after "find the cat" the table
    under it is no part of the mask.

    Raises:
        TaskError: there is no box in the value.
    """
    if value in (None, ""):
        raise TaskError("this segmentation model takes a box only; give box: x1,y1,x2,y2 in pixels, or detect first")
    if value == []:
        raise TaskError("there is no box to cut out, because nothing was detected in the image")
    items = value if isinstance(value, list) and not _is_box(value) else [value]
    labels = [item.get("label") for item in items if isinstance(item, dict)]
    wanted = [item for item in items if not isinstance(item, dict) or item.get("label") == labels[0]]
    return [_box(item) for item in wanted[:MOST_BOXES]]


def _is_box(value: list[Any]) -> bool:
    return len(value) == 4 and all(isinstance(part, int | float) for part in value)


def _box(item: Any) -> Box:
    if isinstance(item, dict):
        item = item.get("box", item)
    if isinstance(item, dict):
        item = [item.get(side) for side in ("xmin", "ymin", "xmax", "ymax")]
    if isinstance(item, str):
        item = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", item)]
    if not isinstance(item, list) or not _is_box(item):
        raise TaskError(f"{str(item)[:80]!r} is not a box; write it as x1,y1,x2,y2 in pixels")
    left, top, right, bottom = (float(part) for part in item)
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def inside(box: Box, size: tuple[int, int]) -> Box:
    """The part of a box that lies in an image of `size` (width, height).

    A box of four numbers up to 1 is taken as fractions of the image.

    Raises:
        TaskError: no part of it does.
    """
    width, height = size
    if max(box) <= 1:
        box = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    if right - left < 1 or bottom - top < 1:
        raise TaskError(f"the box {[round(part) for part in box]} lies outside the image of {width} x {height} pixels")
    return left, top, right, bottom


def _prepared(image: Image) -> tuple[NDArray[np.float32], float]:
    """The image as the encoder wants it, shape [1, 3, 256, 256] in 0..1, and its scale; the rest is filled with 0."""
    import numpy as np
    from PIL.Image import Resampling

    scale = SIDE / max(image.size)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    small = np.asarray(image.resize(size, Resampling.BOX if scale < 1 else Resampling.BILINEAR), dtype=np.float32)
    small = (small - small.min()) / max(float(small.max() - small.min()), 1e-8)
    planes = np.zeros((1, 3, SIDE, SIDE), dtype=np.float32)
    planes[0, :, : size[1], : size[0]] = small.transpose(2, 0, 1)
    return planes, scale


def _full_size(logits: NDArray[np.float32], size: tuple[int, int], scale: float) -> NDArray[np.float32]:
    import numpy as np
    from PIL import Image
    from PIL.Image import Resampling

    used = (0.0, 0.0, min(size[0] * scale, SIDE), min(size[1] * scale, SIDE))
    return np.asarray(Image.fromarray(logits).resize(size, Resampling.BILINEAR, box=used))


def _picture(mask: NDArray[np.bool_]) -> Image:
    from PIL import Image

    if not mask.any():
        raise TaskError("the model found nothing to cut out in that box; try a box closer around the thing")
    return Image.fromarray(mask.astype("uint8") * 255)
