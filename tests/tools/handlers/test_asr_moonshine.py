"""Moonshine on the sample sounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.tools.handlers.asr_moonshine import read_pieces

SpeechRun = Callable[..., Any]


def test_a_spoken_sentence_is_written_down_word_for_word(speech_run: SpeechRun, voice: Path) -> None:
    text = str(speech_run("moonshine-tiny-en", audio=voice))

    assert text == "Turn on the kitchen lights and tell me what the weather is like tomorrow."


def test_most_words_are_heard_through_noise(speech_run: SpeechRun, noisy: Path) -> None:
    heard = set(str(speech_run("moonshine-tiny-en", audio=noisy)).lower().rstrip(".").split())

    assert len(heard & set("turn on the kitchen lights and tell me what weather is like tomorrow".split())) >= 11


def test_a_word_that_repeats_forever_is_cut(speech_run: SpeechRun, voice: Path, tmp_path: Path) -> None:
    echoed = speech_run("sound-editor", audio=voice, instruction="add echo").path

    words = str(speech_run("moonshine-tiny-en", audio=echoed)).split()

    assert not any(words[at : at + 4] == [words[at]] * 4 for at in range(len(words)))


@pytest.mark.parametrize("name", ["silence", "hiss"])
def test_nothing_is_made_up_when_nobody_speaks(
    speech_run: SpeechRun, name: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(name)

    assert speech_run("moonshine-tiny-en", audio=path) == ""


def test_a_piece_longer_than_127_bytes_has_its_length_in_two_bytes() -> None:
    long = b"x" * 300
    data = b"\x02ab" + bytes([300 % 128 + 128, 300 // 128]) + long + b"\x01c"

    assert read_pieces(data) == [b"ab", long, b"c"]
