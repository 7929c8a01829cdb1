"""From blocks of any rate and any channels to frames, and between the two ways samples are written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jarvis.voice.sound.audio import FRAME_BYTES, RATE
from jarvis.voice.sound.resampling import Resampler

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jarvis.voice.sound.audio import Samples


def samples_of(sound: bytes) -> Samples:
    """int16 little-endian bytes as samples in [-1, 1), shape [samples]."""
    import numpy as np

    return np.frombuffer(sound, "<i2").astype(np.float32) / 32768.0


def bytes_of(samples: Samples) -> bytes:
    """Samples in [-1, 1] as int16 little-endian bytes; what is louder is cut off."""
    import numpy as np

    return bytes(np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes())


def mono(block: NDArray[np.float32]) -> Samples:
    """Shape [samples, channels] or [samples] as one channel: their mean."""
    import numpy as np

    return block if block.ndim == 1 else np.asarray(block.mean(axis=1), np.float32)


class Framer:
    """Cuts sound into frames of 16 kHz; blocks may have any length."""

    def __init__(self, rate: int) -> None:
        """`rate` is that of the blocks.

        Raises:
            UsageError: a rate that no sound has.
        """
        self._resampler = Resampler(rate, RATE)
        self._left = b""

    def feed(self, block: NDArray[np.float32]) -> Iterator[bytes]:
        """The frames that are complete with this block, shape [samples] or [samples, channels]."""
        self._left += bytes_of(self._resampler.feed(mono(block)))
        whole = len(self._left) // FRAME_BYTES * FRAME_BYTES
        sound, self._left = self._left[:whole], self._left[whole:]
        return (sound[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES))

    def finish(self) -> Iterator[bytes]:
        """The last frames; the very last is filled up with silence."""
        import numpy as np

        left = self._left + bytes_of(self._resampler.finish())
        self._left = left + bytes(-len(left) % FRAME_BYTES)
        return Framer.feed(self, np.zeros(0, np.float32))
