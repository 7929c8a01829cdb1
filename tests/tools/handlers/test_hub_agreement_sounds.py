"""Models that hear and speak: both runtimes give what transformers itself gives for the same sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact
from jarvis.tools.handlers.speech_output import PEAK
from jarvis.tools.media import read_audio
from tests.hubmodels import built
from tests.hubmodels.libraries import library
from tests.hubmodels.running import media, with_both

# What transformers and torch deprecate is no fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600), pytest.mark.xdist_group("hub-sounds")]

VOICE = "voice.wav"
RATE = 16_000


def samples() -> Any:
    """The spoken sentence: mono, 16 kHz."""
    return read_audio(media(VOICE).path, RATE)


@pytest.mark.parametrize("architecture", ["whisper", "moonshine"])
def test_speech_recognition_by_writing(
    architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    transformers = library("transformers")

    folder = built(architecture, "automatic-speech-recognition", tmp_path_factory)
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSpeechSeq2Seq.from_pretrained(folder).eval()
    settings = {"max_new_tokens": int(len(samples()) / RATE * 6.5)} if architecture == "moonshine" else {}
    made = model.generate(**extractor(samples(), sampling_rate=RATE, return_tensors="pt"), **settings)
    expected = tokenizer.decode(made[0], skip_special_tokens=True).strip()

    assert expected
    values = with_both(folder, "automatic-speech-recognition", tmp_path, audio=media(VOICE))
    assert set(map(str, values)) == {expected}


def test_speech_recognition_by_letters(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built("wav2vec2", "automatic-speech-recognition", tmp_path_factory)
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)
    tokenizer = transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"))
    model = transformers.AutoModelForCTC.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = model(**extractor(samples(), sampling_rate=RATE, return_tensors="pt")).logits
    expected = tokenizer.decode(logits[0].argmax(dim=-1))

    values = with_both(folder, "automatic-speech-recognition", tmp_path, audio=media(VOICE))
    assert set(map(str, values)) == {expected}


@pytest.mark.parametrize("architecture", ["audio-spectrogram-transformer", "wav2vec2"])
def test_audio_classification(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    transformers = library("transformers")

    folder = built(architecture, "audio-classification", tmp_path_factory)
    found = transformers.pipeline("audio-classification", model=str(folder), device="cpu")(samples())
    expected = {one["label"]: one["score"] for one in found}

    for value in with_both(folder, "audio-classification", tmp_path, audio=media(VOICE)):
        rows: Any = value
        assert {row["label"]: row["score"] for row in rows} == pytest.approx(expected, abs=1e-3)


def test_text_to_speech(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built("vits", "text-to-speech", tmp_path_factory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForTextToWaveform.from_pretrained(folder).eval()
    with torch.no_grad():
        expected = model(**tokenizer("the cat eats fish", return_tensors="pt")).waveform[0].numpy()

    for value in with_both(folder, "text-to-speech", tmp_path, text="the cat eats fish"):
        assert isinstance(value, Artifact)
        said = read_audio(value.path, RATE)
        lead = len(said) - len(expected)
        assert 0 <= lead < RATE  # the pause before the first word
        assert abs(said[lead:] - expected * min(1.0, PEAK / abs(expected).max())).max() < 1e-3
