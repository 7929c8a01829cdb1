"""Reading and writing images and sound: any image Pillow reads, any sound soundfile reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from jarvis.errors import TaskError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

MAX_PIXELS = 80_000_000
"""Larger images are refused before they are decoded: 80 megapixels are 240 MB as RGB."""


def read_image(path: Path) -> Image:
    """An image as RGB, turned upright by its EXIF orientation.

    Raises:
        TaskError: not an image, cut off, or larger than MAX_PIXELS.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large(path, image.width * image.height)
            return ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow has its own limits, above ours: from the lower one it warns, which a program may have made an error.
        said = re.search(r"\d+", str(error))
        raise _too_large(path, int(said[0]) if said else None) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise TaskError(f"{path.name} cannot be read as an image ({error}); is it whole?") from error


def _too_large(path: Path, pixels: int | None) -> TaskError:
    size = f"{-(-pixels // 1_000_000)} megapixels" if pixels else "too many pixels"
    return TaskError(
        f"{path.name} has {size}, more than the {MAX_PIXELS // 1_000_000} that are read; "
        "scale it down first, or cut out the part that matters"
    )


def read_audio(path: Path, rate: int = 16_000) -> NDArray[np.float32]:
    """Sound as mono samples in [-1, 1] at `rate` Hz, shape [samples].

    Raises:
        TaskError: not a sound file, or an empty one.
    """
    import soundfile

    try:
        samples, given = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise TaskError(f"{path.name} cannot be read as sound ({error}); is it whole?") from error
    if not len(samples):
        raise TaskError(f"{path.name} holds no sound")
    return resample(samples.mean(axis=1), int(given), rate)


def resample(samples: NDArray[np.float32], given: int, rate: int) -> NDArray[np.float32]:
    """Mono samples at another rate, by a polyphase filter."""
    import numpy as np

    if given == rate:
        return samples.astype(np.float32, copy=False)
    from math import gcd

    from scipy.signal import resample_poly

    step = gcd(given, rate)
    return np.asarray(resample_poly(samples, rate // step, given // step), dtype=np.float32)


def write_wav(file: BinaryIO, samples: NDArray[np.float32], rate: int) -> None:
    """Writes mono samples in [-1, 1] as 16-bit PCM."""
    import wave

    import numpy as np

    pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.tobytes())
