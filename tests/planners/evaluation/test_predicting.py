"""Predictions: what a planner answers becomes a plan in the form of the gold, and can be kept in a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jarvis.errors import PlannerError
from jarvis.graph import Ref, Task
from jarvis.planners.evaluation.files import write_record
from jarvis.planners.evaluation.gold import Case
from jarvis.planners.evaluation.predicting import Prediction, predict, read_predictions
from jarvis.planners.protocol import AskBack, PlanRequest, Turn
from jarvis.planners.rules import RulePlanner
from jarvis.tools.listed import read_tools
from jarvis.tools.toolset import builtin_tools

BOOK = read_tools([{"task": "book-table", "in": {"place": "name"}, "out": "data", "does": "Reserve a table."}])[0]


@dataclass
class Scripted:
    """Gives the same tasks each time, then raises what it is told to."""

    tasks: Sequence[Task] = ()
    error: Exception | None = None
    heard: list[PlanRequest] = field(default_factory=list[PlanRequest])
    name: str = "scripted"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        self.heard.append(request)
        for task in self.tasks:
            yield task
        if self.error:
            raise self.error


def predicted(case: Case, planner: Scripted | RulePlanner) -> Prediction:
    return asyncio.run(predict(case, planner, builtin_tools()))


def test_a_plan_and_its_time() -> None:
    found = predicted(Case("a", "a", "describe cat.jpg", ()), RulePlanner())

    assert found.plan == [{"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}}]
    assert found.seconds is not None and found.seconds > 0


def test_a_turn_is_planned_after_its_history_and_told_in_its_own_numbers() -> None:
    history = (Turn("caption dog.jpg", (Task(0, "image-to-text", {"image": "dog.jpg"}),)),)
    case = Case("c:2", "c", "say it in French", (), history=history, earlier=("$1:0",))
    planner = Scripted(
        [
            Task(1, "translation", {"text": Ref(0), "target_language": "French"}),
            Task(2, "text-to-speech", {"text": Ref(1)}),
        ]
    )

    found = predicted(case, planner)

    assert found.plan == [
        {"id": 0, "task": "translation", "args": {"text": "$1:0", "target_language": "French"}},
        {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
    ]
    assert (planner.heard[0].history, planner.heard[0].first_id) == (history, 1)


def test_a_case_brings_its_own_tools() -> None:
    task = Task(0, "book-table", {"place": "Roma"})

    assert predicted(Case("a", "a", "book", (), tools=(BOOK,)), Scripted([task])).plan == [task.to_json()]


@pytest.mark.parametrize(
    ("tasks", "error", "ask", "said"),
    [
        ([], AskBack("Which lamp?"), "Which lamp?", ""),
        ([Task(0, "weather", {"place": "Rome"})], PlannerError("no plan"), "", "no plan"),
        ([Task(0, "fly", {})], None, "", "unknown tool"),
    ],
)
def test_what_gives_no_plan_is_an_empty_one(tasks: list[Task], error: Exception | None, ask: str, said: str) -> None:
    found = predicted(Case("a", "a", "x", ()), Scripted(tasks, error))

    assert (found.plan, found.ask) == ([], ask)
    assert said in found.error


def test_written_predictions_are_read_again(tmp_path: Path) -> None:
    made = {"a": Prediction([], "Which?", 0.25), "b": Prediction([], "", 0.5, "no plan"), "c": Prediction("odd")}
    path = tmp_path / "predictions.jsonl"
    path.write_text("".join(write_record(found.to_json(name)) for name, found in made.items()), encoding="utf-8")

    assert read_predictions(path) == made
