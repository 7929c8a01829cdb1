"""SAM and SAM 2 as the Hub's ONNX exports lay them out: `vision_encoder` and `prompt_encoder_mask_decoder`.

SAM, MobileSAM and SlimSAM have one embedding and its positions; SAM 2 has three, `image_embeddings.0` to `.2`.
Older exports of SAM have no input for labels, and all of them none for boxes; those of SAM 2 have both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.network import Decoded, Embedding
from jarvis.tools.handlers.sam.processor import Processor, identity_of
from jarvis.tools.handlers.sam.prompts import Prompt
from jarvis.tools.handlers.weights import cpu_session

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

_TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(int64)": "int64", "tensor(int32)": "int32"}


class OnnxNetwork:
    """Both graphs of an export."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        """Loads them.

        Raises:
            ModelError: one is missing, or is not of this family.
        """
        repository = Repository(files, options)
        self._encoder = cpu_session(repository.graph("vision_encoder"), options.threads)
        self._decoder = cpu_session(repository.graph("prompt_encoder_mask_decoder"), options.threads)
        self._wanted = {given.name: _TYPES.get(given.type, "float32") for given in self._decoder.get_inputs()}
        if "input_points" not in self._wanted:
            raise repository.cannot("its decoder has no input_points, so it is no Segment Anything")
        self._processor = Processor.read(repository, squeezes="image_embeddings.0" in self._wanted)
        self.identity = identity_of(files)

    @property
    def takes_points(self) -> bool:
        """All exports do."""
        return True

    @property
    def takes_boxes(self) -> bool:
        """Those of SAM 2 do."""
        return "input_boxes" in self._wanted

    def frame(self, size: tuple[int, int]) -> Frame:
        """How an image of `size` (width, height) lies in the square that it sees."""
        return self._processor.frame(size)

    def encode(self, image: Image, frame: Frame) -> Embedding:
        """Runs the encoder."""
        (given,) = self._encoder.get_inputs()
        pixels = self._processor.pixels(image, frame).astype(_TYPES.get(given.type, "float32"))
        names = [output.name for output in self._encoder.get_outputs()]
        made = self._encoder.run(None, {given.name: pixels})
        return {name: tensor for name, tensor in zip(names, made, strict=True) if name in self._wanted}

    def decode(self, embedding: Embedding, frame: Frame, prompts: Sequence[Prompt]) -> Decoded:
        """Runs the decoder on all prompts at once.

        Raises:
            TaskError: a point says what does not belong to the thing, and this export cannot be told that.
        """
        import numpy as np

        feed: dict[str, Any] = {**embedding, **self._prompted(frame, prompts)}
        typed = {name: np.asarray(tensor, dtype=self._wanted[name]) for name, tensor in feed.items()}
        scores, logits = self._decoder.run(["iou_scores", "pred_masks"], typed)
        return Decoded(logits[0].astype(np.float32), scores[0].astype(np.float32))

    def _prompted(self, frame: Frame, prompts: Sequence[Prompt]) -> dict[str, NDArray[Any]]:
        import numpy as np

        places = np.stack([frame.points(prompt.points) for prompt in prompts])[None]
        labels = np.array([[int(point.inside) for point in prompt.points] for prompt in prompts])[None]
        feed: dict[str, NDArray[Any]] = {"input_points": places}
        if "input_labels" in self._wanted:
            feed["input_labels"] = labels.reshape(places.shape[:3])
        elif not labels.all():
            raise TaskError("this export of the model takes no points that lie outside the thing; pull another one")
        if self.takes_boxes:
            boxes = [frame.box(prompt.box) for prompt in prompts if prompt.box]
            feed["input_boxes"] = np.array(boxes, dtype=np.float32).reshape(1, -1, 4)
        return feed


def is_onnx(files: Mapping[str, Path]) -> bool:
    """Whether the files are those of an ONNX export."""
    return any(role.endswith(".onnx") for role in files)
