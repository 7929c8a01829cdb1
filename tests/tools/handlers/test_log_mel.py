"""The log-mel front end against figures of openai/whisper's own."""

from __future__ import annotations

import numpy as np
import pytest

from jarvis.tools.handlers.log_mel import log_mel, mel_bands


def test_filters_are_those_that_whisper_ships() -> None:
    bands = mel_bands()

    # as in transformers.WhisperFeatureExtractor and whisper/assets/mel_filters.npz
    assert bands.shape == (80, 201)
    assert bands[0, :3] == pytest.approx([0.0, 0.02486259, 0.0], abs=1e-7)
    assert bands[79, 196:200] == pytest.approx([0.00179504, 0.00134628, 0.00089752, 0.00044876], abs=1e-7)
    assert (bands >= 0).all()


def test_a_tone_lights_the_band_around_its_pitch_and_only_while_it_sounds() -> None:
    time = np.arange(16_000) / 16_000
    mel = log_mel(np.sin(2 * np.pi * 1000 * time).astype(np.float32))

    centres = mel_bands().argmax(axis=1) * 40
    assert mel.shape == (80, 3000)
    assert centres[mel[:, 50].argmax()] == pytest.approx(1000, abs=80)
    assert mel[:, :99].max() - mel[:, 110:].max() == pytest.approx(2.0)  # eight decades, the floor


def test_sound_beyond_thirty_seconds_is_not_heard() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 31 * 16_000).astype(np.float32)

    assert np.array_equal(log_mel(sound), log_mel(sound[: 30 * 16_000]))
