"""Sound from files, one after another: any that soundfile reads, of any rate and channels, read piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import InputError
from jarvis.voice.sound.audio import FRAME_SECONDS, SILENCE, Pace
from jarvis.voice.sound.frames import Framer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 16_384
"""Samples that are read at a time."""


class FileSource:
    """Plays files to the ears, with some silence between two of them."""

    def __init__(self, *paths: Path, pace: Pace | None = None, gap: float = 0.0) -> None:
        """`gap` is in seconds. Files are opened when their turn comes."""
        self._paths: Sequence[Path] = paths
        self._pace = pace or Pace()
        self._gap = gap

    @property
    def name(self) -> str:
        """The names of the files."""
        return ", ".join(path.name for path in self._paths)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The frames of all files in order.

        Raises:
            InputError: a file is missing, empty or no sound.
        """
        for index, path in enumerate(self._paths):
            if index:
                for _ in range(round(self._gap / FRAME_SECONDS)):
                    await self._pace.frame()
                    yield SILENCE
            async for frame in self._frames(path):
                await self._pace.frame()
                yield frame

    async def close(self) -> None:
        """Nothing stays open between frames' blocks but the file at hand, which its iteration closes."""

    async def _frames(self, path: Path) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(_opened, path)
        try:
            framer = Framer(file.samplerate)
            while len(block := await asyncio.to_thread(_read, file, path)):
                for frame in framer.feed(block):
                    yield frame
            for frame in framer.finish():
                yield frame
        finally:
            file.close()


def frames_of(path: Path) -> Iterator[bytes]:
    """The frames of one file, without a loop.

    Raises:
        InputError: the file is missing, empty or no sound.
    """
    with _opened(path) as file:
        framer = Framer(file.samplerate)
        while len(block := _read(file, path)):
            yield from framer.feed(block)
        yield from framer.finish()


def _opened(path: Path) -> Any:
    import soundfile

    if not path.is_file():
        raise InputError(f"there is no file {path}; name a sound file that is there", path=str(path))
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError) as error:
        way_out = "give a WAV, FLAC, OGG or MP3"
        raise InputError(f"{path} is not sound that can be read ({error}); {way_out}", path=str(path)) from error
    if file.frames == 0:
        file.close()
        raise InputError(f"{path} holds no sound; give a file in which something is heard", path=str(path))
    return file


def _read(file: Any, path: Path) -> NDArray[np.float32]:
    import soundfile

    try:
        block: NDArray[np.float32] = file.read(_BLOCK, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise InputError(f"{path} is damaged ({error}); make it anew", path=str(path)) from error
    return block
