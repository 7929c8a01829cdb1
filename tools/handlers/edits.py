"""Edits that need no model: grayscale, rotate, flip, brighten, blur, ... done by Pillow when a prompt names them.

A prompt is read by keywords (English, Chinese, German, Spanish, French). Words that are neither a keyword nor filler
are kept as `left`: "make the sky darker" leaves "sky", so nothing is done, because darkening all of it would be
another edit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.edit_words import COLORS, FILLER, FILLER_CHINESE, KEYWORDS, MUCH, SLIGHTLY

if TYPE_CHECKING:
    from PIL.Image import Image

EDITOR_MODEL = "timbrooks/instruct-pix2pix"
_MOST_SIDE = 10_000


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that a prompt names."""

    name: str
    """A key of KEYWORDS: grayscale, rotate, upscale, ..."""
    words: str
    """The words of the prompt that named it, without accents, in lower case: "rotate by 90 degrees left"."""
    strength: float = 1.0
    """0.5 for "slightly", 2 for "much"."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a prompt asks for."""

    edits: tuple[Edit, ...]
    """In the order in which the prompt names them."""
    left: tuple[str, ...]
    """Words that were not understood."""

    def names(self) -> tuple[str, ...]:
        """The names of the edits."""
        return tuple(edit.name for edit in self.edits)


def read_prompt(prompt: str) -> Wish:
    """The edits that a prompt names, and the words that were not understood."""
    text = _plain(prompt)
    strength = 0.5 if re.search(SLIGHTLY, text) else 2.0 if re.search(MUCH, text) else 1.0
    text = re.sub(f"{SLIGHTLY}|{MUCH}", " ", text)
    found: list[tuple[int, str, str]] = []
    for name, pattern in KEYWORDS.items():
        found += [(match.start(), name, match.group()) for match in re.finditer(pattern, text)]
        text = re.sub(pattern, lambda match: " " * len(match.group()), text)
    words: dict[str, list[str]] = {}
    for _, name, part in sorted(found):
        words.setdefault(name, []).append(part)
    if "upscale" in words and not re.search(r"\d", " ".join(words.get("resize", []))):
        words.pop("resize", None)  # "resize it 2x": one enlargement, not a second change of size
    return Wish(tuple(Edit(name, " ".join(parts), strength) for name, parts in words.items()), _left(text))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _left(text: str) -> tuple[str, ...]:
    text = re.sub(FILLER_CHINESE, " ", text)
    words = re.findall(r"[^\W_]+", text)
    return tuple(word for word in words if word not in FILLER)


def needs_generator(prompt: str) -> TaskError:
    """The error for a change that neither super-resolution nor Pillow can make."""
    able = ", ".join(KEYWORDS)
    return TaskError(
        f"changing an image by {prompt!r} needs a generative model, and none is installed; "
        f"use one from the Hub such as {EDITOR_MODEL}, or ask for one of these: {able}"
    )


class PillowEdits:
    """Plain edits of the whole image by keywords of the prompt. Needs no files."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._options = options

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "edited": the image with the named edits done in the order of the prompt.

        Raises:
            TaskError: the prompt names no edit, asks for enlarging, or for more than these edits.
        """
        prompt = inputs.text("prompt")
        wish = read_prompt(prompt)
        if wish.left or not wish.edits:
            raise needs_generator(prompt)
        if "upscale" in wish.names():
            raise TaskError(
                "Pillow edits do not enlarge or enhance; super-resolution does, for pictures of at most 4 megapixels, "
                "after `pip install 'jarvis[vision]'` and `jarvis setup`"
            )
        return sink.image("edited", apply_edits(inputs.image(), wish.edits))


def apply_edits(image: Image, edits: tuple[Edit, ...]) -> Image:
    """`image` with `edits` done one after another; "upscale" is passed over.

    Raises:
        TaskError: a size that is asked for is no size.
    """
    for edit in edits:
        if edit.name in _EDITS:
            image = _EDITS[edit.name](image, edit)
    return image


def _grayscale(image: Image, edit: Edit) -> Image:
    return image.convert("L").convert("RGB")


def _sepia(image: Image, edit: Edit) -> Image:
    from PIL import ImageOps

    return ImageOps.colorize(image.convert("L"), black=(38, 20, 8), white=(255, 243, 214), mid=(162, 122, 82))


def _invert(image: Image, edit: Edit) -> Image:
    from PIL import ImageOps

    return ImageOps.invert(image)


_LEFT = r"left|counter|anti|逆时针|向左|左|links|gegen|izquierda|gauche|contraire"
_HALF_TURN = r"upside|kopf|180|倒"


def _rotate(image: Image, edit: Edit) -> Image:
    from PIL.Image import Resampling

    number = re.search(r"\d+(?:[.,]\d+)?", edit.words)
    degrees = (
        float(number.group().replace(",", ".")) if number else 180.0 if re.search(_HALF_TURN, edit.words) else 90.0
    )
    turned = degrees if re.search(_LEFT, edit.words) else -degrees
    return image.rotate(turned, Resampling.BICUBIC, expand=True, fillcolor="white")


def _flip(image: Image, edit: Edit) -> Image:
    from PIL import ImageOps

    return ImageOps.flip(image) if re.search(r"vertical|vertikal|上下|垂直", edit.words) else ImageOps.mirror(image)


def _brighten(image: Image, edit: Edit) -> Image:
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(image).enhance(1 + 0.4 * edit.strength)


def _darken(image: Image, edit: Edit) -> Image:
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(image).enhance(1 - 0.35 * edit.strength)


def _contrast(image: Image, edit: Edit) -> Image:
    from PIL import ImageEnhance

    less = re.search(r"less|reduc|lower|decreas|降低|减|weniger|menos|moins", edit.words)
    return ImageEnhance.Contrast(image).enhance(1 + (-0.35 if less else 0.4) * edit.strength)


def _saturate(image: Image, edit: Edit) -> Image:
    from PIL import ImageEnhance

    return ImageEnhance.Color(image).enhance(1 + 0.5 * edit.strength)


def _blur(image: Image, edit: Edit) -> Image:
    from PIL import ImageFilter

    return image.filter(ImageFilter.GaussianBlur(max(1.0, max(image.size) / 120 * edit.strength)))


def _sharpen(image: Image, edit: Edit) -> Image:
    from PIL import ImageFilter

    return image.filter(ImageFilter.UnsharpMask(radius=2, percent=int(130 * edit.strength), threshold=2))


def _square(image: Image, edit: Edit) -> Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _border(image: Image, edit: Edit) -> Image:
    from PIL import ImageOps

    color = next((color for color, words in COLORS.items() if re.search(words, edit.words)), "white")
    return ImageOps.expand(image, max(4, max(image.size) // 25), fill=color)


def _resize(image: Image, edit: Edit) -> Image:
    from PIL.Image import Resampling

    width, height = _wanted_size(image.size, edit.words)
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE):
        raise TaskError(f"{width} x {height} pixels is no size for an image; each side may have 1 to {_MOST_SIDE}")
    return image.resize((width, height), Resampling.LANCZOS)


def _wanted_size(size: tuple[int, int], words: str) -> tuple[int, int]:
    width, height = size
    if both := re.search(r"(\d+) ?(?:x|\*|by|mal|por|par|乘) ?(\d+)", words):
        return int(both[1]), int(both[2])
    if percent := re.search(r"(\d+) ?(?:%|percent|prozent|por ciento|pour cent)", words):
        return max(1, width * int(percent[1]) // 100), max(1, height * int(percent[1]) // 100)
    if pixels := re.search(r"(\d+) ?(?:px|pixel|像素)", words):
        return int(pixels[1]), max(1, round(height * int(pixels[1]) / width))
    return max(1, width // 2), max(1, height // 2)


_EDITS: dict[str, Callable[[Image, Edit], Image]] = {
    "grayscale": _grayscale,
    "sepia": _sepia,
    "invert": _invert,
    "rotate": _rotate,
    "flip": _flip,
    "brighten": _brighten,
    "darken": _darken,
    "contrast": _contrast,
    "saturate": _saturate,
    "blur": _blur,
    "sharpen": _sharpen,
    "crop to square": _square,
    "add border": _border,
    "resize": _resize,
}
