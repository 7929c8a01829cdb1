"""Models that split a picture into labelled regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.handlers.hub_onnx.segments import Segment, numbered, write_segments
from jarvis.tools.handlers.hub_torch.checkpoint import numpy
from jarvis.tools.handlers.hub_torch.seeing import Viewer

if TYPE_CHECKING:
    from PIL.Image import Image

_SURE, _MASK, _OVERLAP = 0.5, 0.5, 0.8


class Segmenter(Viewer):
    """image-segmentation: things and what is around them, or classes only.

    Parameters `threshold`, 0.5, `mask_threshold`, 0.5, `overlap_threshold`, 0.8 unless said.
    """

    autos = (
        "AutoModelForUniversalSegmentation",
        "AutoModelForImageSegmentation",
        "AutoModelForSemanticSegmentation",
        "AutoModelForInstanceSegmentation",
    )

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "segments": a PNG of the picture's size with a colour for each region, 0 where none was found.

        Its text chunk `segments` holds `[{"value": 3, "label": "cat", "score": 0.98}, ...]`, the largest region first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        values, segments = self.segments(inputs.image())
        return write_segments(sink, values, segments)

    def segments(self, image: Image) -> tuple[Any, list[Segment]]:
        """The number of each pixel's region, shape [height, width], and the regions."""
        made, size = self.outputs(image), [(image.height, image.width)]
        whole = getattr(self.processor, "post_process_panoptic_segmentation", None)
        if whole is None:
            return self._classes(made, size)
        found = whole(
            made, threshold=self.number("threshold", _SURE), mask_threshold=self.number("mask_threshold", _MASK),
            overlap_mask_area_threshold=self.number("overlap_threshold", _OVERLAP), target_sizes=size,
        )[0]  # fmt: skip
        values = numpy(found["segmentation"]).astype("int64")
        info = {int(one["id"]): one for one in found["segments_info"]}
        return numbered(
            values, {at: (self.checkpoint.label(int(one["label_id"])), float(one["score"])) for at, one in info.items()}
        )

    def _classes(self, made: Any, size: list[tuple[int, int]]) -> tuple[Any, list[Segment]]:
        values = numpy(self.processor.post_process_semantic_segmentation(made, target_sizes=size)[0]).astype("int64")
        # Every pixel has its likeliest class; how sure that is was lost when the classes were compared.
        labels = {int(at): (self.checkpoint.label(int(at)), 1.0) for at in set(values.ravel().tolist())}
        return numbered(values, labels)
