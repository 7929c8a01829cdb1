"""Around a source: its clock, the silence after it, and a microphone that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

import jarvis.voice.around as around
from jarvis.errors import JarvisError
from jarvis.voice.around import Clock, LastingSource, NotingSink
from jarvis.voice.sound.audio import SILENCE, Pace
from jarvis.voice.sound.files import FileSource
from jarvis.voice.sound.sinks import NullSink
from tests.sounds import silence, write_wav


class _Loose:
    """A microphone with a loose plug: it goes away after 5 frames, twice."""

    name = "a loose microphone"

    def __init__(self) -> None:
        self.left = 2

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(5):
            yield SILENCE
        if self.left:
            self.left -= 1
            raise JarvisError("the microphone went away; plug it in")

    async def close(self) -> None:
        pass


async def _heard(source: LastingSource) -> int:
    return len([frame async for frame in source])


def test_after_a_file_there_is_silence_until_nothing_goes_on(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", silence(0.32))
    clock, pace = Clock(), Pace()
    source = LastingSource(FileSource(tmp_path / "a.wav"), clock, pace, lambda: clock() > 4.0, rest=1.0)

    frames = asyncio.run(_heard(source))

    assert clock() == pytest.approx(frames * 0.032)
    assert 4.0 < clock() < 4.1


def test_a_microphone_that_comes_back_is_heard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "_PATIENCE", 0.01)
    lost: list[str] = []
    clock = Clock()
    source = LastingSource(_Loose(), clock, Pace(), lambda: True, lambda error: lost.append(str(error)), rest=0.0)

    assert asyncio.run(_heard(source)) == 15
    assert lost == ["the microphone went away; plug it in"] * 2


def test_without_that_it_ends_with_the_reason() -> None:
    source = LastingSource(_Loose(), Clock(), Pace(), lambda: True)
    with pytest.raises(JarvisError, match="plug it in"):
        asyncio.run(_heard(source))


def test_the_first_sound_that_is_no_silence_is_told() -> None:
    told: list[float] = []
    sink = NotingSink(NullSink(), told.append)
    sound = np.concatenate([np.zeros(1600, np.float32), np.full(1600, 0.5, np.float32)])

    asyncio.run(sink.play(sound, 16_000))

    assert told == [pytest.approx(0.1)]
