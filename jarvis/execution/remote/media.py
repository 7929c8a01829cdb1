"""Pictures and sounds on their way out and back in: made small, checked to be what they say they are."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.media import MAX_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image

_SOUNDS = (
    (b"RIFF", "audio/wav"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
)
"""How files begin."""


def jpeg(inputs: Inputs, slot: str = "image", longest: int = 1568) -> bytes:
    """The picture in a slot as JPEG, at most `longest` pixels wide and high, without the place where it was taken.

    Raises:
        TaskError: no picture, or one that cannot be decoded.
    """
    image = inputs.image(slot)
    image.thumbnail((longest, longest))
    with BytesIO() as out:
        image.save(out, format="JPEG", quality=90)
        return out.getvalue()


def data_url(content: bytes, media_type: str) -> str:
    """Bytes as a URL that carries them."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def from_base64(text: str) -> bytes:
    """The bytes that a text stands for, also those of a data URL.

    Raises:
        TaskError: it stands for none.
    """
    _, comma, rest = text.partition(",") if text.startswith("data:") else ("", ",", text)
    try:
        return base64.b64decode(rest if comma else "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TaskError("the picture that came back is no base64; try another model") from error


def write_image(content: bytes, sink: Sink, name: str = "image") -> Artifact:
    """Writes a picture that came from elsewhere, as PNG.

    Raises:
        TaskError: it is none, is cut off, or has more pixels than are read.
    """
    return sink.image(name, decoded(content))


def decoded(content: bytes) -> Image:
    """A picture that came from elsewhere.

    Raises:
        TaskError: it is none, is cut off, or has more pixels than are read.
    """
    from PIL import Image

    try:
        return checked_image(Image.open(BytesIO(content)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TaskError("the picture that came back has too many pixels; ask for fewer") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise TaskError(f"what came back is no whole picture ({error}); try another model") from error


def checked_image(image: Image) -> Image:
    """A picture that was opened, read to its end.

    Raises:
        TaskError: it is cut off, or has more pixels than are read.
    """
    if image.width * image.height > MAX_PIXELS:
        raise TaskError(f"the picture that came back has {image.width} x {image.height} pixels; ask for fewer")
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise TaskError(f"what came back is no whole picture ({error}); try another model") from error
    return image


def write_sound(content: bytes, sink: Sink, name: str = "speech") -> Artifact:
    """Writes a sound that came from elsewhere, as the kind of file that it is.

    Raises:
        TaskError: it is none that is known.
    """
    kind = next((kind for start, kind in _SOUNDS if content.startswith(start)), "")
    if not kind or (kind == "audio/wav" and content[8:12] != b"WAVE"):
        raise TaskError("what came back is no sound file (WAV, MP3, FLAC or Ogg); try another model or format")
    return sink.write(name, kind, lambda file: file.write(content))
