"""Finding faces by a cascade of Haar features (P. Viola and M. Jones, 2001), with a cascade that OpenCV 4 ships.

The cascades by R. Lienhart are under Intel's licence for OpenCV (BSD with three clauses). OpenCV 5 no longer has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST = 1024
"""Pixels of the longer side that are searched: a face must have 1/40 of it."""
_LEAST_FACE = 24
_STEP = 1.1


class HaarFaces:
    """Upright faces seen from the front. Files: `face` and `eye`, two cascades (.xml).

    A face is believed when enough windows agree on it (parameter `neighbors`), or half as many with an eye in its upper
    part.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import cv2

        if not hasattr(cv2, "CascadeClassifier"):
            raise TaskError("OpenCV 5 has no Haar cascades; pip install 'opencv-python-headless<5'")
        cv2.setNumThreads(options.threads)
        self._face: Any = cv2.CascadeClassifier(str(files["face"]))
        self._eye: Any = cv2.CascadeClassifier(str(files["eye"]))
        self._neighbors = int(options.parameters.get("neighbors", 6))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Faces as {"label": "face", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

        The score grows with how many windows of the search agree; it is no probability.
        """
        faces = self.faces(inputs.image())
        return list[JsonValue](faces)

    def faces(self, image: Image) -> list[dict[str, Any]]:
        """The faces in a Pillow image."""
        import cv2
        import numpy as np

        scale = min(1.0, _LONGEST / max(image.size))
        small = image.convert("L").resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
        grey: Any = cv2.equalizeHist(np.asarray(small))
        least = self._neighbors // 2
        boxes, counts = self._face.detectMultiScale2(
            grey, scaleFactor=_STEP, minNeighbors=least, minSize=(_LEAST_FACE, _LEAST_FACE)
        )
        found = [
            {"label": "face", "score": round(1 - exp(-int(count) / 10), 3), "box": _scaled(box, scale, image.size)}
            for box, count in zip(boxes, counts, strict=True)
            if int(count) >= self._neighbors or self._has_eye(grey, box)
        ]
        return sorted(found, key=lambda face: -float(face["score"]))

    def _has_eye(self, grey: Any, box: Any) -> bool:
        left, top, width, height = (int(part) for part in box)
        upper = grey[top : top + height * 6 // 10, left : left + width]
        return len(self._eye.detectMultiScale(upper, 1.05, 3, minSize=(width // 8, width // 8))) > 0


def _scaled(box: Any, scale: float, size: tuple[int, int]) -> list[int]:
    left, top, width, height = (int(part) for part in box)
    corners = (left, top, left + width, top + height)
    return [min(round(side / scale), limit) for side, limit in zip(corners, (*size, *size), strict=True)]
