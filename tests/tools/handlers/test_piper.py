"""The Piper voice, listened to by Moonshine."""

from __future__ import annotations

import wave
from collections.abc import Callable
from typing import Any

import pytest

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError

SpeechRun = Callable[..., Any]


def _seconds(made: Artifact) -> float:
    with wave.open(str(made.path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        return float(file.getnframes() / file.getframerate())


def test_what_piper_says_is_what_moonshine_hears(speech_run: SpeechRun) -> None:
    made = speech_run("piper-joe", text="The front door is locked, and the outside temperature is twelve degrees.")

    heard = speech_run("moonshine-tiny-en", audio=made).lower()
    assert (made.name, made.media_type) == ("speech", "audio/wav")
    assert 3 < _seconds(made) < 7
    assert sum(word in heard for word in ("front", "door", "locked", "outside", "temperature", "twelve")) >= 5


def test_a_long_text_becomes_one_file_as_long_as_its_sentences(speech_run: SpeechRun) -> None:
    one = speech_run("piper-joe", text="The kettle is on the stove.")
    six = speech_run("piper-joe", text="The kettle is on the stove. " * 6)

    assert _seconds(six) == pytest.approx(6 * _seconds(one), rel=0.25)


@pytest.mark.parametrize("text", ["", "  \n", "?!"])
def test_nothing_to_say_is_an_error(speech_run: SpeechRun, text: str) -> None:
    with pytest.raises(TaskError, match="nothing to say"):
        speech_run("piper-joe", text=text)


def test_chinese_is_refused_with_the_way_out(speech_run: SpeechRun) -> None:
    with pytest.raises(TaskError, match=r"speaks English only and this text is Chinese; use the model kokoro-82m-int8"):
        speech_run("piper-joe", text="把灯打开，谢谢。")
