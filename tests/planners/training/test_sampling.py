"""Sampled graphs are valid plans, and their requests say all that the plans hold."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.planners.training.sampling import sampled_row, wordings
from jarvis.spec import ValueType
from jarvis.tools.toolset import builtin_tools
from tests.planners.training.validity import faults, literals, stands

TOOLS = builtin_tools()


def rows(count: int, seed: int = 0) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    return [sampled_row(number, TOOLS, rng) for number in range(count)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_sampled_plan_is_valid_and_stands_in_its_request(seed: int) -> None:
    row = sampled_row(7, TOOLS, random.Random(seed))

    assert row["id"] == "sampled-7"
    (plan,) = row["plans"]
    assert 1 <= len(plan) <= 7
    assert faults(plan, TOOLS, row["request"]) == []
    assert all(stands(value, row["request"]) for value in literals(plan))


def test_the_same_seed_draws_the_same_rows() -> None:
    assert rows(30, seed=4) == rows(30, seed=4)
    assert rows(30, seed=4) != rows(30, seed=5)


def test_every_task_that_can_be_worded_is_drawn_and_every_size() -> None:
    plans = [row["plans"][0] for row in rows(1500)]
    assert {task["task"] for plan in plans for task in plan} == set(wordings())
    assert {len(plan) for plan in plans} == {1, 2, 3, 4, 5, 6, 7}


@pytest.mark.parametrize("task", wordings())
def test_a_wording_fills_what_its_task_requires(task: str) -> None:
    wording, tool = wordings()[task], TOOLS[task]

    filled = {wording.slot, wording.value_slot} - {""}
    assert {slot.name for slot in tool.slots if slot.required} <= filled <= {slot.name for slot in tool.slots}
    for text in (*wording.commands, *wording.things):
        assert "{x}" in text
        assert ("{v}" in text) == bool(wording.value_slot)
    assert wording.pointers[0].startswith("the ")  # an ordinal goes in behind it
    assert bool(wording.values) == bool(wording.value_slot)


def test_a_file_is_of_the_kind_that_its_task_takes() -> None:
    kinds = {"wav": ValueType.AUDIO, "jpg": ValueType.IMAGE, "mp4": ValueType.VIDEO, "csv": ValueType.TABLE}
    for row in rows(300):
        for task in row["plans"][0]:
            slot = TOOLS[task["task"]].slot(wordings()[task["task"]].slot)
            given_kind = kinds.get(str(task["args"][wordings()[task["task"]].slot]).rpartition(".")[2])
            assert slot is not None
            assert given_kind in (None, slot.type) or slot.type == ValueType.ANY
