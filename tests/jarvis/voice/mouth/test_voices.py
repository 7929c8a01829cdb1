"""The voices: chosen by setting and language, listened to, and those that are missing."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jarvis.errors import ModelError, UsageError
from jarvis.settings import Settings
from jarvis.tools.media import resample
from jarvis.voice.mouth.remembered import RememberingVoice
from jarvis.voice.mouth.speaking import Mouth
from jarvis.voice.mouth.voices import missing_voices, open_voice
from jarvis.voice.recognition.recognisers import open_recogniser
from jarvis.voice.sound.sinks import NullSink

pytestmark = pytest.mark.xdist_group("whisper")  # loaded once
SETTINGS = Settings(threads=1)
SENTENCE = "The front door is locked, and the kitchen light is off."


def test_what_the_usual_voice_says_is_understood() -> None:
    voice = open_voice(SETTINGS)

    heard = open_recogniser(SETTINGS).transcribe(resample(voice.speak(SENTENCE), voice.rate, 16_000))

    assert (voice.model_id, voice.language) == ("piper-joe", "en")
    said, words = (re.findall("[a-z]+", text.lower()) for text in (SENTENCE, heard.text))
    # The voice is never twice the same, and one sound in a hundred is not heard as what it is.
    assert SequenceMatcher(None, said, words, autojunk=False).ratio() > 0.8


def test_the_parts_of_a_sentence_are_the_sentence() -> None:
    voice = open_voice(SETTINGS)

    parts = list(voice.parts(SENTENCE))

    assert len(parts) > 1
    assert sum(map(len, parts)) == pytest.approx(len(voice.speak(SENTENCE)), rel=0.2)  # its pace varies


def test_a_setting_chooses_the_voice_of_its_languages_only() -> None:
    settings = replace(SETTINGS, voice_speaker="kokoro-82m-int8")

    assert open_voice(settings).model_id == "kokoro-82m-int8"
    assert open_voice(SETTINGS, "zh").model_id == "kokoro-82m-int8"
    with pytest.raises(UsageError, match="does voice-activity-detection, not text-to-speech"):
        open_voice(replace(SETTINGS, voice_speaker="silero-vad"))


def test_a_language_without_a_voice_names_one_of_a_hub(tmp_path: Path) -> None:
    settings = replace(SETTINGS, data_dir=tmp_path)

    assert sorted(missing_voices(settings)) == ["de", "es", "fr"]
    with pytest.raises(ModelError, match="no voice here speaks German; `jarvis models pull Xenova/mms-tts-deu`"):
        open_voice(settings, "de")


def test_a_remembered_sentence_sounds_as_it_did(tmp_path: Path) -> None:
    voice = RememberingVoice(open_voice(SETTINGS), tmp_path / "voice")

    first, second = voice.speak("The light is on."), voice.speak("The light is on.")

    assert len(first) == len(second)
    assert np.abs(first - second).max() < 2 / 32767


def test_a_memory_that_cannot_be_used_costs_the_time_to_say_it_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "voice").write_text("in the way", encoding="utf-8")
    voice = RememberingVoice(open_voice(SETTINGS), tmp_path / "voice")

    assert len(voice.speak("The light is on."))
    assert "cannot be read" in caplog.text


class First(NullSink):
    """Says when the first sound is there."""

    def __init__(self) -> None:
        super().__init__(16_000)
        self.there = asyncio.Event()

    async def play(self, samples: NDArray[np.float32], rate: int) -> float:
        self.there.set()
        return await super().play(samples, rate)


def test_the_first_sound_is_there_soon_after_the_text() -> None:
    async def first() -> float:
        sink = First()
        mouth = Mouth(sink, replace(SETTINGS, cache_mb=0))
        await mouth.warm()
        began = time.monotonic()
        saying = asyncio.create_task(mouth.say("I turned the living room lights on and closed all the blinds."))
        await sink.there.wait()
        waited = time.monotonic() - began
        mouth.stop()
        await saying
        await mouth.close()
        return waited

    assert asyncio.run(first()) < 1.0  # 0.1 s on an idle machine
