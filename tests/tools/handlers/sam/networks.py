"""A network without weights: what is of one colour is one thing. It has all that SAM has, and can be checked by eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.network import Decoded, Embedding
from jarvis.tools.handlers.sam.prompts import Prompt

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

SIDE = 128
_CLOSE = (10.0, 60.0, 400.0)
"""How far colours may be from that of the point in its three masks."""


class ColourNetwork:
    """A point means all that has its colour; a box, what inside it has another colour than its upper left corner."""

    identity = "colours"
    takes_points = True

    def __init__(self, *, takes_boxes: bool = True) -> None:
        self.takes_boxes = takes_boxes
        self.looked = 0
        """How often it looked at an image."""

    def frame(self, size: tuple[int, int]) -> Frame:
        return Frame.fitted(size, SIDE)

    def encode(self, image: Image, frame: Frame) -> Embedding:
        self.looked += 1
        colours = np.zeros((SIDE, SIDE, 3), dtype=np.float32)
        colours[: frame.used[1], : frame.used[0]] = np.asarray(image.resize(frame.used, 0))
        return {"colours": colours}

    def decode(self, embedding: Embedding, frame: Frame, prompts: Sequence[Prompt]) -> Decoded:
        logits = np.stack([self._masks(embedding["colours"], frame, prompt) for prompt in prompts])
        return Decoded(logits.astype(np.float32), np.tile(np.array([0.95, 0.93, 0.9], np.float32), (len(prompts), 1)))

    def _masks(self, colours: NDArray[np.float32], frame: Frame, prompt: Prompt) -> NDArray[np.float32]:
        near = np.full((SIDE, SIDE), 500.0)
        for x, y in frame.points([point for point in prompt.points if point.inside]):
            near = np.minimum(near, np.abs(colours - colours[min(int(y), SIDE - 1), min(int(x), SIDE - 1)]).sum(-1))
        inside = np.ones((SIDE, SIDE), dtype=bool)
        if prompt.box:
            left, top, right, bottom = frame.box(prompt.box).round().astype(int)
            inside[:] = False
            inside[top:bottom, left:right] = True
            if not prompt.points:
                near = np.where(np.abs(colours - colours[top, left]).sum(-1) > 30, 0.0, 500.0)
        for x, y in frame.points([point for point in prompt.points if not point.inside]):
            inside[max(int(y) - 6, 0) : int(y) + 6, max(int(x) - 6, 0) : int(x) + 6] = False
        return np.stack([np.where((near <= close) & inside, 8.0, -8.0) for close in _CLOSE])
