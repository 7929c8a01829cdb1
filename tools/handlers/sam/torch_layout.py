"""SAM and SAM 2 as safetensors, run by transformers and torch (extra `hub`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelError
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.network import Decoded, Embedding
from jarvis.tools.handlers.sam.processor import Processor, identity_of
from jarvis.tools.handlers.sam.prompts import Prompt

if TYPE_CHECKING:
    from PIL.Image import Image

_CLASSES = {"sam": "SamModel", "sam2": "Sam2Model", "sam2_video": "Sam2Model"}
"""By `model_type`. Checkpoints of SAM 2 for video hold all that images need."""


class TorchNetwork:
    """A model of transformers. Files: `config.json`, `*.safetensors`, the processor's JSON."""

    takes_points = True
    takes_boxes = True

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        """Loads it; code of the repository is never run, and pickled weights are never read.

        Raises:
            ModelError: its configuration is of another family, or its weights are not there.
        """
        import torch
        import transformers

        repository = Repository(files, options)
        kind = repository.architecture
        if kind not in _CLASSES or not any(role.endswith(".safetensors") for role in files):
            raise ModelError(f"{kind or 'a model without config.json'} as it was pulled is no Segment Anything")
        torch.set_num_threads(options.threads)
        loader: Any = getattr(transformers, _CLASSES[kind])
        folder = str(files["config.json"].parent)
        loaded = loader.from_pretrained(folder, use_safetensors=True, local_files_only=True, trust_remote_code=False)
        self._model: Any = loaded.eval()
        self._several = kind != "sam"
        self._processor = Processor.read(repository, squeezes=self._several)
        self.identity = identity_of(files)

    def frame(self, size: tuple[int, int]) -> Frame:
        """How an image of `size` (width, height) lies in the square that it sees."""
        return self._processor.frame(size)

    def encode(self, image: Image, frame: Frame) -> Embedding:
        """Runs the encoder."""
        import torch

        with torch.inference_mode():
            pixels = torch.from_numpy(self._processor.pixels(image, frame))
            made = self._model.get_image_embeddings(pixels)
        several = made if self._several else [made]
        return {f"image_embeddings.{place}": tensor.numpy() for place, tensor in enumerate(several)}

    def decode(self, embedding: Embedding, frame: Frame, prompts: Sequence[Prompt]) -> Decoded:
        """Runs the decoder on all prompts at once."""
        import numpy as np
        import torch

        tensors = [torch.from_numpy(np.array(embedding[name])) for name in sorted(embedding)]
        feed: dict[str, Any] = {"image_embeddings": tensors if self._several else tensors[0]}
        if prompts[0].points:
            places = np.stack([frame.points(prompt.points) for prompt in prompts])[None]
            labels = np.array([[int(point.inside) for point in prompt.points] for prompt in prompts])[None]
            feed |= {"input_points": torch.from_numpy(places), "input_labels": torch.from_numpy(labels)}
        boxes = [frame.box(prompt.box) for prompt in prompts if prompt.box]
        if boxes:
            feed["input_boxes"] = torch.from_numpy(np.array(boxes, dtype=np.float32)[None])
        with torch.inference_mode():
            made = self._model(**feed, multimask_output=True)
        return Decoded(made.pred_masks[0].numpy(), made.iou_scores[0].numpy())
