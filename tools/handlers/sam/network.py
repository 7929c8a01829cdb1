"""What every layout of Segment Anything can do: look at an image once, and turn prompts into masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.prompts import Prompt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

Embedding = Mapping[str, "NDArray[np.float32]"]
"""What the encoder makes of an image: one tensor, or several of rising resolution."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decoder makes of several prompts."""

    logits: NDArray[np.float32]
    """Shape [prompts, masks, height, width], over the square; above 0 is inside."""
    scores: NDArray[np.float32]
    """Its own estimate of each mask's IoU with the truth, shape [prompts, masks]."""


class Network(Protocol):
    """A loaded model of the family."""

    @property
    def identity(self) -> str:
        """Another one for other weights: embeddings are kept under it."""
        ...

    @property
    def takes_points(self) -> bool:
        """Whether a prompt may have points."""
        ...

    @property
    def takes_boxes(self) -> bool:
        """Whether a prompt may have a box."""
        ...

    def frame(self, size: tuple[int, int]) -> Frame:
        """How an image of `size` (width, height) lies in the square that it sees."""
        ...

    def encode(self, image: Image, frame: Frame) -> Embedding:
        """Looks at an image. This is the expensive part."""
        ...

    def decode(self, embedding: Embedding, frame: Frame, prompts: Sequence[Prompt]) -> Decoded:
        """Masks for prompts that all have as many points, and all a box or none."""
        ...
