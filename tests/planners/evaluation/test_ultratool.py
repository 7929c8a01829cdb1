"""UltraTool's measure: figures counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jarvis.errors import InputError
from jarvis.planners.evaluation.ultratool import Chain, Sample, f1, read_chains, read_samples, report, strangers


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ("ab", "ab", 1.0),
        ("ba", "ab", 1.0),
        ("a", "ab", 2 / 3),
        ("abcd", "ab", 2 / 3),
        ("aab", "ab", 0.8),  # a repeated name lowers the precision: P = 2/3, R = 1
        ("ab", "aab", 0.8),
        ("c", "ab", 0.0),
        ("", "ab", 0.0),
        ("", "", 0.0),
    ],
)
def test_f1_of_lists(predicted: str, gold: str, expected: float) -> None:
    assert f1(predicted, gold) == pytest.approx(expected)


def test_means_are_over_all_requests_and_a_missing_one_counts_nothing() -> None:
    samples = [Sample(name, "?", Chain.of(gold)) for name, gold in (("1", "ab"), ("2", "abc"), ("3", "ab"))]

    found = report(samples, {"1": Chain.of("ab"), "2": Chain.of("acb")})

    assert found["scores"] == {"requests": 3, "node_f1": 66.67, "link_f1": 33.33, "accuracy": 66.67}
    assert found["sizes"] == {
        "2": {"requests": 2, "node_f1": 50.0, "link_f1": 50.0, "accuracy": 50.0},
        "3": {"requests": 1, "node_f1": 100.0, "link_f1": 0.0, "accuracy": 100.0},
    }
    assert (found["requests"], found["missing"]) == (3, 1)


def test_links_may_be_given_and_need_not_be_those_of_a_chain(tmp_path: Path) -> None:
    row = {"id": 7, "user_request": "?", **Chain(("a", "b", "c"), (("a", "c"),)).to_json()}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(row))

    (sample,) = read_samples(path)

    assert sample.id == "7"
    assert sample.gold == Chain(("a", "b", "c"), (("a", "c"),))
    assert Chain.of("abc").links == (("a", "b"), ("b", "c"))


def test_a_prediction_of_another_form_is_missing_and_a_gold_plan_of_another_form_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"id": 1, "task_nodes": "a"}\n{"id": 2, "task_nodes": [{"task": "a"}]}')

    assert read_chains(path) == {"2": Chain(("a",))}
    with pytest.raises(InputError, match="line 1 is no UltraTool plan"):
        read_samples(path)


def test_tools_that_do_not_exist_are_counted() -> None:
    assert strangers([Chain.of("ab"), Chain.of("bb")], "a") == 3
