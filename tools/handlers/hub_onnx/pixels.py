"""Pictures as numbers, as preprocessor_config.json says: sizes, crops, colours, edges.

The numbers are those of transformers' image processors on Pillow (Apache-2.0): the order of the steps, how sizes are
rounded, where edges are filled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.tools.handlers.hub_onnx.repository import Repository, number, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

Size = tuple[int, int]
"""Height and width."""

_MOST_PIXELS = 40_000_000
_SIDE = 384
"""ConvNeXt cuts the edges of pictures that are made smaller than this."""
_DETECTORS = frozenset(
    "Detr ConditionalDetr DeformableDetr Yolos MaskFormer Mask2Former OneFormer GroundingDino".split()
)
"""Processors that take the longer side into account too, 1333 unless told."""
_MEANS = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
_IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as a model takes it."""

    values: NDArray[np.float32]
    """Shape [1, 3, height, width]."""
    mask: NDArray[np.int64]
    """1 where the picture is, 0 where it was filled up, shape [1, height, width]."""
    size: Size
    """Of the picture as it came."""
    shown: Size
    """The part of `values` that shows the picture, at its top left."""

    @property
    def feed(self) -> dict[str, Any]:
        """The inputs of a graph."""
        return {"pixel_values": self.values, "pixel_mask": self.mask}


class Pictures:
    """Prepares pictures for one model."""

    def __init__(self, repository: Repository) -> None:
        self._settings: Mapping[str, Any] = repository.preprocessor("image_processor")
        if not self._settings:
            raise repository.missing("preprocessor_config.json")
        kind = str(self._settings.get("image_processor_type") or self._settings.get("feature_extractor_type") or "")
        for ending in ("Fast", "Pil", "ImageProcessor", "FeatureExtractor"):
            kind = kind.removesuffix(ending)
        self.kind = kind

    def prepared(self, image: Image) -> Pixels:
        """The picture as the model takes it.

        Raises:
            TaskError: it would become too large, or nothing.
        """
        import numpy as np

        before = (image.height, image.width)
        if self.kind == "Owlv2":
            return self._squared(image)
        image = self._resized(self._turned(image))
        planes: NDArray[Any] = np.asarray(image, np.uint8).transpose(2, 0, 1)
        if self._wants("do_center_crop", self.kind in _CROPPING):
            planes = cropped(planes, self._crop_size())
        if self.kind == "Donut" and self._wants("do_pad", True):
            planes = _centred(planes, self._square(self._size()))
        values = self._scaled(planes)
        shown = (values.shape[1], values.shape[2])
        values = self._padded(values)
        mask = np.zeros((1, *values.shape[1:]), np.int64)
        mask[:, : shown[0], : shown[1]] = 1
        return Pixels(values[None], mask, before, shown)

    def _squared(self, image: Image) -> Pixels:
        """As OWLv2 wants it: filled up with grey to a square, then scaled."""
        import numpy as np

        from jarvis.tools.handlers.hub_onnx.squares import grey_square

        size = self._square(self._settings.get("size") or {"height": 960, "width": 960})
        values = self._normal(grey_square(np.asarray(image, np.float64).transpose(2, 0, 1) / 255, size))
        return Pixels(values[None], np.ones((1, *size), np.int64), (image.height, image.width), size)

    def _wants(self, name: str, default: bool) -> bool:
        value = self._settings.get(name)
        return default if value is None else bool(value)

    def _turned(self, image: Image) -> Image:
        from PIL.Image import Transpose

        if self.kind == "Donut" and self._wants("do_align_long_axis", False):
            height, width = self._square(self._size())
            if (width < height and image.width > image.height) or (width > height and image.width < image.height):
                return image.transpose(Transpose.ROTATE_270)
        return image

    def _resized(self, image: Image) -> Image:
        if self.kind in ("Swin2SR",) or not self._wants("do_resize", True):
            return image
        height, width = self._new_size((image.height, image.width))
        if height < 1 or width < 1 or height * width > _MOST_PIXELS:
            raise TaskError(
                f"a picture of {image.width} x {image.height} pixels does not fit this model; cut out what matters"
            )
        image = image.resize((width, height), self._filter())
        if self.kind == "Donut" and self._wants("do_thumbnail", True):
            return image.resize(_thumbnail(image, self._square(self._size())), self._filter())
        return image

    def _filter(self) -> Any:
        from PIL.Image import Resampling

        default = Resampling.BICUBIC if self.kind in _BICUBIC else Resampling.BILINEAR
        return Resampling(whole(self._settings.get("resample"), int(default)))

    def _size(self) -> Mapping[str, Any] | int:
        size = self._settings.get("size")
        if isinstance(size, Mapping) or (isinstance(size, int) and size > 0):
            return size
        if isinstance(size, list) and len(size) == 2:
            return {"height": whole(size[1], 224), "width": whole(size[0], 224)}
        if self.kind in _DETECTORS:
            return {"shortest_edge": 800, "longest_edge": 1333}
        return {"height": 224, "width": 224}

    def _square(self, size: Mapping[str, Any] | int) -> Size:
        if isinstance(size, int):
            return size, size
        edge = whole(size.get("shortest_edge"), 224)
        return whole(size.get("height"), edge), whole(size.get("width"), edge)

    def _new_size(self, before: Size) -> Size:
        """The size to which a picture is scaled."""
        size = self._size()
        if self.kind == "GLPN":
            divisor = self._divisor(32)
            return before[0] // divisor * divisor, before[1] // divisor * divisor
        if self.kind in ("DPT", "ZoeDepth", "PromptDepthAnything"):
            return self._multiple_size(before, self._square(size))
        if self.kind == "Vilt":
            return _vilt_size(before, self._square(size)[0], self._divisor(32))
        if self.kind == "ConvNext":
            return self._convnext_size(before, self._square(size)[0])
        return self._usual_size(before, size)

    def _usual_size(self, before: Size, size: Mapping[str, Any] | int) -> Size:
        if isinstance(size, int):
            # An old way of writing: the shorter edge where the middle is cut out, else a square.
            by_edge = (
                self.kind in ("CLIP", "MobileNetV1", "MobileNetV2", "MobileViT", "PoolFormer")
                or self.kind in _DETECTORS
            )
            size = {"shortest_edge": size} if by_edge else {"height": size, "width": size}
        short, long = whole(size.get("shortest_edge"), 0), whole(size.get("longest_edge"), 0)
        if short and self.kind in _DETECTORS:
            long = long or whole(self._settings.get("max_size"), 1333)
        if self.kind == "Donut":
            return _short_side(before, min(self._square(size)))
        if short and long:
            found = _both_sides(before, short, long)
            return (found[0] // 16 * 16, found[1] // 16 * 16) if self.kind == "Yolos" else found
        if short:
            return _short_side(before, short)
        if "max_height" in size:
            scale = min(whole(size.get("max_height"), 224) / before[0], whole(size.get("max_width"), 224) / before[1])
            return int(before[0] * scale), int(before[1] * scale)
        return self._square(size)

    def _multiple_size(self, before: Size, wanted: Size) -> Size:
        multiple = max(whole(self._settings.get("ensure_multiple_of"), 1), 1)
        scales = [want / side for want, side in zip(wanted, before, strict=True)]
        if self._wants("keep_aspect_ratio", False):
            # As little scaling as possible; the height decides where both are as much.
            scales = [min(scales, key=lambda scale: abs(1 - scale))] * 2
        height, width = (round(scale * side / multiple) * multiple for scale, side in zip(scales, before, strict=True))
        return height, width

    def _convnext_size(self, before: Size, edge: int) -> Size:
        if edge >= _SIDE:
            return edge, edge
        return _short_side(before, int(edge / number(self._settings.get("crop_pct"), 224 / 256)))

    def _crop_size(self) -> Size:
        given = self._settings.get("crop_size")
        return self._square(given if isinstance(given, Mapping | int) else self._size())

    def _divisor(self, default: int) -> int:
        return max(whole(self._settings.get("size_divisor"), default), 1)

    def _scaled(self, planes: NDArray[Any]) -> NDArray[np.float32]:
        """From bytes to numbers, shape [3, height, width]."""
        import numpy as np

        if self.kind == "ConvNext" and self._square(self._size())[0] < _SIDE:
            edge = self._square(self._size())[0]
            planes = cropped(planes, (edge, edge))
        values = planes.astype(np.float32)
        if self._wants("do_rescale", True):
            values = (values.astype(np.float64) * number(self._settings.get("rescale_factor"), 1 / 255)).astype(
                np.float32
            )
            if self.kind == "EfficientNet" and self._wants("rescale_offset", False):
                values -= 1
        if self._wants("do_flip_channel_order", self.kind == "MobileViT"):
            values = values[::-1]
        if self._wants("do_normalize", self.kind not in ("Swin2SR", "GLPN", "MobileViT", "RTDetr")):
            return self._normal(values)
        return np.ascontiguousarray(values, np.float32)

    def _normal(self, values: NDArray[Any]) -> NDArray[np.float32]:
        import numpy as np

        mean, deviation = self._colours("image_mean", "mean"), self._colours("image_std", "std")
        return np.ascontiguousarray((values - mean) / deviation, np.float32)

    def _colours(self, name: str, part: str) -> NDArray[np.float32]:
        import numpy as np

        given = self._settings.get(name)
        usual = (_IMAGENET if self.kind in _DETECTORS or self.kind == "Segformer" else _MEANS)[part]
        values = given if isinstance(given, list) and len(given) == 3 else usual
        return np.array([number(value, 0.5) for value in values], np.float32)[:, None, None]

    def _padded(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Filled up at the right and bottom, where the model needs it."""
        import numpy as np

        height, width = values.shape[1:]
        if self.kind == "Swin2SR" and self._wants("do_pad", True):
            size = self._settings.get("pad_size")
            divisor = max(whole(size, self._divisor(8)), 1)
            more = [(side // divisor + 1) * divisor - side for side in (height, width)]
            return np.pad(values, ((0, 0), (0, more[0]), (0, more[1])), mode="symmetric")
        if self.kind in ("MaskFormer", "Mask2Former", "OneFormer"):
            divisor = self._divisor(32)
            more = [-side % divisor for side in (height, width)]
            return np.pad(values, ((0, 0), (0, more[0]), (0, more[1])))
        given = self._settings.get("pad_size")
        if isinstance(given, Mapping) and self.kind in _DETECTORS:
            wanted = whole(given.get("height"), height), whole(given.get("width"), width)
            return np.pad(values, ((0, 0), (0, max(wanted[0] - height, 0)), (0, max(wanted[1] - width, 0))))
        return values


_CROPPING = frozenset("CLIP DeiT MobileNetV1 MobileNetV2 MobileViT ChineseCLIP LeViT PoolFormer BiT".split())
_BICUBIC = frozenset(
    "CLIP DeiT Donut DPT ConvNext OwlViT Vilt Siglip ChineseCLIP LeViT EfficientNet Blip Pvt PoolFormer BiT".split()
)


def _short_side(before: Size, edge: int) -> Size:
    """The shorter side made `edge` long."""
    height, width = before
    if width <= height:
        return int(edge * height / width), edge
    return edge, int(edge * width / height)


def _both_sides(before: Size, edge: int, most: int) -> Size:
    """The shorter side made `edge` long, or less where the longer one would pass `most`."""
    height, width = before
    short, long = min(before), max(before)
    exact: float = edge
    if long / short * edge > most:
        exact = most * short / long
        edge = round(exact)
    if short == edge:
        return before
    return (int(exact * height / width), edge) if width < height else (edge, int(exact * width / height))


def _vilt_size(before: Size, edge: int, divisor: int) -> Size:
    scale = edge / min(before)
    sides = [edge if side == min(before) else scale * side for side in before]
    most = int(1333 / 800 * edge)
    if max(sides) > most:
        sides = [side * most / max(sides) for side in sides]
    height, width = (int(side + 0.5) // divisor * divisor for side in sides)
    return height, width


def _thumbnail(image: Image, size: Size) -> tuple[int, int]:
    """Width and height of the image when it has to fit into a size."""
    height, width = min(image.height, size[0]), min(image.width, size[1])
    if (height, width) == (image.height, image.width):
        return width, height
    if image.height > image.width:
        width = int(image.width * height / image.height)
    elif image.width > image.height:
        height = int(image.height * width / image.width)
    return width, height


def _centred(planes: NDArray[Any], size: Size) -> NDArray[Any]:
    """Planes [3, height, width] in the middle of black ones of a size."""
    import numpy as np

    more = [max(want - side, 0) for want, side in zip(size, planes.shape[1:], strict=True)]
    return np.pad(planes, ((0, 0), *((each // 2, each - each // 2) for each in more)))


def cropped(planes: NDArray[Any], size: Size) -> NDArray[Any]:
    """The middle of planes [3, height, width]; what lies outside of them is 0."""
    import numpy as np

    tall, wide = (max(want, side) for want, side in zip(size, planes.shape[1:], strict=True))
    room = np.zeros((planes.shape[0], tall, wide), planes.dtype)
    above, left = (math.ceil((new - side) / 2) for new, side in zip((tall, wide), planes.shape[1:], strict=True))
    room[:, above : above + planes.shape[1], left : left + planes.shape[2]] = planes
    top = (planes.shape[1] - size[0]) // 2 + above
    start = (planes.shape[2] - size[1]) // 2 + left
    return room[:, top : top + size[0], start : start + size[1]]


def scaled_up(planes: NDArray[Any], size: Size, *, cubic: bool = False) -> NDArray[np.float32]:
    """Planes [n, height, width] at another size, between the middles of pixels, as torch's `interpolate`.

    Linear, or by cubic curves (a = -0.75).
    """
    import numpy as np

    result = planes.astype(np.float32)
    for axis, new in ((1, size[0]), (2, size[1])):
        old = result.shape[axis]
        if old == new:
            continue
        places = (np.arange(new) + 0.5) * old / new - 0.5
        places = places if cubic else np.clip(places, 0, old - 1)
        low = np.floor(places).astype(int)
        total = np.zeros((), np.float32)
        for step, weights in _cubic(places - low) if cubic else _linear(places - low):
            taken = np.take(result, np.clip(low + step, 0, old - 1), axis)
            total = total + taken * weights.astype(np.float32).reshape((-1, 1) if axis == 1 else (1, -1))
        result = np.asarray(total, np.float32)
    return result


def _linear(share: Any) -> list[tuple[int, Any]]:
    return [(0, 1 - share), (1, share)]


def _cubic(share: Any) -> list[tuple[int, Any]]:
    bend = -0.75

    def near(x: Any) -> Any:
        return ((bend + 2) * x - (bend + 3)) * x * x + 1

    def far(x: Any) -> Any:
        return ((bend * x - 5 * bend) * x + 8 * bend) * x - 4 * bend

    return [(-1, far(share + 1)), (0, near(share)), (1, near(1 - share)), (2, far(2 - share))]
