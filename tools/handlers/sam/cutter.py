"""From prompts to masks of the image's size, with a network of the family behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from jarvis.errors import TaskError
from jarvis.tools.handlers.sam.embeddings import Embeddings
from jarvis.tools.handlers.sam.everything import Filters, box_of, box_overlap, find_all, stability
from jarvis.tools.handlers.sam.frame import Frame
from jarvis.tools.handlers.sam.network import Embedding, Network
from jarvis.tools.handlers.sam.picture import Picture
from jarvis.tools.handlers.sam.prompts import Box, Point, Prompt
from jarvis.tools.handlers.sam.value import Instance, Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Cutter(Protocol):
    """Cuts things out of a picture."""

    @property
    def takes_points(self) -> bool:
        """Whether a prompt may have points."""
        ...

    def instances(self, picture: Picture, prompts: Sequence[Prompt]) -> list[Instance]:
        """The thing of each prompt, in their order.

        Raises:
            TaskError: one of them cannot be done.
        """
        ...

    def everything(self, picture: Picture, check: Callable[[], None]) -> list[Instance]:
        """All things; `check` is called now and then and may raise to stop.

        Raises:
            TaskError: it needs to be told where to look, or found nothing.
        """
        ...


class NetworkCutter:
    """Looks at each picture once; every further prompt costs the decoder alone."""

    def __init__(self, network: Network, embeddings: Embeddings, filters: Filters | None = None) -> None:
        self._network, self._embeddings = network, embeddings
        self._filters = filters or Filters()

    @property
    def takes_points(self) -> bool:
        """What the network takes."""
        return self._network.takes_points

    def instances(self, picture: Picture, prompts: Sequence[Prompt]) -> list[Instance]:
        """The thing of each prompt, with all masks that it could mean, best first.

        Raises:
            TaskError: the network takes no points, or the image cannot be read.
        """
        if not self.takes_points and any(prompt.points for prompt in prompts):
            raise TaskError("this segmentation model takes a box, not a point; give box: x1,y1,x2,y2 in pixels instead")
        frame = self._network.frame(picture.size)
        embedding = self._embedding(picture, frame)
        made: dict[int, Instance] = {}
        numbered = sorted(enumerate(prompts), key=lambda row: _form(row[1]))
        for _, rows in groupby(numbered, key=lambda row: _form(row[1])):
            group = list(rows)
            found = self._alike(embedding, frame, [prompt for _, prompt in group])
            made |= {place: instance for (place, _), instance in zip(group, found, strict=True)}
        return [made[place] for place in range(len(prompts))]

    def everything(self, picture: Picture, check: Callable[[], None]) -> list[Instance]:
        """All things, surest first.

        Raises:
            TaskError: the network takes no points, or no mask was sure enough.
        """
        if not self.takes_points:
            raise TaskError(
                "this segmentation model takes a box only; give box: x1,y1,x2,y2 in pixels, or detect first"
            )
        frame = self._network.frame(picture.size)
        found = find_all(self._network, self._embedding(picture, frame), frame, self._filters, check)
        if not found:
            raise TaskError("the model was sure of nothing in this image; point at a thing, or give a box round it")
        return [
            Instance(
                prompt=Prompt((each.point,)),
                shapes=(Shape.of(frame.full_size(each.logits) > 0, each.score, each.stability),),
            )
            for each in found
        ]

    def _embedding(self, picture: Picture, frame: Frame) -> Embedding:
        network = self._network
        return self._embeddings.of(picture.digest, network.identity, lambda: network.encode(picture.image, frame))

    def _alike(self, embedding: Embedding, frame: Frame, prompts: list[Prompt]) -> list[Instance]:
        """The things of prompts with as many points each, and all with a box or none."""
        if prompts[0].box and not self._network.takes_boxes:
            return [self._boxed(embedding, frame, prompt) for prompt in prompts]
        decoded = self._network.decode(embedding, frame, prompts)
        sharp = stability(decoded.logits)
        rows = zip(prompts, decoded.logits, decoded.scores, sharp, strict=True)
        return [_instance(prompt, frame, *each) for prompt, *each in rows]

    def _boxed(self, embedding: Embedding, frame: Frame, prompt: Prompt) -> Instance:
        """For a network without boxes: of the masks at points inside the box, those that fill it best.

        This is no box prompt, but it finds the thing that somebody drew the box around.
        """
        import numpy as np

        assert prompt.box is not None
        inside = [Prompt((*prompt.points, point)) for point in _inside(prompt.box)]
        decoded = self._network.decode(embedding, frame, inside)
        height, width = decoded.logits.shape[-2:]
        whole = np.array([width, height] * 2, dtype=np.float32)
        box = (frame.box(prompt.box) * whole / frame.side).astype(np.float32)
        logits = decoded.logits.reshape(-1, height, width)
        fit = box_overlap(box, np.stack([box_of(each > 0) for each in logits])) * decoded.scores.reshape(-1)
        best = np.argsort(-fit)[: decoded.logits.shape[1]]
        cut = np.stack([_within(logits[at], box) for at in best])
        return _instance(prompt, frame, cut, fit[best], stability(cut))


def _form(prompt: Prompt) -> tuple[int, bool]:
    return len(prompt.points), prompt.box is not None


def _instance(
    prompt: Prompt,
    frame: Frame,
    logits: NDArray[np.float32],
    scores: NDArray[np.float32],
    sharp: NDArray[np.float32],
) -> Instance:
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    shapes = [Shape.of(frame.full_size(logits[at]) > 0, float(scores[at]), float(sharp[at])) for at in order]
    return Instance(prompt=prompt, shapes=tuple(shapes))


def _inside(box: Box) -> list[Point]:
    """The middle of a box, and eight places between it and the edge."""
    left, top, right, bottom = box
    parts = (0.5, 0.3, 0.7)
    return [Point(left + x * (right - left), top + y * (bottom - top)) for y in parts for x in parts]


def _within(logits: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logits with nothing outside a box, but for a margin of a pixel."""
    import numpy as np

    left, top = np.floor(box[:2]).astype(int) - 1
    right, bottom = np.ceil(box[2:]).astype(int) + 1
    kept = np.full_like(logits, min(float(logits.min()), -1.0))
    part = (slice(max(top, 0), bottom), slice(max(left, 0), right))
    kept[part] = logits[part]
    return kept
