from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from jarvis.errors import TaskError
from jarvis.tools.handlers.hub_onnx.decoding import write
from jarvis.tools.handlers.hub_onnx.sessions import log_softmax
from jarvis.tools.handlers.hub_onnx.wishes import Wishes

END = 3


class Chain:
    """A decoder whose next token depends on the last two, by chance of a seed."""

    def __init__(self, seed: int, vocabulary: int = 4, rows: int = 1) -> None:
        self.table = np.random.default_rng(seed).normal(0, 2, (vocabulary, vocabulary, vocabulary)).astype(np.float32)
        self.rows: list[list[int]] = [[] for _ in range(rows)]

    def read(self, tokens: Any) -> Any:
        self.rows = [[*row, *new] for row, new in zip(self.rows, tokens.tolist(), strict=True)]
        return np.stack([self.scores(row) for row in self.rows])

    def scores(self, row: Sequence[int]) -> Any:
        return self.table[row[-2] if len(row) > 1 else 0, row[-1]]

    def choose(self, rows: Sequence[int]) -> None:
        self.rows = [self.rows[row] for row in rows]


def no_check() -> None:
    pass


@pytest.mark.parametrize("seed", range(10))
def test_one_by_one_the_likeliest_token_is_taken(seed: int) -> None:
    chain, text = Chain(seed), [0]
    while len(text) < 7 and text[-1] != END:
        text.append(int(chain.scores(text).argmax()))
    found = write(Chain(seed), [0], Wishes(ends=(END,), most=6), no_check)
    assert found == [token for token in text[1:] if token != END]


def best_of_all(seed: int, most: int, penalty: float) -> list[int]:
    """The text with the best score per length among all texts that are possible."""
    chain, best = Chain(seed), (-np.inf, list[int]())
    for length in range(1, most + 1):
        for text in product(range(4), repeat=length):
            if END in text[:-1] or (text[-1] != END and length < most):
                continue
            row, total = [0], 0.0
            for token in text:
                total += float(log_softmax(chain.scores(row))[token])
                row.append(token)
            best = max(best, (total / length**penalty, list(text)))
    return [token for token in best[1] if token != END]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.0])
def test_as_many_beams_as_there_are_texts_find_the_best_of_all(seed: int, penalty: float) -> None:
    wishes = Wishes(ends=(END,), most=3, beams=16, length_penalty=penalty, early_stopping="never")
    assert write(Chain(seed, rows=16), [0], wishes, no_check) == best_of_all(seed, 3, penalty)


def test_sampling_is_repeatable_and_stays_among_the_likeliest() -> None:
    wishes = Wishes(ends=(END,), most=8, sample=True, top_k=1)
    assert write(Chain(1), [0], wishes, no_check, seed=4) == write(
        Chain(1), [0], replace(wishes, sample=False), no_check
    )
    warm = replace(wishes, top_k=0, temperature=3.0)
    texts = {tuple(write(Chain(1), [0], warm, no_check, seed=seed)) for seed in range(20)}
    assert len(texts) > 5
    assert write(Chain(1), [0], warm, no_check, seed=7) == write(Chain(1), [0], warm, no_check, seed=7)


def test_a_small_share_of_the_likeliest_leaves_only_the_best() -> None:
    wishes = Wishes(ends=(END,), most=8, sample=True, top_p=0.01)
    assert write(Chain(2), [0], wishes, no_check) == write(Chain(2), [0], replace(wishes, sample=False), no_check)


def test_writing_ends_when_nobody_waits() -> None:
    left = iter([None, None])

    def check() -> None:
        if next(left, False) is False:
            raise TaskError("stopped")

    with pytest.raises(TaskError, match="stopped"):
        write(Chain(0), [0], Wishes(most=10), check)
