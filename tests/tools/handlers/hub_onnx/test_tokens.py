from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import ModelError, TaskError
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.tokens import Tokens, cleaned, filled
from tests.tools.handlers.hub_onnx.repositories import WORDS, files_of, options, write_json, write_tokenizer


def tokens(folder: Path, config: dict[str, Any] | None = None, **settings: Any) -> Tokens:
    write_tokenizer(folder, **settings)
    write_json(folder / "config.json", config or {})
    return Tokens(Repository(files_of(folder), options()))


def words(numbers: Any) -> str:
    return " ".join(str(WORDS[number]) for number in numbers)


def test_texts_of_a_batch_are_filled_up_to_the_longest(tmp_path: Path) -> None:
    made = tokens(tmp_path)
    batch = made.batch([made.encode("the cat"), made.encode(("the dog", "sleeps"))])
    assert words(batch["input_ids"][0]) == "[CLS] the cat [SEP] [PAD] [PAD]"
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 0, 0], [1] * 6]
    assert batch["token_type_ids"].tolist() == [[0] * 6, [0, 0, 0, 0, 1, 1]]


def test_models_that_go_on_with_a_text_are_filled_up_before_it(tmp_path: Path) -> None:
    made = tokens(tmp_path, padding_side="left", pair=False)
    batch = made.batch([made.encode("cat"), made.encode("the cat")])
    assert batch["input_ids"].tolist() == [[0, WORDS.index("cat")], [WORDS.index("the"), WORDS.index("cat")]]


def test_a_longer_text_is_cut_at_what_the_model_reads(tmp_path: Path) -> None:
    assert words(tokens(tmp_path, model_max_length=4).encode("the cat eats fish").ids) == "[CLS] the cat [SEP]"


def test_windows_of_a_long_text_overlap_and_miss_nothing(tmp_path: Path) -> None:
    found = tokens(tmp_path).windows(("the", "cat eats fish dog sleeps good bad"), 8, 1, cut="only_second")
    assert [words(window.ids).split("[SEP]")[1].split() for window in found] == [
        ["cat", "eats", "fish", "dog"], ["dog", "sleeps", "good", "bad"],
    ]  # fmt: skip


def test_a_question_that_fills_the_window_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="does not fit the model"):
        tokens(tmp_path).windows(("the cat eats fish", "dog"), 5, cut="only_second")


@pytest.mark.parametrize(
    ("config", "settings", "limit"),
    [
        ({"max_position_embeddings": 10}, {}, 10),
        ({"max_position_embeddings": 512, "model_type": "bert"}, {"model_max_length": 10**30}, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, {"model_max_length": None}, 512),
        ({"n_positions": 512, "model_type": "t5"}, {"model_max_length": 700}, 700),
    ],
)
def test_the_limit_is_the_smaller_of_what_tokenizer_and_model_say(
    tmp_path: Path, config: dict[str, Any], settings: dict[str, Any], limit: int
) -> None:
    assert tokens(tmp_path, config, **settings).limit == limit


def test_special_tokens_are_found_however_they_are_written(tmp_path: Path) -> None:
    made = tokens(tmp_path, eos_token={"content": "</s>", "lstrip": False}, cls_token=7)
    assert (made.special("eos_token"), made.special("cls_token"), made.special("bos_token")) == (5, None, None)


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no tokenizer\.json"):
        Tokens(Repository({}, options()))


def test_a_broken_tokenizer_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"model": 1}')
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be read"):
        Tokens(Repository(files_of(tmp_path), options()))


def test_spaces_before_marks_are_taken_away() -> None:
    assert cleaned("it 's good , do n't stop !") == "it's good, don't stop!"


def test_rows_are_filled_up_at_the_wanted_side() -> None:
    assert filled([[1], [2, 3]], 9).tolist() == [[1, 9], [2, 3]]
    assert filled([[1], [2, 3]], 9, left=True).tolist() == [[9, 1], [2, 3]]
