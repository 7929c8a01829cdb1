"""Denoisers on the sample in 5 dB of noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jarvis.errors import TaskError
from jarvis.tools.media import read_audio

SpeechRun = Callable[..., Any]
MODELS = ["dtln", "nsnet2-16k", "nsnet2-48k"]


def _si_sdr(found: NDArray[np.float32], clean: NDArray[np.float32]) -> float:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al., 2019)."""
    found, clean = found - found.mean(), clean - clean.mean()
    target = (found @ clean) / (clean @ clean) * clean
    return float(10 * np.log10((target @ target) / ((found - target) ** 2).sum()))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("instruction", ["remove the background noise", "", "降噪"])
def test_noise_falls_by_more_than_five_decibels(
    speech_run: SpeechRun, model: str, instruction: str, voice: Path, noisy: Path
) -> None:
    made = speech_run(model, audio=noisy, instruction=instruction)

    clean = np.pad(read_audio(voice), 8000)
    before, after = read_audio(noisy), read_audio(made.path)
    assert made.name == "clean"
    assert len(after) == pytest.approx(len(before), abs=2)
    size = min(len(after), len(clean))
    assert _si_sdr(after[:size], clean[:size]) > _si_sdr(before, clean) + 5
    assert after[:6000].std() < before[:6000].std() / 4


def test_an_edit_that_is_asked_for_along_with_it_is_made_too(speech_run: SpeechRun, noisy: Path) -> None:
    plain = speech_run("dtln", audio=noisy, instruction="denoise this")
    slow = speech_run("dtln", audio=noisy, instruction="denoise this and slow it down to 50%")

    assert len(read_audio(slow.path)) == pytest.approx(2 * len(read_audio(plain.path)), rel=0.01)


@pytest.mark.parametrize("instruction", ["reverse it", "remove the vocals"])
def test_what_is_no_denoising_is_left_to_others(speech_run: SpeechRun, noisy: Path, instruction: str) -> None:
    with pytest.raises(TaskError, match="only removes noise"):
        speech_run("dtln", audio=noisy, instruction=instruction)
