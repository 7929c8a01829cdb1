"""Cutting the foreground out: GrabCut started from the detector's best box, or from the middle of the image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact, ArtifactFolder
from jarvis.errors import TaskError
from jarvis.messages import JsonValue
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.detection import SsdDetector
from jarvis.tools.handlers.masks import GrabCut
from jarvis.tools.media import read_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MARGIN = 0.03
"""Of the image's sides: added round a box, for the detector's boxes cut off ears and elbows."""
_EDGE = 0.02
"""What GrabCut must see as background: at least this much at the left, top and right of the image."""
_LEAST_SHARE = 0.01
_MOST_OF_BOX = 0.97
"""A mask that fills the whole box is no outline: nothing was told apart."""


class GrabCutOut:
    """The foreground on a transparent background. Files: `graph` and `layout` of the detector."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._detector = SsdDetector(files, options)
        self._cut = GrabCut({}, options)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "cutout": a PNG of the image's size whose background is transparent.

        Raises:
            TaskError: no foreground could be told from the background.
        """
        from PIL import Image, ImageFilter

        image = inputs.image()
        detected: Any = self._detector.run(inputs, sink)
        left, top, right, bottom = foreground(detected, image.size)
        box: list[JsonValue] = [left, top, right, bottom]
        alpha = largest_part(self._mask(Inputs(inputs.task, {"image": inputs.file("image"), "box": box}), sink))
        if alpha.mean() < _LEAST_SHARE or alpha.sum() > _MOST_OF_BOX * (right - left) * (bottom - top):
            raise _nothing()
        soft = Image.fromarray(alpha.astype("uint8") * 255).filter(ImageFilter.GaussianBlur(1))
        image.putalpha(soft)
        return sink.image("cutout", image)

    def _mask(self, inputs: Inputs, sink: Sink) -> NDArray[np.bool_]:
        """White of the mask that GrabCut makes of a box; the mask's own file is not kept."""
        import numpy as np

        with TemporaryDirectory() as folder:
            try:
                mask: Any = self._cut.run(inputs, Sink(ArtifactFolder(Path(folder)), sink.provenance))
            except TaskError as error:  # it speaks of a box, but the user gave none
                raise _nothing() from error
            return np.asarray(read_image(mask.path).convert("L")) > 127


def _nothing() -> TaskError:
    return TaskError(
        "no foreground was found; cut out a box with mask-generation, or use a matting model from the Hub such as "
        "ZhengPeng7/BiRefNet"
    )


def foreground(detected: Sequence[Mapping[str, Any]], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The box [xmin, ymin, xmax, ymax] to start from: the largest sure thing, or the middle 80 % without one."""
    width, height = size
    boxes = [thing["box"] for thing in detected]
    if not boxes:
        return (0.1 * width, 0.1 * height, 0.9 * width, 0.9 * height)
    left, top, right, bottom = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    return (
        max(left - _MARGIN * width, _EDGE * width),
        max(top - _MARGIN * height, _EDGE * height),
        min(right + _MARGIN * width, (1 - _EDGE) * width),
        min(bottom + _MARGIN * height, height),
    )


def largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected part of a mask, its holes kept, and parts of at least a tenth of it."""
    import cv2
    import numpy as np

    count, labels, figures, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    areas = figures[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(areas >= 0.1 * areas.max())
    return np.asarray(np.isin(labels, kept))
