from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.wishes import MOST_NEW, Wishes, shaped, wishes_of
from tests.tools.handlers.hub_onnx.repositories import files_of, options, write_json

SCORES = np.array([[1.0, 2.0, -3.0, 4.0, 0.5]], np.float32)


def allowed(written: list[int], wishes: Wishes, prompt: int = 1) -> list[int]:
    scores = shaped(SCORES.copy(), [written], prompt, wishes)[0]
    return [int(token) for token in np.flatnonzero(np.isfinite(scores))]


@pytest.mark.parametrize(
    ("written", "wishes", "left"),
    [
        ([0], Wishes(), [0, 1, 2, 3, 4]),
        ([0, 1, 2, 0, 1], Wishes(no_repeat=3), [0, 1, 3, 4]),
        ([0, 1, 0], Wishes(no_repeat=1), [2, 3, 4]),
        ([0, 1], Wishes(bad_words=((2,), (1, 3), (0, 4))), [0, 1, 4]),
        ([0], Wishes(ends=(3,), least=1), [0, 1, 2, 4]),
        ([0, 1], Wishes(ends=(3,), least=1), [0, 1, 2, 3, 4]),
        ([0, 1], Wishes(ends=(3,), shortest=3), [0, 1, 2, 4]),
        ([0], Wishes(first=2), [2]),
        ([0, 2], Wishes(first=2), [0, 1, 2, 3, 4]),
        ([0, 1, 1], Wishes(last=(3,), most=3), [3]),
        ([0, 1], Wishes(last=(3,), longest=3), [3]),
        ([0, 1], Wishes(forced={2: 4}), [4]),
        ([0], Wishes(never=(1, 2, 99), not_first=(3,)), [0, 4]),
        ([0, 1], Wishes(never=(1, 2), not_first=(3,)), [0, 3, 4]),
    ],
)
def test_what_may_come_next(written: list[int], wishes: Wishes, left: list[int]) -> None:
    assert allowed(written, wishes) == left


def test_repetition_is_made_less_likely() -> None:
    scores = shaped(SCORES.copy(), [[1, 2]], 1, Wishes(repetition_penalty=2.0))
    assert scores.tolist() == [[1.0, 1.0, -6.0, 4.0, 0.5]]


def wishes(folder: Path, config: dict[str, Any], generation: dict[str, Any] | None = None) -> Wishes:
    write_json(folder / "config.json", config)
    if generation is not None:
        write_json(folder / "generation_config.json", generation)
    return wishes_of(Repository(files_of(folder), options()))


def test_the_newer_file_says_more_than_the_old_one(tmp_path: Path) -> None:
    old = {"decoder_start_token_id": 2, "eos_token_id": 1, "num_beams": 4, "is_encoder_decoder": True}
    found = wishes(tmp_path, old, {"num_beams": 2, "eos_token_id": [1, 5], "max_new_tokens": 12, "do_sample": True})
    assert (found.start, found.ends, found.beams, found.most, found.sample) == (2, (1, 5), 2, 12, True)


def test_the_length_of_old_configurations_that_means_nothing_is_not_obeyed(tmp_path: Path) -> None:
    assert wishes(tmp_path, {"max_length": 20}).limit(1) == MOST_NEW
    assert wishes(tmp_path, {"max_length": 16}).limit(1) == 15


def test_nonsense_in_a_configuration_is_not_obeyed(tmp_path: Path) -> None:
    found = wishes(tmp_path, {"num_beams": 10**9, "eos_token_id": "x", "max_new_tokens": -4, "bad_words_ids": 3,
                              "top_k": True, "forced_decoder_ids": [[1], ["a", 2], 3]})  # fmt: skip
    assert (found.beams, found.ends, found.limit(1), found.bad_words, found.top_k, found.forced) == (
        16, (), MOST_NEW, (), 50, {},
    )  # fmt: skip
