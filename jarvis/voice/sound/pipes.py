"""Sound from a pipe: `arecord -f S16_LE -r 16000 | jarvis voice --stdin`, or a WAV of any rate."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal, Protocol

from jarvis.errors import InputError
from jarvis.voice.sound.audio import RATE, Pace
from jarvis.voice.sound.frames import Framer
from jarvis.voice.sound.wav_stream import Layout, read_header

Form = Literal["auto", "wav", "raw"]
"""`auto`: WAV when the first four bytes say so, else raw samples."""

_PIECE = 4096
_AHEAD = 32
"""Pieces that are read before somebody takes them; then the writer has to wait."""


class Readable(Protocol):
    """What of a binary stream is used: `sys.stdin.buffer`, a socket's file."""

    def read(self, size: int, /) -> bytes:
        """Exactly so many bytes, fewer only at the end."""
        ...

    def read1(self, size: int, /) -> bytes:
        """What is there, at least one byte; b"" at the end."""
        ...


class PipeSource:
    """Hears a stream. It is read in a thread of its own, which ends with the stream or the process."""

    def __init__(
        self,
        stream: Readable,
        form: Form = "auto",
        *,
        rate: int = RATE,
        channels: int = 1,
        name: str = "stdin",
        pace: Pace | None = None,
    ) -> None:
        """`rate` and `channels` are those of raw samples (int16, little-endian); a WAV says its own."""
        self._stream = stream
        self._form: Form = form
        self._raw = Layout(rate, channels)
        self._name = name
        self._pace = pace or Pace()
        self._closed = threading.Event()
        self.layout: Layout | None = None
        """How the samples lie; known when the first frame was given."""

    @property
    def name(self) -> str:
        """The stream's name."""
        return self._name

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The frames in order, until the stream ends.

        Raises:
            InputError: nothing came, or a WAV that is not understood.
        """
        pieces: asyncio.Queue[bytes | Exception] = asyncio.Queue(_AHEAD)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop, pieces), name=f"read {self._name}", daemon=True).start()
        framer: Framer | None = None
        left = b""
        while piece := await pieces.get():
            if isinstance(piece, Exception):
                raise piece
            assert self.layout is not None
            framer = framer or Framer(self.layout.rate)
            left += piece
            whole = len(left) // self.layout.block * self.layout.block
            for frame in framer.feed(self.layout.samples(left[:whole])):
                await self._pace.frame()
                yield frame
            left = left[whole:]
        if framer is None:
            raise InputError(f"nothing came through {self._name}; pipe in WAV or raw 16-bit samples", path=self._name)
        for frame in framer.finish():
            yield frame

    async def close(self) -> None:
        """Reads no further."""
        self._closed.set()

    def _read(self, loop: asyncio.AbstractEventLoop, pieces: asyncio.Queue[bytes | Exception]) -> None:
        def hand_over(piece: bytes | Exception) -> None:
            asyncio.run_coroutine_threadsafe(pieces.put(piece), loop).result()

        # The loop may end while a piece waits for its turn: then nobody wants it.
        with suppress(RuntimeError, asyncio.CancelledError):
            try:
                self._pieces(hand_over)
            except (InputError, OSError, ValueError) as error:
                told = error if isinstance(error, InputError) else self._lost(error)
                hand_over(told)

    def _pieces(self, hand_over: object) -> None:
        assert callable(hand_over)
        first = self._stream.read(4)
        if self._form == "wav" and first != b"RIFF":
            raise InputError(f"{self._name} is no WAV; pipe in a WAV, or say that it is raw", path=self._name)
        if first == b"RIFF" and self._form != "raw":
            self.layout = read_header(self._stream.read, self._name)
        else:
            self.layout = self._raw
            if first:
                hand_over(first)
        while not self._closed.is_set():
            piece = self._stream.read1(_PIECE)
            hand_over(piece)
            if not piece:
                return

    def _lost(self, error: Exception) -> InputError:
        return InputError(f"{self._name} cannot be read any more ({error}); start the pipe again", path=self._name)
