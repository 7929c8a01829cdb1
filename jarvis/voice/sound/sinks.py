"""Sound that goes into a file, a pipe or nowhere, on the same clock as the sound that is heard.

Block n of the output is what was played while frame n of the input was heard; so a recording of both can be laid side
by side.
"""

from __future__ import annotations

import wave
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from jarvis.errors import StorageError
from jarvis.voice.sound.audio import FRAME, FRAME_BYTES, RATE
from jarvis.voice.sound.frames import bytes_of
from jarvis.voice.sound.playing import Playing
from jarvis.voice.sound.resampling import Resampler
from jarvis.voice.sound.wav_stream import endless_header

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples


class NullSink:
    """Plays to nobody, in the time that it would take. The other sinks of this module also write it down."""

    def __init__(self, rate: int = RATE) -> None:
        """`rate` is that of what is played: a multiple of 125, so that a frame is a whole number of samples."""
        self._playing = Playing(rate)
        self._block = rate * FRAME // RATE
        self._resampler = Resampler(rate, RATE)
        self._left = b""

    @property
    def volume(self) -> float:
        """From 0 to 1."""
        return self._playing.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._playing.volume = volume

    @property
    def position(self) -> float:
        """Seconds of queued sound that were played."""
        return self._playing.position

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return self._playing.queued

    async def play(self, samples: Samples, rate: int) -> float:
        """Queues sound; gives the position at which it ends."""
        return await self._playing.append(samples, rate)

    async def reached(self, position: float) -> None:
        """Waits until what ends there was played, or was dropped."""
        await self._playing.reached(position)

    def stop(self) -> float:
        """Drops what is queued."""
        return self._playing.clear()

    def tick(self) -> bytes:
        """Plays one frame's time; gives it at 16 kHz.

        Raises:
            StorageError: it cannot be written.
        """
        block = self._playing.take(self._block)
        self._write(block)
        self._left += bytes_of(self._resampler.feed(block))
        # The filter of another rate begins late by less than a millisecond.
        frame = self._left[:FRAME_BYTES]
        self._left = self._left[FRAME_BYTES:]
        return bytes(FRAME_BYTES - len(frame)) + frame

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, block: Samples) -> None:
        pass


class FileSink(NullSink):
    """Writes a mono 16-bit WAV."""

    def __init__(self, path: Path, rate: int = 24_000) -> None:
        """The file is begun anew.

        Raises:
            StorageError: it cannot be written.
        """
        super().__init__(rate)
        self._path = path
        try:
            self._handle = path.open("wb")
        except OSError as error:
            raise self._unwritable(error) from error
        self._file = wave.open(self._handle, "wb")  # noqa: SIM115 - closed by `close`
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(rate)
        self._open = True

    async def close(self) -> None:
        """Completes the file.

        Raises:
            StorageError: it cannot be written.
        """
        if not self._open:
            return
        self._open = False
        try:
            self._file.close()
            self._handle.close()
        except OSError as error:
            raise self._unwritable(error) from error

    def _write(self, block: Samples) -> None:
        try:
            self._file.writeframesraw(bytes_of(block))
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(f"cannot write {self._path} ({error.strerror}); choose another file for the sound")


class PipeSink(NullSink):
    """Writes a WAV of unknown length, or raw samples, to a stream: stdout. A slow reader slows the loop down."""

    def __init__(self, stream: BinaryIO, rate: int = RATE, *, raw: bool = False) -> None:
        """`raw` leaves the header out.

        Raises:
            StorageError: nobody reads.
        """
        super().__init__(rate)
        self._stream = stream
        if not raw:
            self._send(endless_header(rate))

    async def close(self) -> None:
        """Hands over what is left; the stream stays open."""
        # Whoever read it may have gone first; then nothing is lost that anybody wanted.
        with suppress(OSError, ValueError):
            self._stream.flush()

    def _write(self, block: Samples) -> None:
        self._send(bytes_of(block))

    def _send(self, sound: bytes) -> None:
        try:
            self._stream.write(sound)
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise StorageError(f"nobody takes the sound any more ({error}); pipe it into a player") from error
