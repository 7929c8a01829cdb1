from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.errors import ModelError, TaskError
from jarvis.messages import JsonValue
from jarvis.tools.handler import Inputs
from jarvis.tools.handlers.hub_onnx.blanks import BlankFiller
from jarvis.tools.handlers.hub_onnx.entities import EntityTagger
from jarvis.tools.handlers.hub_onnx.labels import TextClassifier, ZeroShotClassifier
from jarvis.tools.handlers.hub_onnx.spans import SpanReader
from jarvis.tools.handlers.hub_onnx.vectors import TextVectors, pool
from tests.tools.handlers.hub_onnx.onnx_files import Net, Node
from tests.tools.handlers.hub_onnx.repositories import (
    TOKENS,
    WORDS,
    each_word,
    files_of,
    options,
    sink,
    sum_of_words,
    word_scores,
    write_json,
    write_text_model,
)

MOODS = word_scores({"good": [0, 2], "bad": [2, 0], "cat": [0, 0.5]}, 2)
FEELINGS = {"id2label": {"0": "NEGATIVE", "1": "POSITIVE"}}


def test_a_text_gets_the_classes_of_the_configuration(tmp_path: Path) -> None:
    model = TextClassifier(files_of(write_text_model(tmp_path, sum_of_words(MOODS), FEELINGS)), options())
    shares = np.exp([0.5, 2.0]) / np.exp([0.5, 2.0]).sum()
    table = model.run(Inputs("text-classification", {"text": "The cat bad"}), sink(tmp_path))
    assert table == [
        {"label": "NEGATIVE", "score": round(float(shares[1]), 4)},
        {"label": "POSITIVE", "score": round(float(shares[0]), 4)},
    ]


def test_of_several_labels_each_is_scored_alone(tmp_path: Path) -> None:
    config = {**FEELINGS, "problem_type": "multi_label_classification"}
    model = TextClassifier(files_of(write_text_model(tmp_path, sum_of_words(MOODS), config)), options())
    assert model.scores("good bad").tolist() == pytest.approx([1 / (1 + np.exp(-2))] * 2)


def test_languages_are_named(tmp_path: Path) -> None:
    config = {"id2label": {"0": "de", "1": "__label__eng_Latn"}}
    table = word_scores({"hund": [5, 0]}, 2)
    model = TextClassifier(files_of(write_text_model(tmp_path, sum_of_words(table), config)), options(top=1))
    found: Any = model.run(Inputs("language-identification", {"text": "ein Hund"}), sink(tmp_path))
    assert [(row["label"], row["name"]) for row in found] == [("de", "German")]


@pytest.mark.parametrize("task", ["text-classification", "language-identification"])
def test_an_empty_text_is_refused(tmp_path: Path, task: str) -> None:
    model = TextClassifier(files_of(write_text_model(tmp_path, sum_of_words(MOODS), FEELINGS)), options())
    with pytest.raises(TaskError, match="holds no text"):
        model.run(Inputs(task, {"text": "  "}), sink(tmp_path))


def zero_shot(folder: Path) -> ZeroShotClassifier:
    config = {"id2label": {"0": "contradiction", "1": "neutral", "2": "entailment"}}
    table = word_scores({"cat": [0, 0, 2], "dog": [0, 0, 1]}, 3)
    model = write_text_model(folder, sum_of_words(table), config)
    return ZeroShotClassifier(files_of(model), options(template="{}"))


def test_labels_share_one_score(tmp_path: Path) -> None:
    labels: list[JsonValue] = ["dog", "cat", "fish"]
    inputs = Inputs("zero-shot-classification", {"text": "good", "labels": labels})
    shares = np.exp([2.0, 1.0, 0.0]) / np.exp([2.0, 1.0, 0.0]).sum()
    assert zero_shot(tmp_path).run(inputs, sink(tmp_path)) == [
        {"label": label, "score": round(float(share), 4)}
        for label, share in zip(["cat", "dog", "fish"], shares, strict=True)
    ]


def test_one_label_is_weighed_against_its_opposite(tmp_path: Path) -> None:
    assert zero_shot(tmp_path).scores("good", ["cat"])[0] == pytest.approx(1 / (1 + np.exp(-2)))


def test_labels_that_are_missing_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="needs labels to choose from"):
        zero_shot(tmp_path).run(Inputs("zero-shot-classification", {"text": "good"}), sink(tmp_path))


TAGS = {"id2label": {"0": "O", "1": "B-PER", "2": "I-PER", "3": "B-LOC"}}
KINDS = word_scores({"alice": [0, 4, 0, 0], "cat": [0, 0, 4, 0], "paris": [0, 0, 0, 4], "the": [4, 0, 0, 0],
                     "eats": [4, 0, 0, 0], "fish": [4, 0, 0, 0]}, 4)  # fmt: skip


def test_neighbours_of_one_kind_are_one_entity(tmp_path: Path) -> None:
    model = EntityTagger(files_of(write_text_model(tmp_path, each_word(KINDS), TAGS)), options())
    score = round(float(np.exp(4) / (np.exp(4) + 3)), 4)
    assert model.run(
        Inputs("token-classification", {"text": "Alice Cat eats the fish, Paris Alice"}), sink(tmp_path)
    ) == [
        {"label": "PER", "text": "Alice Cat", "score": score, "start": 0, "end": 9},
        {"label": "LOC", "text": "Paris", "score": score, "start": 25, "end": 30},
        {"label": "PER", "text": "Alice", "score": score, "start": 31, "end": 36},
    ]


def test_entities_of_a_long_text_are_found_once(tmp_path: Path) -> None:
    model = EntityTagger(files_of(write_text_model(tmp_path, each_word(KINDS), TAGS)), options())
    text = "the fish eats " * 10 + "Alice" + " the fish eats" * 10 + " Paris"
    found: Any = model.run(Inputs("token-classification", {"text": text}), sink(tmp_path))
    assert [(row["text"], text[row["start"] : row["end"]]) for row in found] == [("Alice", "Alice"), ("Paris", "Paris")]


def span_net() -> Net:
    start, end = word_scores({"cat": [3], "the": [1]}, 1), word_scores({"fish": [3], "dog": [1]}, 1)
    nodes = [
        Node(operator, inputs, outputs)
        for name in ("start", "end")
        for operator, inputs, outputs in (
            ("Gather", f"{name}_table input_ids", f"{name}_rows"),
            ("Squeeze", f"{name}_rows last", f"{name}_logits"),
        )
    ]
    outputs = {f"{name}_logits": ("float32", TOKENS) for name in ("start", "end")}
    weights = {"start_table": start, "end_table": end, "last": np.array([-1])}
    return Net(nodes, {"input_ids": ("int64", TOKENS)}, outputs, weights)


@pytest.mark.parametrize("before", [0, 12, 40])
def test_the_answer_is_the_likeliest_run_of_words(tmp_path: Path, before: int) -> None:
    model = SpanReader(files_of(write_text_model(tmp_path, span_net(), {})), options())
    context = "bad " * before + "the cat eats fish, good dog"
    inputs = Inputs("question-answering", {"question": "the cat", "context": context})
    assert model.run(inputs, sink(tmp_path)) == "cat eats fish,"


def test_a_question_that_is_too_long_is_refused(tmp_path: Path) -> None:
    model = SpanReader(files_of(write_text_model(tmp_path, span_net(), {})), options())
    with pytest.raises(TaskError, match="ask in fewer words"):
        model.span("cat " * 20, "the cat eats fish")


@pytest.mark.parametrize("blank", ["[MASK]", "<mask>", "___"])
def test_the_likeliest_word_fills_the_blank(tmp_path: Path, blank: str) -> None:
    table = np.zeros((len(WORDS), len(WORDS)), np.float32)
    table[WORDS.index("[MASK]"), WORDS.index("fish")] = 10
    model = BlankFiller(files_of(write_text_model(tmp_path, each_word(table), {})), options(top=1))
    found: Any = model.run(Inputs("fill-mask", {"text": f"the cat eats {blank}"}), sink(tmp_path))
    assert [(row["label"], row["text"]) for row in found] == [("fish", "the cat eats fish")]


def test_a_text_without_a_blank_is_refused(tmp_path: Path) -> None:
    model = BlankFiller(files_of(write_text_model(tmp_path, each_word(MOODS), {})), options())
    with pytest.raises(TaskError, match=r"write \[MASK\] where a word is wanted"):
        model.run(Inputs("fill-mask", {"text": "the cat"}), sink(tmp_path))


def test_a_model_without_a_blank_is_refused(tmp_path: Path) -> None:
    folder = write_text_model(tmp_path, each_word(MOODS), {}, mask_token=None)
    with pytest.raises(ModelError, match="no token for a blank"):
        BlankFiller(files_of(folder), options())


def test_texts_of_the_same_words_are_alike(tmp_path: Path) -> None:
    table = np.random.default_rng(0).normal(size=(len(WORDS), 8)).astype(np.float32)
    model = TextVectors(files_of(write_text_model(tmp_path, each_word(table, "last_hidden_state"), {})), options())
    same = model.run(Inputs("sentence-similarity", {"text": "the cat", "other": "cat the"}), sink(tmp_path))
    assert same == {"score": 1.0}
    other: Any = model.run(Inputs("sentence-similarity", {"text": "the cat", "other": "ein hund"}), sink(tmp_path))
    assert other["score"] < 1.0


STATES = np.array([[[1.0, -1.0], [3.0, 5.0], [9.0, 9.0]]], np.float32)


@pytest.mark.parametrize(
    ("kinds", "mask", "wanted"),
    [
        (["mean"], [1, 1, 0], [2.0, 2.0]),
        (["first"], [1, 1, 0], [1.0, -1.0]),
        (["first"], [0, 1, 1], [3.0, 5.0]),
        (["last"], [1, 1, 0], [3.0, 5.0]),
        (["highest"], [1, 1, 0], [3.0, 5.0]),
        (["root"], [1, 1, 0], [4 / 2**0.5, 4 / 2**0.5]),
        (["first", "mean"], [1, 1, 0], [1.0, -1.0, 2.0, 2.0]),
    ],
)
def test_states_are_pooled_over_what_the_mask_has(kinds: list[str], mask: list[int], wanted: list[float]) -> None:
    assert pool(STATES, np.array([mask]), kinds)[0].tolist() == pytest.approx(wanted)


def test_the_pooling_is_that_of_the_repository(tmp_path: Path) -> None:
    table = np.random.default_rng(0).normal(size=(len(WORDS), 8)).astype(np.float32)
    folder = write_text_model(tmp_path, each_word(table, "last_hidden_state"), {})
    write_json(folder / "1_Pooling" / "config.json", {"pooling_mode_cls_token": True})
    vectors = TextVectors(files_of(folder), options()).embed(["the cat", "ein hund"])
    assert vectors[0].tolist() == pytest.approx(vectors[1].tolist())  # both begin with [CLS]
