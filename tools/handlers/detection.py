"""Finding objects with boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

if TYPE_CHECKING:
    from PIL.Image import Image

_NAMES = (
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,,stop sign,parking meter,"
    "bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,,backpack,umbrella,,,handbag,tie,suitcase,frisbee,"
    "skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,,wine glass,"
    "cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,"
    "potted plant,bed,,dining table,,,toilet,,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,"
    "refrigerator,,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
)

COCO = {number: name for number, name in enumerate(_NAMES.split(","), 1) if name}
"""The 80 labels of COCO 2017 by category id; ten ids up to 90 were never used."""

_SAME_BOX = 0.8
"""Boxes that overlap by more are taken for one thing that got two labels. Intersection over union."""

Detection = dict[str, Any]


class SsdDetector:
    """SSD-MobileNetV2 (a frozen TensorFlow graph) in OpenCV's own runtime. Files: `graph` (.pb), `layout` (.pbtxt)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import cv2

        cv2.setNumThreads(options.threads)
        self._net: Any = cv2.dnn.readNetFromTensorflow(str(files["graph"]), str(files["layout"]))
        self._threshold = float(options.parameters.get("threshold", 0.5))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Objects as {"label", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        image = inputs.image()
        rows = [row for row in self._rows(image) if row[2] >= self._threshold]
        return list[JsonValue](without_doubles(_detection(row, image.size) for row in rows))

    def _rows(self, image: Image) -> Any:
        import cv2
        import numpy as np

        self._net.setInput(cv2.dnn.blobFromImage(np.asarray(image), size=(300, 300)))
        return self._net.forward()[0, 0]


def _detection(row: Any, size: tuple[int, int]) -> Detection:
    # A row is [image, category, score, left, top, right, bottom], the box in fractions of the image.
    limits = (*size, *size)
    box = [min(max(round(float(part) * limit), 0), limit) for part, limit in zip(row[3:7], limits, strict=True)]
    return {"label": COCO.get(int(row[1]), "object"), "score": round(float(row[2]), 3), "box": box}


def without_doubles(detections: Iterable[Detection], overlap: float = _SAME_BOX) -> list[Detection]:
    """The detections, best first, each without those of lower score that lie on nearly the same box."""
    kept: list[Detection] = []
    for found in sorted(detections, key=lambda one: -float(one["score"])):
        if all(box_overlap(found["box"], better["box"]) <= overlap for better in kept):
            kept.append(found)
    return kept


def box_overlap(one: list[int], other: list[int]) -> float:
    """Intersection over union of two boxes [xmin, ymin, xmax, ymax], 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / max(area - shared, 1)
