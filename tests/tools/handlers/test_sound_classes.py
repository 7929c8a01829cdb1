"""Kinds of sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.tools.media import write_wav

SpeechRun = Callable[..., Any]


@pytest.fixture
def chords(tmp_path: Path) -> Path:
    """Six seconds of a plucked C major chord, twice a second."""
    time = np.arange(96_000) / 16_000
    tones = sum(0.1 * np.sin(2 * np.pi * pitch * time) for pitch in (262, 330, 392, 523))
    with (tmp_path / "chords.wav").open("wb") as file:
        write_wav(file, np.asarray(tones * np.exp(-3 * (time % 0.5)), np.float32), 16_000)
    return tmp_path / "chords.wav"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("voice", "speech"), ("noisy", "speech"), ("chords", "music"), ("hiss", "other sound"), ("silence", "silence")],
)
def test_the_best_label_is_the_kind_of_sound(
    speech_run: SpeechRun, name: str, kind: str, request: pytest.FixtureRequest
) -> None:
    found = speech_run("sound-kinds", audio=request.getfixturevalue(name))

    assert found[0]["label"] == kind
    assert found[0]["score"] > 0.8
    assert [entry["score"] for entry in found] == sorted((entry["score"] for entry in found), reverse=True)
