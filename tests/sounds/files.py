"""Samples as files and as the frames of the voice loop."""

from __future__ import annotations

import os
import tempfile
import wave
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono sound in [-1, 1], shape [samples]."""
RATE = 16_000
"""Samples a second of all sound here."""


def pcm(samples: Samples) -> bytes:
    """As 16-bit little-endian integers; what is louder than 1 is cut off."""
    return (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def samples_of(data: bytes) -> Samples:
    """The samples of 16-bit little-endian integers."""
    return np.asarray(np.frombuffer(data, "<i2") / 32767, np.float32)


def frames(samples: Samples, size: int = 512) -> list[bytes]:
    """As frames of the voice loop, 1024 bytes each; the last one is filled up with silence."""
    data = pcm(np.pad(samples, (0, -len(samples) % size)))
    return [data[at : at + 2 * size] for at in range(0, len(data), 2 * size)]


def write_wav(to: Path | IO[bytes], samples: Samples, rate: int = RATE) -> None:
    """A 16-bit mono WAV file."""
    with wave.open(str(to) if isinstance(to, Path) else to, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm(samples))


def read_wav(path: Path) -> Samples:
    """The samples of a 16-bit mono WAV file at 16 kHz."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path} is not 16-bit mono sound at {RATE} Hz")
        return samples_of(file.readframes(file.getnframes()))


def keep_wav(path: Path, samples: Samples) -> Samples:
    """Writes a file whole or not at all, as several tests may make the same sound at once; gives what it holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    with os.fdopen(handle, "wb") as file:
        write_wav(file, samples)
    os.replace(name, path)
    return samples_of(pcm(samples))


def folder() -> Path:
    """Where sound that was made is kept: JARVIS_TEST_SOUNDS, or `build/sounds` of the repository."""
    chosen = os.environ.get("JARVIS_TEST_SOUNDS")
    return Path(chosen) if chosen else Path(__file__).parents[2] / "build" / "sounds"
