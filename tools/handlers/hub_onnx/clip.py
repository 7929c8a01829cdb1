"""Pictures and words in one space: how well each label fits a picture (CLIP, SigLIP and their kin)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.pixels import Pictures
from jarvis.tools.handlers.hub_onnx.repository import Repository, number, whole
from jarvis.tools.handlers.hub_onnx.results import ranked
from jarvis.tools.handlers.hub_onnx.sessions import Graph, open_graph, sigmoid, softmax
from jarvis.tools.handlers.hub_onnx.tokens import Tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_TEMPLATE = "This is a photo of {}."
_LOGIT_SCALE = 4.605170185988092
"""The logarithm of 100, at which CLIP's own scale stands after training."""


class ZeroShotImageClassifier:
    """zero-shot-image-classification. Parameter `template` with {} for the label.

    Either `model.onnx`, which takes picture and texts together, or `vision_model.onnx` beside `text_model.onnx`.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._tokens = Tokens(self._repository)
        joint = self._repository.find_graph("model")
        self._joint = Graph(joint, options.threads) if joint else None
        self._parts = None if joint else [open_graph(self._repository, name) for name in ("vision_model", "text_model")]
        self._template = str(options.parameters.get("template", _TEMPLATE))
        self._siglip = self._repository.architecture.startswith("siglip")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """All labels as {"label", "score"}, best first. Of CLIP the scores sum to 1; SigLIP judges each label alone.

        Raises:
            TaskError: no labels, or no image.
        """
        del sink
        labels = inputs.needed_labels("labels")
        logits = self.logits(inputs.image(), [self._template.format(name) for name in labels])
        scores = sigmoid(logits) if self._siglip else softmax(logits)
        return ranked([float(score) for score in scores], labels, len(labels))

    def logits(self, image: Image, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text fits, raw, shape [texts]."""
        import numpy as np

        feed = {**self._pictures.prepared(image).feed, **self._read(texts)}
        if self._joint is not None:
            made = self._joint.run(feed)[self._joint.output("logits_per_image")]
            return np.asarray(made[0], np.float32)
        seen, said = (_vectors(graph, feed) for graph in self._parts or ())
        config = self._repository.config
        # The scale is a weight that these two graphs do not have: what training ends with stands in for it.
        scale = np.exp(min(number(config.get("logit_scale"), _LOGIT_SCALE), _LOGIT_SCALE))
        logits: NDArray[np.float32] = scale * (said @ seen[0]) + number(config.get("logit_bias"), 0.0)
        return logits

    def _read(self, texts: Sequence[str]) -> dict[str, Any]:
        encodings = [self._tokens.encode(text, self._length) for text in texts]
        batch = self._tokens.batch(encodings)
        if self._siglip:  # SigLIP was trained on texts that are all filled up to one length.
            from jarvis.tools.handlers.hub_onnx.tokens import filled

            rows = [[*encoding.ids, *[self._tokens.pad] * (self._length - len(encoding.ids))] for encoding in encodings]
            batch["input_ids"] = filled(rows, self._tokens.pad)
            batch["attention_mask"] = batch["input_ids"] * 0 + 1
        return batch

    @property
    def _length(self) -> int:
        text = self._repository.config.get("text_config")
        told = (
            whole(text.get("max_position_embeddings"), 64 if self._siglip else 77) if isinstance(text, Mapping) else 77
        )
        return min(told, self._tokens.limit)


def _vectors(graph: Graph, feed: Mapping[str, Any]) -> NDArray[np.float32]:
    """Rows of length 1."""
    import numpy as np

    made = np.asarray(graph.run(feed)[graph.output("image_embeds", "text_embeds", "pooler_output")], np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=-1, keepdims=True))
