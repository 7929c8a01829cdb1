"""Faults: what is wrong with the form of a plan."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.graph import Task
from jarvis.planners.evaluation.faults import fault_of
from jarvis.planners.evaluation.gold import Case
from jarvis.planners.evaluation.predicting import MISSING, Prediction
from jarvis.planners.protocol import Turn
from jarvis.tools.toolset import builtin_tools

_HISTORY = (Turn("weather in Rome", (Task(0, "weather", {"place": "Rome"}),)),)
CASE = Case("c:2", "c", "say it", (), history=_HISTORY, earlier=("$1:0",))


def say(text: Any, number: Any = 0, **more: Any) -> dict[str, Any]:
    return {"id": number, "task": "text-to-speech", "args": {"text": text, **more}}


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ([], ""),
        ([say("$1:0")], ""),
        ([say("$1", 0), say("hello", 1)], "refused"),  # speech does not fit into a text
        ([{"id": 0, "task": "weather", "args": {"place": "Rome"}}, say("$0", 1)], ""),
        (None, "missing"),
        ("say it", "malformed"),
        ([say("a"), say("b")], "malformed"),
        ([say("a", "0")], "malformed"),
        ([say(3)], "malformed"),
        ([{"id": 0, "task": "text-to-speech"}], "malformed"),
        ([{"id": 0, "task": "fly", "args": {}}], "unknown name"),
        ([say("a", wings="two")], "unknown name"),
        ([say("$1")], "dangling reference"),
        ([say("$0")], "dangling reference"),
        ([say("$1:1")], "dangling reference"),
        ([{"id": 0, "task": "text-to-speech", "args": {}}], "refused"),
    ],
)
def test_the_first_fault_of_a_plan(plan: Any, fault: str) -> None:
    assert fault_of(Prediction(plan), CASE, builtin_tools()) == fault


def test_no_prediction_and_a_failed_one_are_told_apart() -> None:
    assert fault_of(MISSING, CASE, builtin_tools()) == "missing"
    assert fault_of(Prediction([], error="no plan"), CASE, builtin_tools()) == "failed"
