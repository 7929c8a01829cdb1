"""The shipped UltraTool adapter: its plans are chains of tools that exist."""

from __future__ import annotations

from functools import cache

import pytest

from jarvis.planners.ultratool import WEIGHTS, UltraToolPlanner

pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model

REQUESTS = [
    "I want to create a new document to record the minutes of the meeting, and update the first item.",
    "Please set an alarm for 7 am tomorrow.",
    "",
    "???\n\n今天天气怎么样",
]


@cache
def planner() -> UltraToolPlanner:
    return UltraToolPlanner()


def test_the_adapter_is_small_and_brings_its_names() -> None:
    assert WEIGHTS.stat().st_size < 15_000_000
    assert len(planner().names) == len(set(planner().names)) == 260


@pytest.mark.parametrize("text", REQUESTS)
def test_a_plan_is_one_to_eight_tools_that_exist_and_the_same_again(text: str) -> None:
    names = planner().plan(text)
    assert 1 <= len(names) <= 8
    assert set(names) <= set(planner().names)
    assert planner().plan(text) == names


def test_a_request_of_its_domain_is_planned_as_it_was_learned() -> None:
    assert planner().plan(REQUESTS[0]) == ["file_write", "file_modify"]
