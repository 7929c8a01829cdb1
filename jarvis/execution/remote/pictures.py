"""Pictures as tensors: scaled, cropped and shifted as a card says, and the way back from the tensor's pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.execution.remote.tensors import TensorSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a picture becomes a tensor. The parameters of a card: `size`, `layout`, `channels`, `mean`, `std`, `crop`."""

    width: int
    height: int
    layout: str
    """NCHW, NHWC, CHW or HWC."""
    bgr: bool
    mean: tuple[float, float, float]
    """Taken from each pixel of 0 to 255."""
    std: tuple[float, float, float]
    """What the difference is divided by."""
    crop: float
    """Which share of the shorter side the square in the middle has; 0 for the whole picture, stretched."""
    smooth: bool
    """Whether it is scaled by the bicubic filter; else by the bilinear one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which part of a picture a tensor shows, so that places in it can be told in the picture."""

    left: float
    top: float
    width: float
    height: float
    picture: tuple[int, int]

    def place(self, x: float, y: float) -> tuple[int, int]:
        """A place given in shares of the part, as a pixel of the picture."""
        across, down = self.left + x * self.width, self.top + y * self.height
        return min(max(round(across), 0), self.picture[0]), min(max(round(down), 0), self.picture[1])


def preparation(parameters: Mapping[str, Any], served: TensorSpec) -> Preparation:
    """What the card says, and where it says nothing what the shape of the model's input tells.

    Raises:
        ValueError: the two together do not tell enough, or a parameter is not of its kind.
    """
    layout = str(parameters.get("layout") or _layout(served)).upper()
    if sorted(layout.removeprefix("N")) != ["C", "H", "W"]:
        raise ValueError(f"layout is {layout!r}; it can be NCHW, NHWC, CHW or HWC")
    width, height = _size(parameters, served, layout)
    channels = str(parameters.get("channels", "RGB")).upper()
    if channels not in ("RGB", "BGR"):
        raise ValueError(f"channels is {channels!r}; it can be RGB or BGR")
    return Preparation(
        width,
        height,
        layout,
        channels == "BGR",
        _three(parameters, "mean", 0.0),
        _three(parameters, "std", 1.0),
        float(parameters.get("crop", 0.0)),
        str(parameters.get("resample", "bicubic")) == "bicubic",
    )


def prepared(image: Image, how: Preparation) -> tuple[NDArray[np.float32], Seen]:
    """The picture as numbers in the wanted layout, and which part of it they show."""
    import numpy as np
    from PIL.Image import Resampling

    width, height = float(image.width), float(image.height)
    if how.crop:
        width = height = min(image.size) * how.crop
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    filtering = Resampling.BICUBIC if how.smooth else Resampling.BILINEAR
    pixels: Any = np.asarray(image.resize((how.width, how.height), filtering, box=box), dtype=np.float32)
    if how.bgr:
        pixels = pixels[..., ::-1]
    pixels = (pixels - np.array(how.mean, np.float32)) / np.array(how.std, np.float32)
    if how.layout.endswith("CHW"):
        pixels = pixels.transpose(2, 0, 1)
    return pixels[None] if how.layout.startswith("N") else pixels, Seen(left, top, width, height, image.size)


def _layout(served: TensorSpec) -> str:
    sizes = served.shape[-3:]
    batch = {4: "N", 3: ""}.get(len(served.shape))
    if batch is None or len(sizes) < 3 or (sizes[0] == 3) == (sizes[2] == 3):
        raise ValueError(f"the shape {list(served.shape)} of its input does not tell the layout; name it in the card")
    return batch + ("CHW" if sizes[0] == 3 else "HWC")


def _size(parameters: Mapping[str, Any], served: TensorSpec, layout: str) -> tuple[int, int]:
    if "size" in parameters:
        across, _, down = str(parameters["size"]).lower().partition("x")
        return int(across), int(down or across)
    sizes = dict(zip(layout, served.shape, strict=False)) if len(served.shape) == len(layout) else {}
    width, height = sizes.get("W", -1), sizes.get("H", -1)
    if width < 1 or height < 1:
        raise ValueError("its input takes pictures of any size; name a size in the card")
    return width, height


def _three(parameters: Mapping[str, Any], name: str, otherwise: float) -> tuple[float, float, float]:
    parts = [float(part) for part in str(parameters.get(name, otherwise)).replace(",", " ").split()]
    if len(parts) not in (1, 3) or (name == "std" and 0 in parts):
        raise ValueError(f"{name} is {parameters.get(name)!r}; it must be one number or three")
    first, second, third = parts * 3 if len(parts) == 1 else parts
    return first, second, third
