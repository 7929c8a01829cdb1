"""The recognisers: chosen by setting and language, loaded once, and what they make of real sound."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from jarvis.errors import UsageError
from jarvis.settings import Settings
from jarvis.voice.recognition.recognisers import Recogniser, open_recogniser, open_whisper
from tests.sounds import recordings, say, silence, white

pytestmark = pytest.mark.xdist_group("whisper")  # loaded once
SETTINGS = Settings(threads=1)
ORDER = "Turn off all the lights downstairs."


def _opened(model_id: str) -> Recogniser:
    return open_recogniser(replace(SETTINGS, voice_recogniser=model_id))


def _words(text: str) -> list[str]:
    """In small letters; digits up to ten as words."""
    numbers = "zero one two three four five six seven eight nine ten".split()
    return [
        numbers[int(word)] if word.isdecimal() and int(word) <= 10 else word
        for word in re.findall(r"[a-z]+|\d+", text.lower())
    ]


@pytest.mark.parametrize("model_id", ["whisper-tiny-en", "moonshine-tiny-en", "whisper-base"])
def test_an_order_is_written_down_word_for_word(model_id: str) -> None:
    recogniser = _opened(model_id)

    heard = recogniser.transcribe(say(ORDER, "joe"))

    assert (recogniser.model_id, heard.text, heard.language) == (model_id, ORDER, "en")
    assert heard.seconds == pytest.approx(len(say(ORDER, "joe")) / 16_000)


@pytest.mark.parametrize("model_id", ["whisper-tiny-en", "moonshine-tiny-en"])
def test_recorded_speech_is_understood(model_id: str) -> None:
    recogniser = _opened(model_id)
    asked = [recording for recording in recordings() if 3 < len(recording.text.split()) < 12]

    right = total = 0
    for recording in asked:
        heard = _words(recogniser.transcribe(recording.samples).text)
        right += sum(word in heard for word in _words(recording.text))
        total += len(_words(recording.text))

    assert total > 15
    assert right >= 0.85 * total


def test_a_short_window_does_not_repeat_itself() -> None:
    heard = _opened("whisper-tiny-en").transcribe(say("Lock the back door.", "joe"))

    assert len(heard.text.split()) <= 5


def test_a_model_is_loaded_once_in_a_process() -> None:
    assert _opened("whisper-base").transcribe(silence(0.5)).seconds == 0.5
    assert open_whisper(SETTINGS) is open_whisper(SETTINGS)


def test_english_has_its_own_recogniser_and_other_languages_have_theirs() -> None:
    assert open_recogniser(SETTINGS).model_id == "whisper-tiny-en"
    assert open_recogniser(SETTINGS, "zh").model_id == "whisper-base"
    english = replace(SETTINGS, voice_recogniser="moonshine-tiny-en")
    assert open_recogniser(english, "en").model_id == "moonshine-tiny-en"
    assert open_recogniser(english, "de").model_id == "whisper-base"


@pytest.mark.parametrize(
    ("model_id", "reason"), [("nobody", "no model is called 'nobody'"), ("piper-joe", "does text-to-speech")]
)
def test_a_setting_that_names_no_recogniser_is_told(model_id: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        _opened(model_id)


def test_a_recognition_that_nobody_waits_for_ends_early() -> None:
    recogniser = _opened("moonshine-tiny-en")

    assert recogniser.transcribe(say(ORDER, "joe"), given_up=lambda: True).text == ""


def test_a_text_that_fits_is_likelier_than_one_that_does_not() -> None:
    recogniser = _opened("moonshine-tiny-en")
    ask = getattr(recogniser, "likelihood")  # noqa: B009 - only some recognisers have it

    fits, fits_not = ask(say("Hey Jarvis!", "joe"), ["Hey Jarvis", "Good night"])

    assert fits > fits_not + 5


def test_noise_has_few_words() -> None:
    noise = white(2.0) * np.float32(0.02)

    assert len(_opened("whisper-tiny-en").transcribe(noise).text.split()) <= 4
