"""Splitting a whole picture into labelled regions, and cutting the foreground out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.pixels import Pictures, Size, scaled_up
from jarvis.tools.handlers.hub_onnx.repository import Repository, label
from jarvis.tools.handlers.hub_onnx.segments import Segment, numbered, write_segments
from jarvis.tools.handlers.hub_onnx.sessions import open_graph, sigmoid, softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_MASK2FORMER_SIDE = 384


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as a region, as transformers' post-processing names it."""

    threshold: float = 0.5
    mask: float = 0.5
    overlap: float = 0.8


class Segmenter:
    """image-segmentation. Parameters `threshold`, 0.5, `mask_threshold`, 0.5, `overlap_threshold`, 0.8 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._graph = open_graph(self._repository, "model")
        told = options.parameters
        self._limits = Limits(
            float(told.get("threshold", 0.5)),
            float(told.get("mask_threshold", 0.5)),
            float(told.get("overlap_threshold", 0.8)),
        )

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "segments": a PNG of the picture's size with a colour for each region, 0 where none was found.

        Its text chunk `segments` holds `[{"value": 3, "label": "cat", "score": 0.98}, ...]`, the largest region first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        values, segments = self.segments(inputs.image())
        return write_segments(sink, values, segments)

    def segments(self, image: Image) -> tuple[NDArray[Any], list[Segment]]:
        """The number of each pixel's region, shape [height, width], and the regions."""
        import numpy as np

        made = self._graph.run(self._pictures.prepared(image).feed)
        size, labels = (image.height, image.width), self._repository.labels
        masks = next((made[name] for name in ("pred_masks", "masks_queries_logits") if name in made), None)
        if masks is None:
            return semantic(np.asarray(made[self._graph.output("logits")][0], np.float32), size, labels)
        classes = made[self._graph.output("class_queries_logits", "logits")][0].astype(np.float32)
        planes = masks[0].astype(np.float32)
        if self._repository.architecture == "mask2former":
            planes = scaled_up(planes, (_MASK2FORMER_SIDE, _MASK2FORMER_SIDE))
        return panoptic(classes, planes, size, labels, self._limits)


def semantic(logits: NDArray[np.float32], size: Size, labels: Mapping[int, str]) -> tuple[NDArray[Any], list[Segment]]:
    """A region for each class [classes, height, width] that is the likeliest anywhere."""
    import numpy as np

    best = np.full(size, -np.inf, np.float32)
    winner = np.zeros(size, np.int32)
    # Class by class: all of them at the picture's size would take gigabytes.
    for number, plane in enumerate(logits):
        scores = scaled_up(plane[None], size)[0]
        higher = scores > best
        best[higher], winner[higher] = scores[higher], number
    return numbered(winner, {int(number): (label(labels, int(number)), 1.0) for number in np.unique(winner)})


def panoptic(
    classes: NDArray[np.float32], masks: NDArray[np.float32], size: Size, labels: Mapping[int, str], limits: Limits
) -> tuple[NDArray[Any], list[Segment]]:
    """A region for each candidate that is sure of its class and keeps most of its mask against the others.

    `classes` are raw scores [candidates, classes and nothing], `masks` raw ones [candidates, height, width].
    """
    import numpy as np

    shares = softmax(classes)
    numbers, scores = shares.argmax(axis=-1), shares.max(axis=-1)
    sure = np.flatnonzero((numbers != classes.shape[-1] - 1) & (scores > limits.threshold))
    best, winner = np.full(size, -1.0, np.float32), np.full(size, -1, np.int32)
    areas: dict[int, int] = {}
    for at in sure:
        weighed = scaled_up(sigmoid(masks[at])[None], size)[0] * scores[at]
        areas[int(at)] = int((weighed >= limits.mask).sum())
        higher = weighed > best
        best[higher], winner[higher] = weighed[higher], at
    kept = [at for at, area in areas.items() if area and (winner == at).sum() / area > limits.overlap]
    return numbered(winner, {at: (label(labels, int(numbers[at])), float(scores[at])) for at in kept})


class Matting:
    """background-removal by models that give how much of each pixel is foreground: MODNet, IS-Net, BiRefNet."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._graph = open_graph(self._repository, "model")

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "cutout": a PNG of the image's size whose background is transparent.

        Raises:
            TaskError: no image, or nothing stands out in it.
        """
        from PIL import Image as Images

        image = inputs.image()
        shares = self.shares(image)
        if shares.max(initial=0.0) < 0.5:
            raise TaskError("nothing stands out from the background of the image; try another one")
        image.putalpha(Images.fromarray((shares * 255).round().astype("uint8")))
        return sink.image("cutout", image)

    def shares(self, image: Image) -> NDArray[np.float32]:
        """How much of each pixel is foreground, in [0, 1], shape [height, width]."""
        import numpy as np

        pixels = self._pictures.prepared(image)
        name = next(iter(self._graph.inputs))
        made = self._graph.run({**pixels.feed, name: pixels.values})
        plane = np.asarray(made[self._graph.outputs[0]], np.float32).reshape(
            -1, *made[self._graph.outputs[0]].shape[-2:]
        )[0]
        # Some end with a sigmoid, others leave it to whoever runs them.
        plane = plane if plane.min() >= 0 and plane.max() <= 1 else sigmoid(plane)
        return np.asarray(np.clip(scaled_up(plane[None], (image.height, image.width))[0], 0, 1))
