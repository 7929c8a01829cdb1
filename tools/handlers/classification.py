"""Saying what an image shows, as one of the 1000 ImageNet classes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.weights import packaged_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


class EfficientNetLite0:
    """EfficientNet-Lite0 from its PyTorch checkpoint. Files: `weights` (.pth), `labels` (one class a line)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._graph = packaged_graph("efficientnet_lite0", files["weights"], options.threads)
        self._labels = read_labels(files["labels"])
        self._top = int(options.parameters.get("top", 5))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest classes as {"label", "score"}, best first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        import numpy as np

        square = central_square(inputs.image(), 224)
        # The scale of the published EfficientNet-Lite models: mean 127, deviation 128.
        planes = ((square.astype(np.float32) - 127) / 128).transpose(2, 0, 1)[None]
        logits = self._graph.run({"image": planes})[0][0]
        odds = np.exp(logits - logits.max())
        return ranked(odds / odds.sum(), self._labels, self._top)


class EfficientNetLite3:
    """EfficientNet-Lite3, quantized to 8 bits, in LiteRT. Files: `model` (.tflite), `labels` (one class a line)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._model: Any = Interpreter(str(files["model"]), num_threads=options.threads)
        self._model.allocate_tensors()
        self._labels = read_labels(files["labels"])
        self._top = int(options.parameters.get("top", 5))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest classes as {"label", "score"}, best first; scores are multiples of 1/256.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        given, made = self._model.get_input_details()[0], self._model.get_output_details()[0]
        self._model.set_tensor(given["index"], central_square(inputs.image(), int(given["shape"][1]))[None])
        self._model.invoke()
        scale, zero = made["quantization"]
        scores = (self._model.get_tensor(made["index"])[0].astype("float32") - zero) * scale
        return ranked(scores, self._labels, self._top)


def read_labels(path: Path) -> list[str]:
    """The first name of each class: "tabby" of the line "tabby, tabby cat"."""
    return [line.split(",")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]


def ranked(scores: NDArray[np.float32], labels: list[str], top: int) -> list[JsonValue]:
    """The `top` best labels with their scores; those that round to nothing are left out."""
    best = sorted(range(len(labels)), key=lambda index: -float(scores[index]))[:top]
    sure = [index for index in best if round(float(scores[index]), 3)] or best[:1]
    return [{"label": labels[index], "score": round(float(scores[index]), 3)} for index in sure]


def central_square(image: Image, size: int) -> NDArray[np.uint8]:
    """The middle of an image as RGB values, shape [size, size, 3].

    As in the evaluation of EfficientNet: `size` / (`size` + 32) of the shorter side, scaled with a bicubic filter.
    """
    import numpy as np
    from PIL.Image import Resampling

    side = min(image.size) * size / (size + 32)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return np.asarray(image.resize((size, size), Resampling.BICUBIC, box=box), dtype=np.uint8)
