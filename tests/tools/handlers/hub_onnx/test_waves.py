from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jarvis.errors import ModelError
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.waves import Sounds, filterbank, whisper_spectrogram, windows
from jarvis.tools.handlers.log_mel import log_mel
from tests.tools.handlers.hub_onnx.repositories import files_of, options, write_json

RATE = 16_000
NOISE = np.random.default_rng(0).normal(0, 0.1, 3 * RATE).astype(np.float32)


def tone(frequency: float, seconds: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.asarray(np.sin(2 * np.pi * frequency * np.arange(int(seconds * RATE)) / RATE), np.float32)


def test_the_spectrogram_is_the_one_of_our_own_whisper() -> None:
    assert np.abs(whisper_spectrogram(NOISE, 80, 30, RATE) - log_mel(NOISE)).max() < 1e-4


def test_larger_models_hear_more_bands() -> None:
    assert whisper_spectrogram(NOISE, 128, 30, RATE).shape == (128, 3000)


def test_a_higher_tone_is_in_a_higher_band() -> None:
    bands = [int(filterbank(tone(f), 128, RATE).mean(axis=0).argmax()) for f in (200, 800, 3200)]
    assert bands == sorted(bands)
    assert bands[0] < bands[1] < bands[2]


@pytest.mark.parametrize("length", [10, 400, 16_000])
def test_short_sound_gives_at_least_one_frame(length: int) -> None:
    assert filterbank(np.ones(length, np.float32), 64, RATE).shape == (max(1, 1 + (length - 400) // 160), 64)


def test_samples_are_made_equally_loud(tmp_path: Path) -> None:
    write_json(tmp_path / "preprocessor_config.json", {"feature_extractor_type": "Wav2Vec2FeatureExtractor"})
    made = Sounds(Repository(files_of(tmp_path), options())).prepared(NOISE * 0.01 + 0.5)["input_values"][0]
    assert (float(made.mean()), float(made.std())) == pytest.approx((0.0, 1.0), abs=0.06)


def test_another_way_of_preparing_sound_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "preprocessor_config.json", {"feature_extractor_type": "EncodecFeatureExtractor"})
    with pytest.raises(ModelError, match=r"prepared by EncodecFeatureExtractor.*the transformers runtime"):
        Sounds(Repository(files_of(tmp_path), options()))


def test_long_sound_is_cut_at_its_pauses_and_nothing_is_lost() -> None:
    sound = np.concatenate(
        [tone(300, 8), np.zeros(RATE, np.float32), tone(500, 8), np.zeros(RATE, np.float32), tone(200, 3)]
    )
    parts = list(windows(sound, RATE, 10))
    assert np.array_equal(np.concatenate(parts), sound)
    ends = np.cumsum([len(part) for part in parts])[:-1] / RATE
    assert all(8 <= end <= 9 or 17 <= end <= 18 for end in ends)
    assert max(map(len, parts)) <= 10 * RATE
