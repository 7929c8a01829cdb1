"""Files of any rate and channels become frames; what is no sound is named."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from jarvis.errors import InputError
from jarvis.voice.sound.audio import FRAME_BYTES, SILENCE, Pace
from jarvis.voice.sound.files import FileSource, frames_of
from jarvis.voice.sound.frames import samples_of
from tests.sounds import say, scaled


async def heard(source: FileSource) -> list[bytes]:
    return [frame async for frame in source]


@pytest.mark.parametrize(
    ("name", "rate", "channels"), [("a.wav", 44_100, 2), ("a.flac", 48_000, 1), ("a.ogg", 8_000, 1)]
)
def test_any_sound_file_is_heard_at_16_khz(tmp_path: Path, name: str, rate: int, channels: int) -> None:
    time = np.arange(rate) / rate
    tone = 0.4 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / name, np.stack([tone] * channels, axis=1), rate)

    frames = asyncio.run(heard(FileSource(tmp_path / name)))

    sound = samples_of(b"".join(frames))
    assert {len(frame) for frame in frames} == {FRAME_BYTES}
    assert abs(len(sound) - 16_000) < 2 * 512
    spectrum = np.abs(np.fft.rfft(sound[:16_000]))
    assert int(np.argmax(spectrum)) == 440
    assert float(np.sqrt(np.mean(sound[2_000:14_000] ** 2))) == pytest.approx(0.4 / np.sqrt(2), rel=0.05)


def test_files_follow_each_other_with_silence_between(tmp_path: Path) -> None:
    order = scaled(say("Turn on the light."), -20)
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / name, order, 16_000)
    one = list(frames_of(tmp_path / "a.wav"))

    both = asyncio.run(heard(FileSource(tmp_path / "a.wav", tmp_path / "b.wav", gap=1.0)))

    assert both == [*one, *[SILENCE] * 31, *one]


def test_real_time_is_kept_where_it_is_wanted(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(8_000, 0.1), 16_000)

    async def seconds(pace: Pace) -> float:
        began = asyncio.get_running_loop().time()
        await heard(FileSource(tmp_path / "a.wav", pace=pace))
        return asyncio.get_running_loop().time() - began

    assert 0.4 < asyncio.run(seconds(Pace(real_time=True))) < 2.5
    assert asyncio.run(seconds(Pace())) < 0.3


def test_frames_come_in_real_time_while_somebody_is_busy(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(16_000 * 20, 0.1), 16_000)
    pace = Pace()

    async def count() -> int:
        taken = 0

        async def listen() -> None:
            nonlocal taken
            async for _ in FileSource(tmp_path / "a.wav", pace=pace):
                taken += 1

        with pace.busy():
            listening = asyncio.create_task(listen())
            await asyncio.sleep(0.4)
        while_busy = taken
        await listening
        assert taken == 625
        return while_busy

    assert asyncio.run(count()) < 40


def test_what_is_no_sound_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not sound")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 16_000)

    for name, reason in (("gone.wav", "there is no file"), ("text.wav", "not sound"), ("empty.wav", "holds no sound")):
        with pytest.raises(InputError, match=reason) as caught:
            asyncio.run(heard(FileSource(tmp_path / name)))
        assert caught.value.path.endswith(name)
