"""Finding the things that the user names: OWL-ViT and OWLv2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.boxes import corners, detections
from jarvis.tools.handlers.hub_onnx.pixels import Pictures
from jarvis.tools.handlers.hub_onnx.repository import Repository, whole
from jarvis.tools.handlers.hub_onnx.sessions import open_graph, sigmoid
from jarvis.tools.handlers.hub_onnx.tokens import Tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


class NamedObjectDetector:
    """zero-shot-object-detection. Parameter `threshold`: the least score that is told, 0.1 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._tokens = Tokens(self._repository)
        self._graph = open_graph(self._repository, "model")
        self._threshold = float(options.parameters.get("threshold", 0.1))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Things under the user's names as {"label", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

        Raises:
            TaskError: no labels, or no image.
        """
        del sink
        labels = inputs.needed_labels("labels", "look for")
        image = inputs.image()
        scores, boxes = self.found(image, labels)
        best = scores.argmax(axis=-1)
        rows = [(labels[int(best[at])], float(scores[at, best[at]]), boxes[at]) for at in range(len(scores))]
        return detections([row for row in rows if row[1] > self._threshold], image.size)

    def found(self, image: Image, labels: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The scores [candidates, labels] and boxes [candidates, 4] in fractions, x and y of two corners."""
        import numpy as np

        from jarvis.tools.handlers.hub_onnx.tokens import filled

        text = self._repository.config.get("text_config")
        length = whole(text.get("max_position_embeddings"), 16) if isinstance(text, Mapping) else 16
        encodings = [self._tokens.encode(name, length) for name in labels]
        # These models read texts of one length: the places behind a text are filled with the padding token.
        ids = filled([[*e.ids, *[self._tokens.pad] * (length - len(e.ids))] for e in encodings], self._tokens.pad)
        mask = filled([[*e.attention_mask, *[0] * (length - len(e.ids))] for e in encodings], 0)
        pixels = self._pictures.prepared(image)
        made = self._graph.run({**pixels.feed, "input_ids": ids, "attention_mask": mask})
        scores = sigmoid(np.asarray(made[self._graph.output("logits")][0], np.float32))
        boxes = corners(np.asarray(made["pred_boxes"][0], np.float32))
        if self._pictures.kind == "Owlv2":  # The picture was filled up to a square.
            sides = np.array([image.width, image.height] * 2, np.float32)
            boxes = boxes * max(image.size) / sides
        return scores[:, : len(labels)], boxes
