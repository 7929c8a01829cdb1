"""What mask generation gives: one picture for everyone, and inside it all that was found for those who can read it.

The picture is a PNG of the image's size, black where nothing is; whoever edits images or shows them needs no more. Its
text chunk `jarvis-masks` holds the single masks as COCO's run lengths and polygons, with their scores, the prompts that
they were made from, the other masks that an ambiguous prompt could have meant, and what else a detector saw.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Sink
from jarvis.tools.handlers.sam.outlines import Polygon, polygons
from jarvis.tools.handlers.sam.prompts import Box, Prompt, Seen
from jarvis.tools.handlers.sam.rle import Rle, area, decode, encode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_CHUNK = "jarvis-masks"
_LONGEST = 32 * 2**20
"""Characters of the text chunk; longer ones are not parsed."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Shape(_Record):
    """One mask."""

    segmentation: Rle
    score: float
    """The model's own estimate of its IoU with the truth; for a model without one, how sure its outline is."""
    stability: float = 1.0
    """IoU of the masks at a threshold somewhat above and below: 1 where the outline is sharp."""

    @classmethod
    def of(cls, mask: NDArray[np.bool_], score: float, stability: float = 1.0) -> Shape:
        """A mask of shape [height, width]."""
        return cls(segmentation=encode(mask), score=round(float(score), 4), stability=round(float(stability), 4))

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Shape [height, width]."""
        return decode(self.segmentation)

    @property
    def area(self) -> int:
        """Pixels."""
        return area(self.segmentation)

    @property
    def box(self) -> Box:
        """xmin, ymin, xmax, ymax of what is in the mask; zeros when nothing is."""
        import numpy as np

        rows, columns = np.nonzero(self.mask)
        if not len(rows):
            return 0, 0, 0, 0
        return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)


class Instance(_Record):
    """One thing, and what else its prompt could have meant."""

    prompt: Prompt
    shapes: tuple[Shape, ...]
    """The masks of the prompt, best first: of a point that may mean a part, a thing or a group, there are three."""
    chosen: int = 0
    """Which of them it is."""

    @property
    def shape(self) -> Shape:
        """The mask that was chosen."""
        return self.shapes[self.chosen]


class MaskSet(_Record):
    """Everything that was found in one image."""

    image: str
    """SHA-256 of the image's file."""
    height: int
    width: int
    model: str
    instances: tuple[Instance, ...]
    removed: tuple[Shape, ...] = ()
    """What is cut out of the picture, though it lies in a thing's mask."""
    seen: tuple[Seen, ...] = ()
    """All that a detector saw in the image."""
    everything: bool = False
    """Whether the things are all that there are, not those that somebody pointed at."""

    @property
    def mask(self) -> NDArray[np.bool_]:
        """All things together, shape [height, width]."""
        import numpy as np

        whole = np.zeros((self.height, self.width), dtype=bool)
        for instance in self.instances:
            whole |= instance.shape.mask
        for shape in self.removed:
            whole &= ~shape.mask
        return whole

    def to_coco(self) -> list[dict[str, Any]]:
        """The things as rows of COCO's results, with `segmentation` as run lengths, and their polygons."""
        return [_coco(instance, self.removed) for instance in self.instances]


def write_masks(found: MaskSet, sink: Sink) -> Artifact:
    """The artifact "mask": a PNG that holds all of `found`.

    Raises:
        TaskError: there is nothing in the masks.
    """
    mask = found.mask
    if not mask.any():
        raise TaskError("the model found nothing to cut out there; try a box closer around the thing")
    picture = _regions(found) if found.everything else _black_and_white(mask)
    text = found.model_dump_json()

    def fill(file: BinaryIO) -> None:
        from PIL.PngImagePlugin import PngInfo

        notes = PngInfo()
        notes.add_itxt(_CHUNK, text)
        picture.save(file, format="PNG", pnginfo=notes)

    return sink.write("mask", "image/png", fill)


def read_masks(path: Path) -> MaskSet | None:
    """What is known about a mask; None for a picture that `write_masks` did not write.

    Raises:
        TaskError: the file cannot be read, or what it holds about its masks is damaged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            # Of PNG alone: other formats have no such text, and Pillow's attribute is only there.
            text = getattr(image, "text", {}).get(_CHUNK)
            size = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise TaskError(f"{path.name} cannot be read as an image ({error}); is it whole?") from error
    if text is None:
        return None
    damaged = TaskError(f"what {path.name} says about its masks is damaged; make the mask again")
    if len(text) > _LONGEST:
        raise damaged
    try:
        found = MaskSet.model_validate_json(text)
    except ValidationError as error:
        raise damaged from error
    if size != (found.width, found.height) or not _consistent(found):
        raise damaged
    return found


def _consistent(found: MaskSet) -> bool:
    shapes = [shape for instance in found.instances for shape in instance.shapes]
    same = all(shape.segmentation.size == (found.height, found.width) for shape in (*shapes, *found.removed))
    return same and all(0 <= instance.chosen < len(instance.shapes) for instance in found.instances)


def _black_and_white(mask: NDArray[np.bool_]) -> Image:
    from PIL import Image

    return Image.fromarray(mask.astype("uint8") * 255)


def _regions(found: MaskSet) -> Image:
    """Each thing in a bright colour of its own, the smaller ones on top, black where none is."""
    import numpy as np
    from PIL import Image

    colours = np.zeros((found.height, found.width), dtype=np.uint8)
    for place, instance in enumerate(sorted(found.instances, key=lambda each: -each.shape.area)):
        colours[instance.shape.mask] = 1 + place % 255
    picture = Image.frombytes("P", (found.width, found.height), colours.tobytes())
    rng = np.random.default_rng(0)
    bright = rng.integers(150, 256, size=(256, 3))
    bright[0] = 0
    picture.putpalette(bright.astype(np.uint8).ravel().tolist())
    return picture


def _coco(instance: Instance, removed: tuple[Shape, ...]) -> dict[str, Any]:
    mask = instance.shape.mask
    for shape in removed:
        mask &= ~shape.mask
    kept = Shape.of(mask, instance.shape.score, instance.shape.stability)
    left, top, right, bottom = kept.box
    outlines: list[Polygon] = polygons(mask)
    return {
        "segmentation": kept.segmentation.to_json(),
        "polygons": outlines,
        "bbox": [left, top, right - left, bottom - top],
        "area": kept.area,
        "score": kept.score,
        "stability": kept.stability,
        "label": instance.prompt.label,
    }
