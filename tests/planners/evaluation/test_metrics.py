"""Plan metrics: worked examples whose figures were counted by hand."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from jarvis.planners.evaluation.metrics import Score, best, earlier_f1, mean, score

_CASES = json.loads(Path(__file__).with_name("score_cases.json").read_text(encoding="utf-8"))
"""Random plans, malformed ones among them, with the figures that the data set's own `score.py` gave for them."""

OCR = {"id": 0, "task": "optical-character-recognition", "args": {"image": "page.png"}}
SAY = {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}}
TRANSLATE = {"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}}


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ([OCR, SAY], [OCR, SAY], Score(1, 1, 1, 1)),
        ([], [], Score(1, 1, 1, 1)),
        ([], [OCR], Score(0, 1, 0, 0)),
        ([OCR], [OCR, SAY], Score(2 / 3, 0, 1, 0)),
        ([OCR, TRANSLATE], [OCR, SAY], Score(0.5, 0, 2 / 3, 0)),
        ([OCR | {"args": {"image": "'Page.PNG'"}}, SAY], [OCR, SAY], Score(1, 1, 1, 1)),
        ([OCR | {"id": 5}, SAY | {"id": 3, "args": {"text": "$5"}}], [OCR, SAY], Score(1, 1, 1, 1)),
        ([{"id": 0}], [OCR], Score(0, 1, 0, 0)),
    ],
)
def test_figures(predicted: list[Any], gold: list[Any], expected: Score) -> None:
    assert score(predicted, [gold]) == expected


def test_wording_matches_when_most_words_are_shared() -> None:
    gold = [{"id": 0, "task": "text-to-image", "args": {"prompt": "a red bicycle in the rain"}}]
    near = [{"id": 0, "task": "text-to-image", "args": {"prompt": "red bicycle in the rain"}}]
    far = [{"id": 0, "task": "text-to-image", "args": {"prompt": "a bicycle"}}]
    assert score(near, [gold]).exact == 1
    assert score(far, [gold]).arg_f1 == 0


def test_the_best_of_several_gold_plans_counts() -> None:
    assert score([OCR], [[OCR, SAY], [OCR]]).exact == 1


def test_the_mean_is_in_percent() -> None:
    assert mean([Score(1, 1, 0, 0), Score(0, 1, 0, 0)]) == {
        "node_f1": 50.0,
        "edge_f1": 100.0,
        "arg_f1": 0.0,
        "exact": 0.0,
    }


@pytest.mark.parametrize("case", _CASES, ids=range(len(_CASES)))
def test_the_figures_are_those_of_the_data_sets_own_program(case: dict[str, Any]) -> None:
    assert asdict(score(case["predicted"], case["golds"])) == pytest.approx(case["score"], abs=1e-12)


def test_the_gold_plan_that_fits_best_is_told() -> None:
    assert best([OCR], [[OCR, SAY], [OCR]])[1] == [OCR]


def test_references_to_earlier_turns_are_counted_by_themselves() -> None:
    here, earlier = {"id": 0, "task": "translation", "args": {"text": "$0"}}, [SAY | {"args": {"text": "$1:0"}}]

    assert earlier_f1(earlier, earlier) == 1
    assert earlier_f1([SAY | {"args": {"text": "$2:0"}}], earlier) == 0
    assert earlier_f1([here], [SAY]) is None
