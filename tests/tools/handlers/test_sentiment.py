"""Sentiment by the packaged lexicon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.sentiment import LexiconSentiment


@pytest.fixture(scope="module")
def sentiment() -> LexiconSentiment:
    names = {"lexicon": "vader_lexicon.txt", "emoji": "emoji_utf8_lexicon.txt"}
    files = {role: package_file("vaderSentiment", f"vaderSentiment/{name}") for role, name in names.items()}
    return LexiconSentiment(files, RuntimeOptions())


def _run(sentiment: LexiconSentiment, text: str, folder: Path) -> list[dict[str, Any]]:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "text-classification", "test"))
    value: Any = sentiment.run(Inputs("text-classification", {"text": text}), sink)
    return list(value)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I absolutely love this blender, best purchase of the year.", "positive"),
        ("The staff were kind and the room was spotless.", "positive"),
        ("Not bad at all, I am quite happy with it.", "positive"),
        ("Great value 😍", "positive"),
        ("The food was cold and the waiter was rude.", "negative"),
        ("I don't like this phone at all.", "negative"),
        ("My flight was cancelled. I lost my luggage. It was Tuesday.", "negative"),
        ("The package contains two cables and a manual.", "neutral"),
    ],
)
def test_the_sentiment_of_a_text_comes_first_and_the_scores_sum_to_one(
    sentiment: LexiconSentiment, tmp_path: Path, text: str, label: str
) -> None:
    rows = _run(sentiment, text, tmp_path)

    assert rows[0]["label"] == label
    assert {row["label"] for row in rows} == {"positive", "negative", "neutral"}
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert sum(row["score"] for row in rows) == pytest.approx(1, abs=1e-3)


def test_stronger_words_give_a_higher_score(sentiment: LexiconSentiment, tmp_path: Path) -> None:
    mild = _run(sentiment, "The film was good.", tmp_path)[0]["score"]
    strong = _run(sentiment, "The film was absolutely fantastic!!!", tmp_path)[0]["score"]
    assert 0.5 < mild < strong


def test_another_language_is_refused_with_a_model_that_reads_it(sentiment: LexiconSentiment, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"French.*nlptown/bert-base-multilingual-uncased-sentiment"):
        _run(sentiment, "Le repas était délicieux et le personnel très gentil.", tmp_path)


def test_an_empty_text_is_refused(sentiment: LexiconSentiment, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="empty"):
        _run(sentiment, "\n", tmp_path)
