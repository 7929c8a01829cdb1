"""Whisper on the sample sounds, and on Japanese said by Kokoro."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import TaskError
from jarvis.tools.handlers.kokoro import KokoroVoice
from jarvis.tools.media import read_audio, write_wav

pytestmark = pytest.mark.xdist_group("whisper")  # loaded once
SpeechRun = Callable[..., Any]
SENTENCE = "turn on the kitchen lights and tell me what the weather is like tomorrow"


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


@pytest.mark.parametrize("name", ["voice", "noisy"])
@pytest.mark.parametrize("model", ["whisper-tiny-en", "whisper-base"])
def test_a_spoken_sentence_is_written_down_word_for_word(
    speech_run: SpeechRun, model: str, name: str, request: pytest.FixtureRequest
) -> None:
    assert _words(speech_run(model, audio=request.getfixturevalue(name))) == SENTENCE


@pytest.mark.parametrize("name", ["silence", "hiss"])
@pytest.mark.parametrize("model", ["whisper-tiny-en", "whisper-base"])
def test_nothing_is_made_up_when_nobody_speaks(
    speech_run: SpeechRun, model: str, name: str, request: pytest.FixtureRequest
) -> None:
    assert speech_run(model, audio=request.getfixturevalue(name)) == ""


PARAGRAPH = """\
The harbour was quiet when the first boats came home. Nobody had slept that night, because the wind had torn the
roof from the old market hall. Children carried wet blankets to the church. A baker gave away all of his bread,
and the teacher made tea for everyone. By noon the sun was shining again. The mayor walked slowly through the
streets and counted the broken windows. There were forty of them. In the evening people sat together on the
steps and sang. They promised each other to build a stronger roof. When winter came, the new hall was ready, and
its doors were painted green.
"""


def test_speech_longer_than_thirty_seconds_is_written_down_to_the_end(speech_run: SpeechRun) -> None:
    spoken = speech_run("piper-joe", text=PARAGRAPH)

    heard = _words(speech_run("whisper-tiny-en", audio=spoken)).split()

    said = _words(PARAGRAPH).split()
    assert len(read_audio(spoken.path)) > 31 * 16_000
    assert len(heard) == pytest.approx(len(said), abs=8)
    assert len(set(said) & set(heard)) > 0.85 * len(set(said))
    assert heard[-2:] == ["painted", "green"]


@pytest.fixture
def japanese(speech_model: Callable[[str], Any], tmp_path: Path) -> Path:
    """ "Hello, how are you? It is fine weather today, isn't it." in Japanese."""
    kokoro = speech_model("kokoro-82m-int8")
    assert isinstance(kokoro, KokoroVoice)
    samples = kokoro.say_phonemes("koɴɲiʨiβa, ɡeŋki desɨka. kʲoː βa teŋki ɡa iː desɨ ne.")
    with (tmp_path / "japanese.wav").open("wb") as file:
        write_wav(file, samples, 24_000)
    return tmp_path / "japanese.wav"


def test_whisper_base_writes_in_the_language_that_it_hears(speech_run: SpeechRun, japanese: Path) -> None:
    assert speech_run("whisper-base", audio=japanese).startswith("こんにちは")


def test_the_spoken_language_is_named(speech_run: SpeechRun, japanese: Path, voice: Path) -> None:
    found = speech_run("whisper-base-language", audio=japanese)

    assert (found[0]["label"], found[0]["name"]) == ("ja", "Japanese")
    assert found[0]["score"] > 0.9
    assert speech_run("whisper-base-language", audio=voice)[0]["label"] == "en"


def test_silence_has_no_language(speech_run: SpeechRun, silence: Path) -> None:
    with pytest.raises(TaskError, match="nobody speaks"):
        speech_run("whisper-base-language", audio=silence)


def test_the_kind_of_sound_comes_with_the_language_of_a_voice(speech_run: SpeechRun, voice: Path) -> None:
    labels = [entry["label"] for entry in speech_run("sound-kinds-and-language", audio=voice)]

    assert labels[:2] == ["speech", "spoken English"]
