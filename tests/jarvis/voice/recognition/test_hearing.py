"""Words out of sound while one still speaks, with the real recognisers and one that can be watched."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from jarvis.errors import ModelError
from jarvis.settings import Settings
from jarvis.voice.recognition.hearing import Heard, Hearing, Partial, open_recogniser
from jarvis.voice.recognition.hearing import quietest as quietest_place
from tests.sounds import Samples, frames, pcm, say, silence, together

pytestmark = pytest.mark.xdist_group("whisper")  # loaded once
ORDER = "Set the bedroom thermostat to twenty one degrees and turn off all the lights downstairs."


@dataclass
class Counting:
    """Writes how many tenths of a second it was given, as words."""

    model_id: str = "counting"
    languages: tuple[str, ...] = ("en",)
    longest: float = 5.0
    seconds: float = 0.0
    """How long it takes."""
    calls: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def transcribe(
        self, samples: NDArray[np.float32], language: str = "", given_up: Callable[[], bool] | None = None
    ) -> Heard:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        self.calls.append(len(samples) / 16_000)
        time.sleep(self.seconds)
        with self.lock:
            self.at_once -= 1
        words = " ".join(f"w{number}" for number in range(int(len(samples) / 1600)))
        return Heard(words, language or "en", len(samples) / 16_000)


async def _hear(hearing: Hearing, sound: Samples, pace: float = 0.001) -> None:
    hearing.start()
    for frame in frames(sound):
        hearing.feed(frame)
        await asyncio.sleep(pace)


def test_the_text_grows_and_its_stable_words_stay() -> None:
    partials: list[Partial] = []

    async def heard() -> Heard:
        hearing = Hearing(open_recogniser(Settings(threads=1)), partials.append)
        await _hear(hearing, together(0.2, say(ORDER, "joe"), 0.3), pace=0.032)
        hearing.paused()
        return await hearing.finish()

    whole = asyncio.run(heard())

    assert "thermostat" in whole.text
    assert len(partials) >= 3
    assert partials[-1] == Partial(whole.text, whole.text)
    assert partials[0].stable == ""
    words = whole.text.lower().rstrip(".").split()
    stable = [partial.stable.lower().rstrip(".").split() for partial in partials[:-1]]
    kept = [said == words[: len(said)] for said in stable]
    assert sum(kept) >= 0.7 * len(kept)


def test_the_whole_text_is_recognised_while_the_pause_lasts() -> None:
    recogniser = Counting(seconds=0.2)

    async def waited() -> tuple[float, Heard]:
        hearing = Hearing(recogniser)
        await _hear(hearing, silence(0.5))
        hearing.paused()
        for frame in frames(silence(0.5)):
            hearing.feed(frame)
            await asyncio.sleep(0.032)
        began = time.monotonic()
        return time.monotonic() - began, await hearing.finish()

    seconds, heard = asyncio.run(waited())

    assert seconds < 0.1
    assert heard.seconds == pytest.approx(0.5, abs=0.05)
    assert len(recogniser.calls) == 1


def test_speech_that_goes_on_after_a_pause_is_part_of_the_turn() -> None:
    async def heard() -> Heard:
        hearing = Hearing(Counting())
        await _hear(hearing, silence(0.5))
        hearing.paused()
        hearing.resumed()
        for frame in frames(silence(0.5)):
            hearing.feed(frame)
        return await hearing.finish()

    assert asyncio.run(heard()).seconds == pytest.approx(1.0, abs=0.07)


def test_a_slow_recogniser_skips_and_never_queues() -> None:
    recogniser = Counting(seconds=0.3)

    async def listened() -> None:
        hearing = Hearing(recogniser)
        await _hear(hearing, silence(4.0), pace=0.002)
        await hearing.finish()

    asyncio.run(listened())

    assert recogniser.most_at_once == 1
    assert len(recogniser.calls) <= 4


def test_a_long_turn_is_heard_in_stretches_that_are_heard_once() -> None:
    recogniser = Counting(longest=5.0)

    async def heard() -> Heard:
        hearing = Hearing(recogniser)
        await _hear(hearing, silence(14.0), pace=0)
        return await hearing.finish()

    whole = asyncio.run(heard())

    assert max(recogniser.calls) <= 5.0
    assert len(whole.text.split()) == pytest.approx(140, abs=5)


def test_a_new_turn_may_start_while_the_text_of_the_last_one_is_still_to_come() -> None:
    async def heard() -> tuple[Heard, Heard]:
        hearing = Hearing(Counting(seconds=0.1))
        await _hear(hearing, silence(1.0))
        first = asyncio.create_task(hearing.finish())
        await asyncio.sleep(0)
        hearing.start(pcm(silence(0.5)))
        return await first, await hearing.finish()

    first, second = asyncio.run(heard())

    assert (first.seconds, second.seconds) == pytest.approx((1.0, 0.5), abs=0.05)


def test_the_language_is_told_once_and_has_its_own_recogniser() -> None:
    chinese, asked = Counting(languages=("zh",)), list[float]()

    def tell(samples: NDArray[np.float32]) -> str:
        asked.append(len(samples) / 16_000)
        return "zh"

    async def heard() -> Heard:
        hearing = Hearing(Counting(), tell=tell, other=lambda language: chinese)
        await _hear(hearing, silence(3.0), pace=0.003)
        return await hearing.finish()

    assert asyncio.run(heard()).language == "zh"
    assert len(asked) == 1
    assert asked[0] >= 1.5
    assert chinese.calls


def test_what_the_recogniser_cannot_do_is_told_at_the_end() -> None:
    class Broken(Counting):
        def transcribe(
            self, samples: NDArray[np.float32], language: str = "", given_up: Callable[[], bool] | None = None
        ) -> Heard:
            raise ModelError("it broke")

    async def heard() -> Heard:
        hearing = Hearing(Broken())
        await _hear(hearing, silence(1.0))
        return await hearing.finish()

    with pytest.raises(ModelError, match="it broke"):
        asyncio.run(heard())


def test_a_turn_too_short_for_words_has_none() -> None:
    async def heard() -> Heard:
        hearing = Hearing(Counting())
        hearing.start(pcm(silence(0.1)))
        return await hearing.finish()

    assert asyncio.run(heard()).text == ""


def test_long_sound_is_cut_where_it_is_quiet() -> None:
    sound = np.concatenate([np.ones(32_000, np.float32), np.zeros(6_400, np.float32), np.ones(32_000, np.float32)])

    assert 32_000 <= quietest_place(sound, 8_000) <= 38_400
