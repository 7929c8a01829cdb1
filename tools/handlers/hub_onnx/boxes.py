"""Finding things with boxes: DETR and its kin, YOLOS, RT-DETR, with the model's own classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.pixels import Pictures
from jarvis.tools.handlers.hub_onnx.repository import Repository, label
from jarvis.tools.handlers.hub_onnx.results import DIGITS
from jarvis.tools.handlers.hub_onnx.sessions import open_graph, sigmoid, softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_EACH_ALONE = frozenset("deformable_detr conditional_detr rt_detr rt_detr_v2 d_fine rf_detr grounding-dino".split())
"""Architectures that score every class alone and have none for "nothing"."""


class ObjectDetector:
    """object-detection, face-detection. Parameter `threshold`: the least score that is told, 0.5 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._graph = open_graph(self._repository, "model")
        self._threshold = float(options.parameters.get("threshold", 0.5))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Things as {"label", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        del sink
        image = inputs.image()
        scores, boxes = self.found(image)
        best = scores.argmax(axis=-1)
        rows = [
            (label(self._repository.labels, int(best[at])), float(scores[at, best[at]]), boxes[at])
            for at in range(len(scores))
        ]
        return detections([row for row in rows if row[1] > self._threshold], image.size)

    def found(self, image: Image) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The scores [candidates, classes] and boxes [candidates, 4] in fractions, x and y of two corners."""
        import numpy as np

        made = self._graph.run(self._pictures.prepared(image).feed)
        logits = np.asarray(made[self._graph.output("logits")][0], np.float32)
        boxes = corners(np.asarray(made["pred_boxes"][0], np.float32))
        if self._repository.architecture in _EACH_ALONE:
            return sigmoid(logits), boxes
        # The last class means that there is nothing.
        return softmax(logits)[:, :-1], boxes


def corners(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes of middle and size as two corners, shape [boxes, 4]."""
    import numpy as np

    middle, half = boxes[:, :2], boxes[:, 2:] / 2
    return np.concatenate([middle - half, middle + half], axis=1, dtype=np.float32)


def detections(rows: Sequence[tuple[str, float, Any]], size: tuple[int, int]) -> list[JsonValue]:
    """Rows of label, score and box in fractions as detections in pixels of an image of `size` (width, height)."""
    limits = (*size, *size)
    told: list[JsonValue] = []
    for name, score, box in sorted(rows, key=lambda row: -row[1]):
        places = [min(max(round(float(part) * limit), 0), limit) for part, limit in zip(box, limits, strict=True)]
        told.append({"label": name, "score": round(score, DIGITS), "box": list[JsonValue](places)})
    return told
