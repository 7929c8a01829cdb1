"""What is played: on the clock of what is heard, silent at once when told."""

from __future__ import annotations

import asyncio
import io
import wave
from pathlib import Path

import numpy as np
import pytest

from jarvis.errors import StorageError
from jarvis.voice.sound.audio import FRAME_BYTES, FRAME_SECONDS, SILENCE
from jarvis.voice.sound.frames import samples_of
from jarvis.voice.sound.pipes import PipeSource
from jarvis.voice.sound.sinks import FileSink, NullSink, PipeSink

TONE = (0.5 * np.sin(2 * np.pi * 500 * np.arange(24_000) / 24_000)).astype(np.float32)


def test_positions_count_what_was_heard_and_not_the_silence_between() -> None:
    async def main() -> None:
        sink = NullSink()
        first = await sink.play(TONE, 24_000)
        assert (first, sink.queued, sink.position) == (1.0, 1.0, 0.0)
        for _ in range(40):
            sink.tick()
        assert (sink.queued, sink.position) == (0.0, 1.0)
        assert await sink.play(TONE[:12_000], 24_000) == 1.5

    asyncio.run(main())


def test_a_stop_is_silent_within_a_frame_and_tells_how_far_it_came() -> None:
    async def main() -> None:
        sink = NullSink()
        end = await sink.play(TONE, 24_000)
        waiting = asyncio.create_task(sink.reached(end))
        for _ in range(10):
            sink.tick()
        await asyncio.sleep(0)
        assert not waiting.done()

        assert sink.stop() == pytest.approx(10 * FRAME_SECONDS)

        dying, after = samples_of(sink.tick()), sink.tick()
        assert np.abs(dying[80:]).max() == 0.0  # 5 ms in which it dies away
        assert after == SILENCE
        await asyncio.wait_for(waiting, 1)
        assert await sink.play(TONE[:12_000], 24_000) == pytest.approx(10 * FRAME_SECONDS + 0.5)

    asyncio.run(main())


def test_a_long_answer_waits_until_it_can_be_queued() -> None:
    async def main() -> None:
        sink = NullSink()
        await sink.play(np.tile(TONE, 2), 24_000)
        more = asyncio.create_task(sink.play(TONE, 24_000))
        await asyncio.sleep(0.01)
        assert not more.done()
        for _ in range(34):
            sink.tick()
        assert await asyncio.wait_for(more, 1) == pytest.approx(3.0)

    asyncio.run(main())


def test_the_volume_changes_what_is_queued_already() -> None:
    async def main() -> None:
        sink = NullSink()
        await sink.play(TONE, 24_000)
        loud = np.abs(samples_of(b"".join(sink.tick() for _ in range(5)))).max()
        sink.volume = 0.5
        sink.tick()
        soft = np.abs(samples_of(b"".join(sink.tick() for _ in range(5)))).max()
        assert soft == pytest.approx(loud / 2, rel=0.05)
        assert sink.volume == 0.5

    asyncio.run(main())


def test_a_file_is_as_long_as_what_was_heard_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"

    async def main() -> list[bytes]:
        sink = FileSink(path)
        played = [sink.tick() for _ in range(10)]
        await sink.play(TONE, 24_000)
        played += [sink.tick() for _ in range(50)]
        await sink.close()
        await sink.close()
        return played

    played = asyncio.run(main())

    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (24_000, 1, 60 * 768)
        written = np.frombuffer(file.readframes(60 * 768), "<i2") / 32768
    assert not written[: 10 * 768].any()
    assert np.abs(written[10 * 768 : 10 * 768 + 24_000] - TONE).max() < 1e-3
    reference = samples_of(b"".join(played))
    assert {len(frame) for frame in played} == {FRAME_BYTES}
    assert np.flatnonzero(np.abs(reference) > 0.1)[0] == pytest.approx(10 * 512, abs=40)


def test_a_pipe_can_be_heard_by_our_own_ears() -> None:
    out = io.BytesIO()

    async def main() -> bytes:
        sink = PipeSink(out)
        await sink.play(TONE, 24_000)
        for _ in range(32):
            sink.tick()
        await sink.close()
        out.seek(0)
        return b"".join([frame async for frame in PipeSource(out, "wav")])

    heard = samples_of(asyncio.run(main()))
    assert int(np.argmax(np.abs(np.fft.rfft(heard[:16_000])))) == 500


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="choose another file"):
        FileSink(tmp_path / "no folder" / "out.wav")

    closed = io.BytesIO()
    sink = PipeSink(closed)
    closed.close()
    with pytest.raises(StorageError, match="nobody takes the sound"):
        sink.tick()
