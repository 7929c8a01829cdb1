"""Spoken answers: what is heard when, and what was heard when it is cut off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from jarvis.errors import ModelError
from jarvis.settings import Settings
from jarvis.voice.mouth.speaking import Mouth, Said, Voice
from jarvis.voice.sound.audio import FRAME_SECONDS
from jarvis.voice.sound.sinks import NullSink

T = TypeVar("T")


@dataclass
class Tone:
    """A voice that hums 50 ms for each letter."""

    model_id: str = "tone"
    language: str = "en"
    rate: int = 16_000
    sentences: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def speak(self, sentence: str) -> NDArray[np.float32]:
        time.sleep(self.seconds)
        self.sentences.append(sentence)
        return np.full(len(sentence) * 800, 0.5, np.float32)

    def parts(self, sentence: str) -> Iterator[NDArray[np.float32]]:
        whole = self.speak(sentence)
        yield from (whole[: len(whole) // 2], whole[len(whole) // 2 :])


@dataclass(frozen=True)
class Chime:
    samples: NDArray[np.float32] = field(default_factory=lambda: np.full(8_000, 0.5, np.float32))
    rate: int = 16_000
    words: str = "ding dong"


class Room:
    """A sink whose time runs four times as quickly as the wall's, and what was heard in it."""

    def __init__(self) -> None:
        self.sink = NullSink(16_000)
        self.heard: list[float] = []
        self._frame = asyncio.Condition()

    async def run(self) -> None:
        while True:
            block = np.frombuffer(self.sink.tick(), "<i2")
            self.heard.append(float(np.abs(block.astype(np.float32)).max()) / 32768)
            async with self._frame:
                self._frame.notify_all()
            await asyncio.sleep(FRAME_SECONDS / 4)

    async def loud(self, seconds: float) -> None:
        """Waits until so much was heard."""
        async with self._frame:
            await self._frame.wait_for(lambda: self.loud_seconds >= seconds)

    @property
    def loud_seconds(self) -> float:
        return sum(level > 0.01 for level in self.heard) * FRAME_SECONDS


def _with_mouth(
    use: Callable[[Mouth, Room], Awaitable[T]], tmp_path: Path, voice: Tone | None = None, cache_mb: int = 0
) -> T:
    async def run() -> T:
        room = Room()
        settings = Settings(cache_mb=cache_mb, cache_dir=tmp_path)
        mouth = Mouth(room.sink, settings, opener=lambda _settings, _language: voice or Tone())
        time_goes_on = asyncio.create_task(room.run())
        try:
            return await asyncio.wait_for(use(mouth, room), 30)
        finally:
            await mouth.close()
            time_goes_on.cancel()
            with suppress(asyncio.CancelledError):
                await time_goes_on

    return asyncio.run(run())


async def _pieces(*pieces: str | Chime, gap: float = 0.0) -> AsyncIterator[str | Chime]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(gap)


def test_all_of_a_text_is_heard_sentence_by_sentence(tmp_path: Path) -> None:
    voice = Tone()

    async def said(mouth: Mouth, room: Room) -> tuple[Said, float]:
        return await mouth.say("The light is on. The fan is off."), room.loud_seconds

    words, seconds = _with_mouth(said, tmp_path, voice)

    assert words == Said("The light is on. The fan is off.")
    assert voice.sentences == ["The light is on.", "The fan is off."]
    assert seconds == pytest.approx(32 * 0.05, abs=0.2)


def test_sentences_and_sounds_are_said_as_they_come(tmp_path: Path) -> None:
    async def said(mouth: Mouth, room: Room) -> tuple[Said, float]:
        return await mouth.say(_pieces("One", " two.", Chime(), "Three.", gap=0.05)), room.loud_seconds

    words, seconds = _with_mouth(said, tmp_path)

    assert words == Said("One two. ding dong Three.")
    assert seconds == pytest.approx(14 * 0.05 + 0.5, abs=0.2)


def test_a_stop_silences_at_once_and_tells_the_words_apart(tmp_path: Path) -> None:
    text = "One two three four five six. Seven eight nine."

    async def said(mouth: Mouth, room: Room) -> tuple[Said, Said, float]:
        saying = asyncio.create_task(mouth.say(text))
        await room.loud(0.7)
        told = mouth.stop()
        loud = room.loud_seconds
        result = await saying
        await asyncio.sleep(0.1)
        return told, result, room.loud_seconds - loud

    told, result, after = _with_mouth(said, tmp_path)

    assert told == result
    assert f"{told.spoken} {told.unspoken}" == text
    assert told.spoken.split() in [text.split()[:count] for count in (3, 4)]  # 28 letters last 1.4 s
    assert after <= 2 * FRAME_SECONDS


def test_what_waits_is_dropped_by_a_stop(tmp_path: Path) -> None:
    async def said(mouth: Mouth, room: Room) -> tuple[Said, Said, bool]:
        first = asyncio.create_task(mouth.say("A sentence that lasts quite long, longer than this test."))
        second = asyncio.create_task(mouth.say("Never."))
        await room.loud(0.01)
        assert mouth.speaking
        mouth.stop()
        return await first, await second, mouth.speaking

    first, second, speaking = _with_mouth(said, tmp_path)

    assert first.unspoken
    assert second == Said("", "Never.")
    assert not speaking


def test_the_next_sentence_is_made_while_one_is_heard(tmp_path: Path) -> None:
    voice = Tone(seconds=0.15)

    async def pauses(mouth: Mouth, room: Room) -> list[bool]:
        await mouth.say("This is the first sentence here. And this is the second one.")
        loud = [level > 0.01 for level in room.heard]
        return loud[loud.index(True) : len(loud) - loud[::-1].index(True)]

    between = _with_mouth(pauses, tmp_path, voice)

    # The pause is 0.18 s; making the second sentence took 0.6 s of the room's time.
    assert between.count(False) * FRAME_SECONDS < 0.4


def test_a_second_say_waits_for_the_first(tmp_path: Path) -> None:
    voice = Tone()

    async def said(mouth: Mouth, room: Room) -> list[Said]:
        return list(await asyncio.gather(mouth.say("One."), mouth.say("Two.")))

    assert _with_mouth(said, tmp_path, voice) == [Said("One."), Said("Two.")]
    assert voice.sentences == ["One.", "Two."]


def test_what_was_said_is_said_again(tmp_path: Path) -> None:
    async def said(mouth: Mouth, room: Room) -> list[Said]:
        return [await mouth.repeat(), await mouth.say(_pieces("One.", Chime())), await mouth.repeat()]

    assert _with_mouth(said, tmp_path) == [Said(""), Said("One. ding dong"), Said("One. ding dong")]


def test_louder_and_quieter_go_in_steps_and_never_to_silence(tmp_path: Path) -> None:
    async def volumes(mouth: Mouth, room: Room) -> list[float]:
        mouth.volume = 0.5
        return [mouth.louder(), mouth.quieter(), *(mouth.quieter() for _ in range(5)), room.sink.volume]

    assert _with_mouth(volumes, tmp_path) == [0.65, 0.5, 0.35, 0.2, 0.1, 0.1, 0.1, 0.1]


def test_what_cannot_be_said_counts_as_said(tmp_path: Path) -> None:
    voice = Tone()

    async def said(mouth: Mouth, room: Room) -> Said:
        assert await mouth.say("***") == Said("***")
        return await mouth.say("*** One /tmp/a/b.png.")

    assert _with_mouth(said, tmp_path, voice) == Said("*** One /tmp/a/b.png.")
    assert voice.sentences == ["One b png."]


def test_a_sentence_that_was_said_before_is_not_made_again(tmp_path: Path) -> None:
    voice = Tone()

    async def said(mouth: Mouth, room: Room) -> None:
        await mouth.prepare("One.", "Two.")
        await mouth.say("One. Two.")

    _with_mouth(said, tmp_path, voice, cache_mb=10)
    _with_mouth(said, tmp_path, voice, cache_mb=10)

    assert voice.sentences == ["One.", "Two."]
    assert (tmp_path / "voice").stat().st_mode & 0o777 == 0o700


def test_a_language_without_a_voice_is_told(tmp_path: Path) -> None:
    def none(settings: Settings, language: str) -> Voice:
        raise ModelError(f"no voice here speaks {language}")

    async def said() -> Said:
        mouth = Mouth(NullSink(), Settings(cache_dir=tmp_path), opener=none)
        return await mouth.say("Guten Tag.", "de")

    with pytest.raises(ModelError, match="no voice here speaks de"):
        asyncio.run(said())


def test_work_is_marked_as_busy(tmp_path: Path) -> None:
    marks: list[str] = []

    @contextmanager
    def busy() -> Iterator[None]:
        marks.append("begins")
        yield
        marks.append("ends")

    async def said() -> None:
        mouth = Mouth(NullSink(), Settings(cache_mb=0), busy=busy, opener=lambda _settings, _language: Tone())
        await mouth.warm("en")
        await mouth.close()

    asyncio.run(said())

    assert marks == ["begins", "ends"] * 2
