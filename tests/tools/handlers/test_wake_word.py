"""The network of a wake word, and files that describe none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jarvis.errors import ModelFileError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.wake_word import MicroWakeWord
from tests.sounds import say, scaled, together

MODEL = package_file("pymicro-wakeword", "pymicro_wakeword/models/hey_jarvis.tflite")
CONFIG = package_file("pymicro-wakeword", "pymicro_wakeword/models/hey_jarvis.json")


def test_the_phrase_scores_high_however_the_sound_is_cut() -> None:
    sound = together(1.0, scaled(say("Hey Jarvis."), -26), 0.5)
    scores: list[float] = []
    for size in (160, 512, 1_000):
        word = MicroWakeWord({"model": MODEL, "config": CONFIG}, RuntimeOptions())
        scores.append(max(word.hear(sound[at : at + size]) for at in range(0, len(sound), size)))

    assert word.phrase == "Hey Jarvis"
    assert word.languages == ("en",)
    assert word.cutoff == 0.97
    assert min(scores) > 0.9
    assert max(scores) - min(scores) < 0.02


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"wake_word": "x", "micro": {"probability_cutoff": "high"}}'])
def test_a_file_that_describes_no_wake_word_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.json").write_text(text, encoding="utf-8")

    with pytest.raises(ModelFileError, match=r"mine\.json describes no wake word"):
        MicroWakeWord({"model": MODEL, "config": tmp_path / "mine.json"}, RuntimeOptions())


def test_languages_may_be_missing(tmp_path: Path) -> None:
    row = json.loads(CONFIG.read_text(encoding="utf-8"))
    del row["trained_languages"]
    (tmp_path / "mine.json").write_text(json.dumps(row), encoding="utf-8")

    assert MicroWakeWord({"model": MODEL, "config": tmp_path / "mine.json"}, RuntimeOptions()).languages == ()
