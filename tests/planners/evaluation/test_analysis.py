"""The analysis of errors: every figure of a small gold file, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.planners.evaluation.analysis import NOTHING, Row, confusions, judge_all, report, times
from jarvis.planners.evaluation.gold import Case
from jarvis.planners.evaluation.predicting import Prediction
from jarvis.tools.toolset import builtin_tools


def task(number: int, name: str, **args: Any) -> dict[str, Any]:
    return {"id": number, "task": name, "args": args}


READ = task(0, "optical-character-recognition", image="page.png")
SAY = task(1, "text-to-speech", text="$0")
CAPTION = task(0, "image-to-text", image="page.png")
WEATHER = task(0, "weather", place="Rom")

CASES = [
    Case("hf-1", "hf-1", "Read the page aloud", ([READ, SAY],)),
    Case("hf-2", "hf-2", "Read the page aloud", ([READ, SAY],)),
    Case("eu-1", "eu-1", "Wie ist das Wetter in Rom?", ([WEATHER],)),
    Case("eu-2", "eu-2", "mach es an", ([],), ask="Was?"),
    Case("zh-1", "zh-1", "罗马的天气怎么样", ([WEATHER],)),
]
PREDICTIONS = {
    "hf-1": Prediction([READ, SAY], seconds=0.1),
    "hf-2": Prediction([CAPTION, SAY, task(2, "summarization", text="$0")], seconds=0.4),
    "eu-1": Prediction("weather in Rome", seconds=0.2),
    "eu-2": Prediction([], "Was soll ich anmachen?", 0.3),
}


@pytest.fixture
def rows() -> list[Row]:
    return judge_all(CASES, PREDICTIONS, builtin_tools())


def test_scores_over_all_and_by_kind(rows: list[Row]) -> None:
    found = report(rows)

    # hf-2: nodes 2*1/(2+3), edges 0 of 1 against 2, arguments 0, not exact
    half = {"requests": 2, "node_f1": 70.0, "edge_f1": 50.0, "arg_f1": 50.0, "exact": 50.0}
    assert found["kinds"]["hf"] == half
    assert found["kinds"]["zh"] == {"requests": 1, "node_f1": 0.0, "edge_f1": 100.0, "arg_f1": 0.0, "exact": 0.0}
    assert found["scores"] == {"node_f1": 48.0, "edge_f1": 80.0, "arg_f1": 40.0, "exact": 40.0}
    assert {name: group["requests"] for name, group in found["sizes"].items()} == {"0": 1, "1": 2, "2": 2}
    assert {name: group["requests"] for name, group in found["languages"].items()} == {"de": 2, "en": 2, "zh": 1}


def test_figures_by_task(rows: list[Row]) -> None:
    tasks = report(rows)["tasks"]

    assert tasks["text-to-speech"] == {"gold": 2, "predicted": 2, "precision": 100.0, "recall": 100.0, "f1": 100.0}
    assert tasks["optical-character-recognition"] == {
        "gold": 2,
        "predicted": 1,
        "precision": 100.0,
        "recall": 50.0,
        "f1": 66.67,
    }
    assert tasks["summarization"] == {"gold": 0, "predicted": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_a_confusion_pairs_the_tasks_that_share_their_values(rows: list[Row]) -> None:
    assert confusions(rows) == {
        ("optical-character-recognition", "image-to-text"): 1,
        (NOTHING, "summarization"): 1,
        ("weather", NOTHING): 2,
    }


def test_faults_questions_and_times(rows: list[Row]) -> None:
    found = report(rows)

    assert {name: fault["plans"] for name, fault in found["faults"].items() if fault["plans"]} == {
        "missing": 1,
        "malformed": 1,
    }
    assert found["faults"]["missing"]["percent"] == 20.0
    assert found["questions"] == {"wanted": 1, "asked": 1, "both": 1}
    assert found["seconds"] == {"median": 0.2, "p95": 0.4, "worst": 0.4}


def test_the_worst_cases_come_first_with_all_that_is_known(rows: list[Row]) -> None:
    worst = report(rows, worst=1)["worst"]

    assert worst == [
        {
            "id": "hf-2",
            "request": "Read the page aloud",
            "node_f1": 40.0,
            "edge_f1": 0.0,
            "arg_f1": 0.0,
            "exact": 0.0,
            "gold": [READ, SAY],
            "plan": PREDICTIONS["hf-2"].plan,
        }
    ]


def test_turns_of_conversations_are_told_apart() -> None:
    again = task(0, "text-to-speech", text="$1:0")
    cases = [
        Case("chat-1:1", "chat-1", "caption it", ([CAPTION],)),
        Case("chat-1:2", "chat-1", "say it", ([again],), earlier=("$1:0",)),
        Case("chat-2:2", "chat-2", "say it", ([again],), earlier=("$1:0", "$1:1")),
    ]
    wrong = task(0, "text-to-speech", text="$1:1")
    plans = {"chat-1:1": [CAPTION], "chat-1:2": [again], "chat-2:2": [wrong]}

    found = report(judge_all(cases, {name: Prediction(plan) for name, plan in plans.items()}, builtin_tools()))

    assert found["earlier_references_f1"] == 50.0
    assert {turn: group["exact"] for turn, group in found["turns"].items()} == {"1": 100.0, "2": 50.0}


def test_times_of_nothing_are_none() -> None:
    assert times([]) is None
    assert times([0.1 * n for n in range(1, 101)]) == {"median": 5.0, "p95": 9.5, "worst": 10.0}
