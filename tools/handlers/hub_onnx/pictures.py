"""Saying what a picture shows, as one of the model's own classes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.pixels import Pictures
from jarvis.tools.handlers.hub_onnx.repository import Repository, label
from jarvis.tools.handlers.hub_onnx.results import TOP, class_scores, ranked
from jarvis.tools.handlers.hub_onnx.sessions import open_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


class ImageClassifier:
    """image-classification. Parameter `top`: how many labels are told, 5 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._graph = open_graph(self._repository, "model")
        self._top = int(options.parameters.get("top", TOP))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest classes as {"label", "score"}, best first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        del sink
        scores = class_scores(self.logits(inputs.image()), self._repository.config)
        names = [label(self._repository.labels, at) for at in range(len(scores))]
        return ranked([float(score) for score in scores], names, self._top)

    def logits(self, image: Image) -> NDArray[np.float32]:
        """The model's raw scores, shape [classes]."""
        made = self._graph.run(self._pictures.prepared(image).feed)
        logits: NDArray[np.float32] = made[self._graph.output("logits")][0].astype("float32").ravel()
        return logits
