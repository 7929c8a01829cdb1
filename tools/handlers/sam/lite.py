"""LiteMedSAM as it is packaged: an encoder and a decoder of one box, one mask, no score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.network import Decoded, Embedding
from jarvis.tools.handlers.sam.processor import identity_of
from jarvis.tools.handlers.sam.prompts import Prompt
from jarvis.tools.handlers.weights import packaged_graph

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 256
"""It sees images of 256 x 256 pixels, the longer side filled."""


class LiteNetwork:
    """Files: `weights` (.pth)."""

    takes_points = False
    takes_boxes = True

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._encoder = packaged_graph("lite_medsam_encoder", files["weights"], options.threads)
        self._decoder = packaged_graph("lite_medsam_decoder", files["weights"], options.threads)
        self.identity = identity_of(files)

    def frame(self, size: tuple[int, int]) -> Frame:
        """How an image of `size` (width, height) lies in the square that it sees."""
        return Frame.fitted(size, SIDE)

    def encode(self, image: Image, frame: Frame) -> Embedding:
        """Runs the encoder."""
        import numpy as np
        from PIL.Image import Resampling

        shrinks = max(frame.size) > frame.side
        small = image.resize(frame.used, Resampling.BOX if shrinks else Resampling.BILINEAR)
        values = np.asarray(small, dtype=np.float32)
        values = (values - values.min()) / max(float(values.max() - values.min()), 1e-8)
        planes = np.zeros((1, 3, frame.side, frame.side), dtype=np.float32)
        planes[0, :, : frame.used[1], : frame.used[0]] = values.transpose(2, 0, 1)
        return {"embedding": self._encoder.run({"image": planes})[0]}

    def decode(self, embedding: Embedding, frame: Frame, prompts: Sequence[Prompt]) -> Decoded:
        """Runs the decoder box by box. In place of a score stands how sharp the outline is."""
        import numpy as np

        from jarvis.tools.handlers.sam.everything import stability

        boxes = [frame.box(prompt.box) for prompt in prompts if prompt.box]
        feeds = ({"embedding": embedding["embedding"], "box": box[None]} for box in boxes)
        logits = np.concatenate([self._decoder.run(feed)[0] for feed in feeds])
        return Decoded(logits, stability(logits))
