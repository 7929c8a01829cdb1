"""HuggingGPT's cards come in as facts, from a file that others wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import UsageError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.gpt_registry import hugginggpt_choice, read_cards

FIGURES = [
    {
        "name": "m",
        "results": [
            {
                "task": {"type": "text-classification"},
                "dataset": {"name": "glue", "type": "glue"},
                "metrics": [
                    {"type": "accuracy", "value": 0.91, "verifyToken": "x" * 500},
                    {"type": "f1", "value": "91.4%"},
                    {"type": "odd", "value": {"not": "a figure"}},
                ],
            }
        ],
    }
]


def row(name: str = "o/m", task: str = "text-classification", **fields: Any) -> dict[str, Any]:
    return {"id": name, "task": task, "likes": 5, "downloads": 70, "meta": {}, "description": "choose me"} | fields


def written(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "p0_models.jsonl"
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in rows), "utf-8")
    return path


def read(tmp_path: Path, *rows: object) -> list[ModelCard]:
    return read_cards(written(tmp_path, *rows))


def test_facts_are_taken_over_and_texts_are_not(tmp_path: Path) -> None:
    meta = {
        "license": "apache-2.0",
        "language": "en",
        "tags": ["finance", "<b>x</b>"],
        "model-index": FIGURES,
        "extra_gated_prompt": "agree",
    }
    (card,) = read(tmp_path, row(meta=meta))

    assert (card.id, card.tasks, card.likes, card.downloads) == ("o/m", ("text-classification",), 5, 70)
    assert (card.license, card.languages, card.gated, card.source) == ("Apache-2.0", ("en",), True, "huggingface")
    assert [(e.dataset, e.metric, e.value) for e in card.evaluations] == [
        ("glue", "accuracy", 0.91),
        ("glue", "f1", 91.4),
    ]
    assert (card.handler, card.description, card.files, card.variants) == ("", "", (), ())


@pytest.mark.parametrize(
    ("meta", "license_id", "languages"),
    [
        ({}, "", ()),
        ({"license": ["apache-2.0", "bsd-3-clause"], "language": ["en"]}, "Apache-2.0 AND BSD-3-Clause", ("en",)),
        ({"license": "other", "language": "multilingual"}, "", ("*",)),
        ({"license": "cc-by-nc-4.0", "language": ["en", "fr", "multilingual"]}, "CC-BY-NC-4.0", ("en", "fr")),
        ({"language": ["jp", False, "code", "pt-br"]}, "", ("ja", "no", "pt")),
        ({"license": 7, "language": {"a": "b"}, "tags": "one", "model-index": "none"}, "", ()),
    ],
)  # fmt: skip
def test_what_people_wrote_into_their_cards_becomes_codes(
    meta: dict[str, Any], license_id: str, languages: tuple[str, ...], tmp_path: Path
) -> None:
    (card,) = read(tmp_path, row(meta=meta))

    assert (card.license, card.languages) == (license_id, languages)


@pytest.mark.parametrize(
    "broken",
    ["{", "[1]", '"text"', "{}", '{"id": "", "task": "x"}', '{"id": 3, "task": "x"}', "[" * 100_000, "x" * 1_100_000],
)
def test_a_line_that_is_no_card_is_told_with_its_place(broken: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 2 of .*p0_models\.jsonl"):
        read(tmp_path, row(), broken)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name the file p0_models"):
        read_cards(tmp_path / "none.jsonl")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00" * 50)
    with pytest.raises(UsageError, match="cannot read"):
        read_cards(tmp_path / "binary")


@pytest.mark.parametrize("meta", [None, [], "text", 3, {"model-index": [{"results": [{"metrics": [None, 3]}, 5]}]}])
def test_odd_metadata_costs_the_facts_and_not_the_card(meta: object, tmp_path: Path) -> None:
    (card,) = read(tmp_path, row(meta=meta))

    assert card.evaluations == ()


def test_a_model_of_two_tasks_is_one_card(tmp_path: Path) -> None:
    (card,) = read(tmp_path, row(), row(task="token-classification"))

    assert card.tasks == ("text-classification", "token-classification")


def test_the_old_rule_takes_the_first_loaded_of_the_ten_most_liked(tmp_path: Path) -> None:
    cards = read(
        tmp_path, *(row(f"o/m{likes}", likes=likes) for likes in range(20)), row("o/x", "translation", likes=99)
    )

    assert getattr(hugginggpt_choice(cards, "text-classification"), "id", "") == "o/m19"
    loaded = frozenset({"o/m12", "o/m3"})
    assert getattr(hugginggpt_choice(cards, "text-classification", loaded), "id", "") == "o/m12"
    assert hugginggpt_choice(cards, "text-classification", frozenset({"o/m3"})) is None
    assert hugginggpt_choice(cards, "summarization") is None
