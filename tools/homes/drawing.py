"""What a simulated camera sees: a drawn room, or a picture of the user's, with the words SIMULATED CAMERA on it."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.tools.homes.protocol import HomeError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_SIZE = (640, 480)
_LABEL = 40
"""Height of the line of text, in pixels."""


def draw_room(name: str, lit: bool, now: datetime) -> Image:
    """A room with a window, a table and a plant, 640 by 480, bright or dark."""
    from PIL import Image, ImageDraw

    wall, floor = ((236, 226, 205), (150, 111, 78)) if lit else ((62, 64, 82), (44, 38, 40))
    image = Image.new("RGB", _SIZE, wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 330, *_SIZE), fill=floor)
    _draw_window(draw, day=7 <= now.hour < 19)
    draw.rectangle((330, 280, 560, 298), fill=(110, 74, 44))
    for left in (345, 530):
        draw.rectangle((left, 298, left + 14, 420), fill=(96, 62, 36))
    draw.rectangle((90, 350, 150, 420), fill=(178, 84, 60))
    for x, y in ((70, 290), (95, 250), (120, 230), (140, 260), (160, 300)):
        draw.line((120, 350, x, y), fill=(52, 110, 62), width=9)
    return labelled(image, name, now)


def read_picture(path: Path, name: str, now: datetime) -> Image:
    """A picture of the user's as a camera sees it.

    Raises:
        HomeError: it cannot be opened.
    """
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return labelled(picture.convert("RGB"), name, now)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise HomeError(f"the picture of {name} cannot be opened ({error}); replace {path}") from error


def labelled(image: Image, name: str, now: datetime) -> Image:
    """The picture with a line of text over its lower end."""
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(image)
    top = image.height - _LABEL
    draw.rectangle((0, top, *image.size), fill=(0, 0, 0))
    text = f"SIMULATED CAMERA   {name}   {now:%Y-%m-%d %H:%M}"
    draw.text((12, top + 10), text, fill=(255, 220, 80), font=ImageFont.load_default(18))
    return image


def as_png(image: Image) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    image.save(file, format="PNG")
    return file.getvalue()


def _draw_window(draw: ImageDraw, day: bool) -> None:
    draw.rectangle((90, 60, 290, 210), fill=(150, 200, 240) if day else (18, 22, 48), outline=(250, 250, 250), width=8)
    draw.line((190, 60, 190, 210), fill=(250, 250, 250), width=6)
    draw.line((90, 135, 290, 135), fill=(250, 250, 250), width=6)
