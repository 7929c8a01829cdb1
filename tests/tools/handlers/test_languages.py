"""Languages of short texts, with the packaged identifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.languages import NAMES, LanguageIdentifier, LanguageModel, require_english


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier({"model": package_file("py3langid", "py3langid/data/model.npz.xz")}, RuntimeOptions())


def _run(identifier: LanguageIdentifier, text: str, folder: Path) -> list[dict[str, Any]]:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "language-identification", "test"))
    value: Any = identifier.run(Inputs("language-identification", {"text": text}), sink)
    return list(value)


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("I would like a cup of coffee", "en", "English"),
        ("Allume la lumière de la cuisine", "fr", "French"),
        ("Wie spät ist es?", "de", "German"),
        ("Enciende la luz de la cocina", "es", "Spanish"),
        ("Vorrei un caffè", "it", "Italian"),
        ("Eu gostaria de um café", "pt", "Portuguese"),
        ("Hoe laat is het?", "nl", "Dutch"),
        ("Włącz światło w kuchni", "pl", "Polish"),
        ("Tänd lampan i köket", "sv", "Swedish"),
        ("Который час?", "ru", "Russian"),
        ("今何時ですか", "ja", "Japanese"),
        ("打开厨房的灯", "zh", "Chinese"),
        ("지금 몇 시예요?", "ko", "Korean"),
        ("أشعل ضوء المطبخ", "ar", "Arabic"),
        ("रसोई की बत्ती जलाओ", "hi", "Hindi"),
    ],
)
def test_the_language_of_a_short_text_comes_first(
    identifier: LanguageIdentifier, tmp_path: Path, text: str, code: str, name: str
) -> None:
    first = _run(identifier, text, tmp_path)[0]
    assert (first["label"], first["name"]) == (code, name)
    assert 0.1 <= first["score"] <= 1


def test_at_most_two_other_languages_follow_and_only_likely_ones(
    identifier: LanguageIdentifier, tmp_path: Path
) -> None:
    unsure = _run(identifier, "Che ore sono?", tmp_path)
    sure = _run(identifier, "Ich möchte einen Kaffee", tmp_path)

    assert [row["label"] for row in sure] == ["de"]
    assert 1 < len(unsure) <= 3
    assert all(row["score"] >= 0.05 for row in unsure)


@pytest.mark.parametrize(("text", "why"), [("12 + 30 = 42", "no letters"), ("OK", "too short")])
def test_a_text_without_a_language_is_refused(
    identifier: LanguageIdentifier, tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(TaskError, match=why):
        _run(identifier, text, tmp_path)


def test_every_language_that_can_come_out_has_a_name() -> None:
    assert {code for code, _ in LanguageModel().rank("Hello")} <= set(NAMES)


@pytest.mark.parametrize(
    "text", ["Alice Smith works for Google in Zurich.", "Call Angela Merkel", "Pizza!", "Bonjour", "12345"]
)
def test_english_and_unclear_texts_pass(text: str) -> None:
    require_english(text, "some/model")


def test_a_text_in_another_language_is_refused_with_a_model_that_reads_it() -> None:
    with pytest.raises(TaskError, match="in German; the Hub model some/model reads it"):
        require_english("Angela Merkel wurde in Hamburg geboren und lebt in Berlin.", "some/model")
