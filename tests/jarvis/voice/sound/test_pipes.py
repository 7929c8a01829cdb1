"""Sound through a pipe: WAV of every usual kind, raw samples, and streams that break off."""

from __future__ import annotations

import asyncio
import io
import os
import struct
import threading

import numpy as np
import pytest

from jarvis.errors import InputError
from jarvis.voice.sound.frames import bytes_of, samples_of
from jarvis.voice.sound.pipes import Form, PipeSource
from jarvis.voice.sound.wav_stream import Layout, endless_header

TONE = (0.3 * np.sin(2 * np.pi * 500 * np.arange(16_000) / 16_000)).astype(np.float32)


def piped(data: bytes, form: Form = "auto", rate: int = 16_000, channels: int = 1) -> tuple[bytes, Layout | None]:
    """What is heard of bytes that another thread writes into a real pipe."""
    read, write = os.pipe()

    def send() -> None:
        with os.fdopen(write, "wb") as out:
            out.write(data)

    sender = threading.Thread(target=send)
    sender.start()

    async def hear() -> tuple[bytes, Layout | None]:
        with os.fdopen(read, "rb") as stream:
            source = PipeSource(stream, form, rate=rate, channels=channels)
            sound = b"".join([frame async for frame in source])
            await source.close()
            return sound, source.layout

    try:
        return asyncio.run(hear())
    finally:
        sender.join(5)


def header(form: int, channels: int, rate: int, bits: int, extra: bytes = b"") -> bytes:
    fmt = struct.pack("<HHIIHH", form, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + fmt + extra + b"data\xff\xff\xff\xff"


def pcm24(samples: np.ndarray) -> bytes:
    return (samples * 2**31).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


@pytest.mark.parametrize(
    ("data", "layout"),
    [
        (endless_header(16_000) + bytes_of(TONE), Layout(16_000, 1)),
        (header(1, 2, 16_000, 16) + bytes_of(np.repeat(TONE, 2)), Layout(16_000, 2)),
        (header(1, 1, 16_000, 24, b"LIST\x03\0\0\0abc\0") + pcm24(TONE), Layout(16_000, 1, 24)),
        (header(3, 1, 16_000, 32) + TONE.astype("<f4").tobytes(), Layout(16_000, 1, 32, floating=True)),
        (header(1, 1, 16_000, 8) + (TONE * 128 + 128).astype(np.uint8).tobytes(), Layout(16_000, 1, 8)),
        (bytes_of(TONE), Layout(16_000, 1)),
    ],
    ids=["16 bits", "stereo", "24 bits and a comment", "floats", "8 bits", "raw"],
)
def test_the_same_sound_is_heard_however_it_is_written(data: bytes, layout: Layout) -> None:
    sound, told = piped(data)

    assert told == layout
    heard = samples_of(sound)[: len(TONE)]
    np.testing.assert_allclose(heard, TONE, atol=0.01)


def test_another_rate_is_converted() -> None:
    wide = (0.3 * np.sin(2 * np.pi * 500 * np.arange(48_000) / 48_000)).astype(np.float32)

    for sound, _ in (
        piped(header(1, 1, 48_000, 16) + bytes_of(wide)),
        piped(bytes_of(wide), "raw", rate=48_000),
    ):
        assert abs(len(sound) // 2 - 16_000) <= 512
        assert int(np.argmax(np.abs(np.fft.rfft(samples_of(sound)[:16_000])))) == 500


@pytest.mark.parametrize(
    ("data", "form", "reason"),
    [
        (b"", "auto", "nothing came"),
        (b"RIFF\0\0\0\0WA", "auto", "ended in the middle"),
        (b"RIFF\0\0\0\0AVI LIST", "auto", "none"),
        (header(1, 1, 16_000, 12), "auto", "kind that is not understood"),
        (bytes_of(TONE), "wav", "is no WAV"),
    ],
)
def test_what_is_no_sound_is_said(data: bytes, form: Form, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        piped(data, form)


def test_a_sample_that_is_cut_in_two_is_not_lost() -> None:
    class Dribble(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(min(size or 3, 3))

    async def hear() -> bytes:
        return b"".join([frame async for frame in PipeSource(Dribble(bytes_of(TONE[:1600])), "raw")])

    np.testing.assert_array_equal(samples_of(asyncio.run(hear()))[:1600], samples_of(bytes_of(TONE[:1600])))
