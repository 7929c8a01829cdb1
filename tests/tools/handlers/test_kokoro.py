"""The Kokoro voice, listened to by Moonshine."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable
from typing import Any

import pytest

from jarvis.errors import TaskError

pytestmark = pytest.mark.xdist_group("whisper")  # its parts are joined once
SpeechRun = Callable[..., Any]


def test_what_kokoro_says_is_what_moonshine_hears(speech_run: SpeechRun) -> None:
    made = speech_run("kokoro-82m-int8", text="Please remind me to take out the trash at seven.")

    with wave.open(str(made.path)) as file:
        assert (made.name, file.getframerate()) == ("speech", 24_000)
        assert 2 < file.getnframes() / 24_000 < 6
    heard = speech_run("moonshine-tiny-en", audio=made).lower().replace("7", "seven")
    assert re.sub(r"[^a-z ]", "", heard) == "please remind me to take out the trash at seven"


def test_a_language_that_it_was_not_set_up_for_is_refused(speech_run: SpeechRun) -> None:
    with pytest.raises(TaskError, match="this text is Spanish"):
        speech_run("kokoro-82m-int8", text="Buenos días, hola a todos, el tren es muy bueno.")
