"""Moonshine on the sample sounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.tools.handlers.asr_moonshine import read_pieces

SpeechRun = Callable[..., Any]


@pytest.mark.parametrize("name", ["voice", "noisy"])
def test_a_spoken_sentence_is_written_down(speech_run: SpeechRun, name: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(name)

    text = str(speech_run("moonshine-tiny-en", audio=path)).lower()

    assert "the kitchen lights and tell me what the weather" in text.replace(",", "")


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
