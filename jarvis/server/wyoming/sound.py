"""Sound of the wire as frames of 16 kHz, and samples as sound of the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event

from jarvis.server.wyoming.wire import WireError, parsed
from jarvis.voice.sound.frames import Framer, bytes_of
from jarvis.voice.sound.wav_stream import Layout

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

RATES = range(4_000, 192_001)
WIDTHS = (1, 2, 3, 4)
MOST_CHANNELS = 8
CHUNK = 1024
"""Samples of one chunk that is sent."""


def chunk_of(event: Event) -> AudioChunk:
    """A chunk whose format can be heard.

    Raises:
        WireError: it is in another format.
    """
    if not all(isinstance(event.data.get(name), int) for name in ("rate", "width", "channels")):
        raise WireError("the rate, width and channels of sound must be whole numbers")
    chunk = parsed(AudioChunk, event)
    if chunk.rate not in RATES or chunk.width not in WIDTHS or not 1 <= chunk.channels <= MOST_CHANNELS:
        raise WireError(
            f"sound of {chunk.rate} Hz, {chunk.width} bytes, {chunk.channels} channels cannot be heard; "
            f"send {RATES.start} to {RATES[-1]} Hz, 1 to 4 bytes, 1 to {MOST_CHANNELS} channels of PCM"
        )
    return chunk


class Ear:
    """Turns chunks of any format into frames; the format may change on the way."""

    def __init__(self) -> None:
        self._layout: Layout | None = None
        self._framer: Framer | None = None
        self._left = b""

    def feed(self, chunk: AudioChunk) -> Iterator[bytes]:
        """The frames that are complete with this chunk."""
        layout = Layout(chunk.rate, chunk.channels, 8 * chunk.width)
        if layout != self._layout or self._framer is None:
            yield from self.finish()
            self._layout, self._framer, self._left = layout, Framer(chunk.rate), b""
        sound = self._left + chunk.audio
        whole = len(sound) // layout.block * layout.block
        self._left = sound[whole:]
        yield from self._framer.feed(layout.samples(sound[:whole]))

    def finish(self) -> Iterator[bytes]:
        """The last frames; the next chunk begins a new sound."""
        framer, self._framer = self._framer, None
        if framer is not None:
            yield from framer.finish()


def start_of(rate: int) -> AudioStart:
    """The beginning of sound that is sent: mono, 16 bits."""
    return AudioStart(rate=rate, width=2, channels=1, timestamp=0)


def chunks_of(samples: Samples, rate: int, began: float = 0.0) -> Iterator[AudioChunk]:
    """Samples as chunks; `began` is how many seconds were sent before."""
    sound = bytes_of(samples)
    for at in range(0, len(sound), 2 * CHUNK):
        timestamp = round(1000 * (began + at / 2 / rate))
        yield AudioChunk(rate=rate, width=2, channels=1, audio=sound[at : at + 2 * CHUNK], timestamp=timestamp)
