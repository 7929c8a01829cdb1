"""Reading the text in an image with PP-OCRv4: find lines, turn them upright, read each.

The steps and their constants are those of RapidOCR 1.4.4 (Apache-2.0), which packages these three networks. Finding
lines is after Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.weights import cpu_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST_SIDE, LONGEST_SIDE = 736, 2000
"""An image is scaled up until its shorter side has so many pixels, and down until its longer side has no more."""

_INSIDE, _LINE_SCORE, _TURNED = 0.3, 0.5, 0.9
_TEXT_SCORE, _LETTER_SCORE = 0.5, 0.8
"""What a text must reach, and one of a single letter: round things in photos pass for an O with 0.6."""
_UNCLIP = 1.6
_READ_HEIGHT, _READ_WIDTH, _BATCH = 48, 320, 6


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text that was read."""

    text: str
    left: float
    middle: float
    """Height of its centre in the image, in pixels from the top."""
    height: float


class PaddleOcr:
    """PP-OCRv4 mobile for Chinese and English. Files: `finder`, `turner`, `reader` (.onnx)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import cv2

        cv2.setNumThreads(options.threads)
        self._finder = cpu_session(files["finder"], options.threads)
        self._turner = cpu_session(files["turner"], options.threads)
        self._reader = cpu_session(files["reader"], options.threads)
        alphabet = self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *alphabet, " "]

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The text, one line of the image a line, top to bottom; "" for an image without text.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        return in_reading_order(self.lines(inputs.image()))

    def lines(self, image: Any) -> list[Line]:
        """The pieces of text in a Pillow image, in no particular order."""
        import numpy as np

        pixels = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
        quads = self._find(pixels)
        texts = self._read([self._upright(cut_out(pixels, quad)) for quad in quads])
        return [
            Line(text, float(quad[:, 0].min()), float(quad[:, 1].mean()), _height(quad))
            for quad, (text, score) in zip(quads, texts, strict=True)
            if text.strip() and score >= (_TEXT_SCORE if len(text.strip()) > 1 else _LETTER_SCORE)
        ]

    def _find(self, pixels: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        import cv2
        import numpy as np

        height, width = pixels.shape[:2]
        scale = min(max(SHORTEST_SIDE / min(height, width), 1.0), LONGEST_SIDE / max(height, width))
        size = (max(round(width * scale / 32), 1) * 32, max(round(height * scale / 32), 1) * 32)
        odds = self._finder.run(None, {"x": _planes(cv2.resize(pixels, size))[None]})[0][0, 0]
        back = np.array([width / size[0], height / size[1]], dtype=np.float32)
        limits = np.array([width - 1, height - 1], dtype=np.float32)
        return [np.clip(np.round(quad * back), 0, limits) for quad in find_quads(odds)]

    def _upright(self, line: NDArray[np.uint8]) -> NDArray[np.uint8]:
        upside_down = float(self._turner.run(None, {"x": _strip(line, 192)[None]})[0][0, 1])
        return line[::-1, ::-1] if upside_down > _TURNED else line

    def _read(self, lines: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        """Text and mean score of each line; lines of like length are read together."""
        order = sorted(range(len(lines)), key=lambda index: lines[index].shape[1] / lines[index].shape[0])
        texts = [("", 0.0)] * len(lines)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            for index, text in zip(part, self._read_batch([lines[index] for index in part]), strict=True):
                texts[index] = text
        return texts

    def _read_batch(self, lines: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        import numpy as np

        widest = max(line.shape[1] / line.shape[0] for line in lines)
        width = max(int(_READ_HEIGHT * widest), _READ_WIDTH)
        odds = self._reader.run(None, {"x": np.stack([_strip(line, width) for line in lines])})[0]
        return [self._decoded(row.argmax(axis=1), row.max(axis=1)) for row in odds]

    def _decoded(self, best: NDArray[np.int64], sure: NDArray[np.float32]) -> tuple[str, float]:
        """CTC: a letter that is repeated counts once, letter 0 is the gap between two of them."""
        kept = best != 0
        kept[1:] &= best[1:] != best[:-1]
        text = "".join(self._alphabet[index] for index in best[kept])
        return text, float(sure[kept].mean()) if text else 0.0


def find_quads(odds: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The four corners (x, y) of each line in a map of how likely each pixel is inside text, shape [height, width].

    Corners go round from the top left: shape [4, 2]. The network marks the core of a line, so boxes are grown.
    """
    import cv2
    import numpy as np

    inside = cv2.dilate((odds > _INSIDE).astype(np.uint8), np.ones((2, 2), dtype=np.uint8))
    contours, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads: list[NDArray[np.float32]] = []
    for contour in contours[:1000]:
        centre, (width, height), angle = cv2.minAreaRect(contour)
        corners = cv2.boxPoints((centre, (width, height), angle))
        if min(width, height) < 3 or _mean_inside(odds, corners) < _LINE_SCORE:
            continue
        margin = _UNCLIP * width * height / (width + height)
        grown = cv2.boxPoints((centre, (width + margin, height + margin), angle))
        quads.append(clockwise(grown))
    return quads


def _mean_inside(odds: NDArray[np.float32], corners: NDArray[Any]) -> float:
    import cv2
    import numpy as np

    limits = np.array([odds.shape[1], odds.shape[0]]) - 1
    low = np.clip(np.floor(corners.min(axis=0)), 0, limits).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), 0, limits).astype(int)
    part = odds[low[1] : high[1] + 1, low[0] : high[0] + 1]
    mask = np.zeros(part.shape, dtype=np.uint8)
    cv2.fillPoly(mask, [(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])


def clockwise(corners: NDArray[Any]) -> NDArray[np.float32]:
    """Four corners as top left, top right, bottom right, bottom left."""
    import numpy as np

    by_x = corners[np.argsort(corners[:, 0])]
    left, right = by_x[:2], by_x[2:]
    top_left, bottom_left = left[np.argsort(left[:, 1])]
    top_right, bottom_right = right[np.argsort(right[:, 1])]
    return np.array([top_left, top_right, bottom_right, bottom_left], dtype=np.float32)


def cut_out(pixels: NDArray[np.uint8], quad: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The part of an image in a quad, made a rectangle; one that stands upright is laid on its side."""
    import cv2
    import numpy as np

    width = max(int(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3]))), 1)
    height = max(int(_height(quad)), 1)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(quad, corners)
    part = cv2.warpPerspective(pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.ascontiguousarray(np.rot90(part) if height >= 1.5 * width else part, dtype=np.uint8)


def _height(quad: NDArray[np.float32]) -> float:
    import numpy as np

    return float(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2])))


def _planes(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Pixels in -1..1, channels first: shape [3, height, width]."""
    import numpy as np

    return np.ascontiguousarray((pixels.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1))


def _strip(line: NDArray[np.uint8], width: int) -> NDArray[np.float32]:
    """A line 48 pixels high, filled up to `width` with grey: shape [3, 48, width]."""
    import cv2
    import numpy as np

    height, length = line.shape[:2]
    used = min(ceil(_READ_HEIGHT * length / height), width)
    strip = np.zeros((3, _READ_HEIGHT, width), dtype=np.float32)
    strip[:, :, :used] = _planes(cv2.resize(np.ascontiguousarray(line), (used, _READ_HEIGHT)))
    return strip


def in_reading_order(lines: Iterable[Line]) -> str:
    """The text of lines from top to bottom; pieces at the same height from left to right, with a space between."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.middle):
        first = rows[-1][0] if rows else None
        if first and line.middle - first.middle < min(line.height, first.height) / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return "\n".join(" ".join(piece.text.strip() for piece in sorted(row, key=lambda one: one.left)) for row in rows)
