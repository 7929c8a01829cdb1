"""The sentences of the voice benchmark are plans that hold together, and are compared as a person would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.voice.sentences import Sentence, plain, right, sentences
from jarvis.graph import Task, TaskGraph
from jarvis.tools.toolset import builtin_tools


def test_there_are_a_hundred_different_ones_many_in_one_breath_with_the_wake_phrase() -> None:
    all_ = sentences()

    assert (len(all_), len({sentence.request.casefold() for sentence in all_})) == (100, 100)
    assert sum(sentence.wakes for sentence in all_) == 37
    assert not any("Jarvis" in sentence.request for sentence in all_ if sentence.wakes)
    assert len(sentences(20)) == 20


@pytest.mark.parametrize("sentence", sentences(), ids=lambda sentence: sentence.id)
def test_every_plan_is_a_graph_of_tasks_that_exist(sentence: Sentence) -> None:
    for plan in sentence.plans:
        graph = TaskGraph([Task.from_json(row) for row in plan], builtin_tools())
        assert right(graph.to_json(), sentence)


def test_none_of_them_is_among_the_plans_for_measuring_the_planner() -> None:
    held_out = Path(__file__).parents[2] / "benchmarks" / "plans" / "held_out.jsonl"
    known = {plain(json.loads(line)["request"]) for line in held_out.read_text(encoding="utf-8").splitlines()}

    assert not known & {plain(sentence.request) for sentence in sentences()}


def one(task: str, **args: Any) -> list[dict[str, Any]]:
    return [{"id": 0, "task": task, "args": args}]


@pytest.mark.parametrize(
    ("plan", "same"),
    [
        (one("timer", action="start", duration="25 minutes"), True),
        (one("timer", action="start", duration="Twenty-five minutes"), True),
        (one("timer", action="start", duration="25 hours"), False),
        (one("timer", action="cancel", duration="25 minutes"), False),
        ([], False),
    ],
)
def test_numbers_may_be_written_in_any_way(plan: list[dict[str, Any]], same: bool) -> None:
    sentence = next(sentence for sentence in sentences() if "twenty five minutes" in sentence.said)

    assert right(plan, sentence) is same


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("the kitchen light", "Kitchen light."),
        ("21°", "twenty-one degrees"),
        ("two hundred and five", "200 and five"),
        ("40%", "forty percent"),
        ("three o'clock", "3"),
    ],
)
def test_what_a_person_would_take_for_the_same_is_the_same(text: str, same_as: str) -> None:
    assert plain(text) == plain(same_as)
