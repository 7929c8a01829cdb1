"""Where Silero VAD hears speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.tools.handlers.vad import Span, windows

SpeechRun = Callable[..., Any]


def test_speech_in_noise_is_found_within_a_quarter_second(speech_run: SpeechRun, noisy: Path) -> None:
    found = speech_run("silero-vad", audio=noisy)

    assert found[0]["start"] == pytest.approx(0.6, abs=0.25)
    assert found[-1]["end"] == pytest.approx(4.05, abs=0.25)
    assert sum(span["end"] - span["start"] for span in found) > 2.8


@pytest.mark.parametrize("name", ["silence", "hiss"])
def test_nobody_speaks_in_silence_or_hiss(speech_run: SpeechRun, name: str, request: pytest.FixtureRequest) -> None:
    assert speech_run("silero-vad", audio=request.getfixturevalue(name)) == []


def test_spans_are_joined_up_to_the_longest_window_and_longer_ones_cut() -> None:
    spans = [Span(0, 10), Span(12, 20), Span(22, 70)]

    assert windows(spans, 20) == [Span(0, 20), Span(22, 42), Span(42, 62), Span(62, 70)]
