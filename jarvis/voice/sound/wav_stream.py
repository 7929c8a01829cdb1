"""WAV without an end: the header of sound that comes, or goes, through a pipe."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_ENDLESS = 0xFFFFFFFF
_LONGEST_CHUNK = 1 << 20
"""A chunk before the sound that is longer than this is no header."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How samples lie in a stream."""

    rate: int
    channels: int
    bits: int = 16
    floating: bool = False

    @property
    def block(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bits // 8

    def samples(self, sound: bytes) -> NDArray[np.float32]:
        """Whole blocks as samples in [-1, 1], shape [samples, channels]."""
        import numpy as np

        if self.floating:
            flat = np.frombuffer(sound, "<f4" if self.bits == 32 else "<f8").astype(np.float32)
        elif self.bits == 8:
            flat = (np.frombuffer(sound, np.uint8).astype(np.float32) - 128.0) / 128.0
        elif self.bits == 24:
            # The three bytes become the upper ones of an int32.
            wide = np.zeros((len(sound) // 3, 4), np.uint8)
            wide[:, 1:] = np.frombuffer(sound, np.uint8).reshape(-1, 3)
            flat = wide.view("<i4").ravel().astype(np.float32) / 2.0**31
        else:
            flat = np.frombuffer(sound, f"<i{self.bits // 8}").astype(np.float32) / 2.0 ** (self.bits - 1)
        return flat.reshape(-1, self.channels)


def read_header(read: Callable[[int], bytes], name: str) -> Layout:
    """Reads a WAV header up to the first sample; `read(n)` gives exactly n bytes, or fewer at the end.

    The first four bytes, RIFF, were read already.

    Raises:
        InputError: it is no WAV, or one that is not understood.
    """
    _, form = struct.unpack("<I4s", _exactly(read, 8, name))
    if form != b"WAVE":
        raise InputError(f"{name} begins like a WAV but is none; pipe in WAV or raw samples", path=name)
    layout: Layout | None = None
    while True:
        kind, size = struct.unpack("<4sI", _exactly(read, 8, name))
        if kind == b"data":
            if layout is None:
                raise InputError(f"the WAV header of {name} says nothing about its samples; make it anew", path=name)
            return layout
        if size > _LONGEST_CHUNK:
            raise InputError(f"the WAV header of {name} is damaged; make it anew", path=name)
        chunk = _exactly(read, size + size % 2, name)
        if kind == b"fmt ":
            layout = _layout(chunk, name)


def _layout(chunk: bytes, name: str) -> Layout:
    if len(chunk) < 16:
        raise InputError(f"the WAV header of {name} is damaged; make it anew", path=name)
    form, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
    if form == _EXTENSIBLE and len(chunk) >= 26:
        form = struct.unpack("<H", chunk[24:26])[0]
    known = (form == _PCM and bits in (8, 16, 24, 32)) or (form == _FLOAT and bits in (32, 64))
    if not known or not 1 <= channels <= 32:
        raise InputError(f"{name} is a WAV of a kind that is not understood; pipe in 16-bit PCM", path=name)
    return Layout(rate, channels, bits, floating=form == _FLOAT)


def _exactly(read: Callable[[int], bytes], count: int, name: str) -> bytes:
    got = read(count)
    if len(got) < count:
        raise InputError(f"{name} ended in the middle of the WAV header; pipe in a whole one", path=name)
    return got


def endless_header(rate: int) -> bytes:
    """The header of mono 16-bit sound whose length nobody knows yet."""
    form = struct.pack("<HHIIHH", _PCM, 1, rate, 2 * rate, 2, 16)
    return b"RIFF" + struct.pack("<I", _ENDLESS) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data\xff\xff\xff\xff"
