"""Labelled regions of a picture as one PNG: a colour for each, and a text chunk that says what they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.tools.handler import Sink
from jarvis.tools.handlers.hub_onnx.results import DIGITS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

CHUNK = "segments"
"""The text in the PNG that says what its regions are."""
_MOST = 255


@dataclass(frozen=True, slots=True)
class Segment:
    """One region of a picture."""

    value: int
    """Of its pixels."""
    label: str
    score: float
    """1 where the model gives every pixel its likeliest class, and regions no score."""


def numbered(values: NDArray[Any], found: Mapping[int, tuple[str, float]]) -> tuple[NDArray[Any], list[Segment]]:
    """Regions counted from 1, the largest first; what is not among those `found` becomes 0."""
    import numpy as np

    areas = {at: int((values == at).sum()) for at in found}
    order = sorted((at for at in found if areas[at]), key=lambda at: (-areas[at], at))
    numbers = np.zeros(values.shape, np.int64)
    for number, at in enumerate(order, 1):
        numbers[values == at] = number
    return numbers, [Segment(at, found[old][0], round(found[old][1], DIGITS)) for at, old in enumerate(order, 1)]


def write_segments(sink: Sink, values: NDArray[Any], segments: Sequence[Segment]) -> Artifact:
    """The artifact "segments": the regions as a PNG; more than 255 of them share the last value."""
    import numpy as np
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    image = Image.fromarray(np.minimum(values, _MOST).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, *(part for number in range(1, _MOST + 1) for part in _colour(number))])
    said = PngInfo()
    said.add_itxt(CHUNK, json.dumps([asdict(one) for one in segments[:_MOST]], ensure_ascii=False))
    return sink.write("segments", "image/png", lambda file: image.save(file, format="PNG", pnginfo=said))


def read_segments(image: Image) -> list[Segment]:
    """What a PNG of ours says of its regions; empty for another image."""
    text = getattr(image, "text", {}).get(CHUNK, "[]")
    return [Segment(int(one["value"]), str(one["label"]), float(one["score"])) for one in json.loads(text)]


def _colour(number: int) -> tuple[int, int, int]:
    """Colours that are far apart for neighbouring numbers: steps of the golden angle around the circle of hues."""
    from colorsys import hsv_to_rgb

    red, green, blue = hsv_to_rgb(
        number * 0.61803398875 % 1, 0.55 + 0.4 * (number % 2), 0.95 - 0.25 * (number % 3 == 2)
    )
    return round(red * 255), round(green * 255), round(blue * 255)
