"""The embedded planner on its shipped weights: its plans are valid, and plain requests are planned right."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.graph import Ref, Task, TaskGraph
from jarvis.planners.evaluation.metrics import mean, score
from jarvis.planners.local import WEIGHTS, LocalPlanner
from jarvis.planners.protocol import AskBack, PlanRequest, Turn
from jarvis.planners.training.data import read_jsonl
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()
pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model


@cache
def planner() -> LocalPlanner:
    return LocalPlanner()


def plan(text: str, *history: Turn) -> list[dict[str, Any]]:
    first = sum(len(turn.tasks) for turn in history)
    return [task.to_json() for task in planner().tasks(PlanRequest(text, TOOLS, history, first))]


def test_the_adapter_is_small() -> None:
    assert WEIGHTS.stat().st_size < 25_000_000


def test_read_aloud() -> None:
    assert plan("read page.png aloud") == [
        {"id": 0, "task": "optical-character-recognition", "args": {"image": "page.png"}},
        {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
    ]


@pytest.mark.parametrize(
    ("request_text", "tools"),
    [
        ("Transcribe voice.wav", ["automatic-speech-recognition"]),
        ("Translate 'good morning' into French and say it", ["translation", "text-to-speech"]),
        ("Detect the objects in street.jpg", ["object-detection"]),
        ("Turn off the kitchen light", ["home-control"]),
        ("把 menu.jpg 翻译成英文", ["optical-character-recognition", "translation"]),
    ],
)
def test_plain_requests(request_text: str, tools: list[str]) -> None:
    assert [task["task"] for task in plan(request_text)] == tools


def test_a_later_turn_refers_to_an_earlier_one() -> None:
    earlier = Turn("Caption beach_dog.jpg", (Task(0, "image-to-text", {"image": "beach_dog.jpg"}),))
    assert plan("Translate that into French", earlier) == [
        {"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}}
    ]


def test_a_request_that_lacks_what_it_needs_is_asked_back() -> None:
    with pytest.raises(AskBack) as caught:
        plan("turn it off")
    assert caught.value.question.endswith("?")


def test_tasks_come_one_by_one_and_ids_run_on() -> None:
    async def collect() -> list[Task]:
        request = PlanRequest("read page.png aloud", TOOLS, first_id=7)
        return [task async for task in planner().plan(request)]

    tasks = asyncio.run(collect())
    assert [task.id for task in tasks] == [7, 8]
    assert tasks[1].args == {"text": Ref(7)}


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=80))
def test_whatever_is_asked_the_plan_is_valid(text: str) -> None:
    try:
        tasks = list(planner().tasks(PlanRequest(text, TOOLS)))
    except AskBack:
        return
    TaskGraph(tasks, TOOLS)


def test_a_request_with_a_long_list_is_planned() -> None:
    names = ", ".join(f"thing {number}" for number in range(400))
    assert plan(f"Add {names} to my shopping list")[0]["task"] == "list-item"


def test_held_out_plans_score_as_promised() -> None:
    rows = read_jsonl(Path(__file__).parents[2] / "benchmarks" / "plans" / "held_out.jsonl")[:40]
    scores = []
    for row in rows:
        try:
            predicted = plan(row["request"])
        except AskBack:
            predicted = []
        scores.append(score(predicted, row["plans"]))
    figures = mean(scores)
    assert figures["node_f1"] >= 78
    assert figures["exact"] >= 40
