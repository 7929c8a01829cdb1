"""Gold files: requests and conversations become cases, and references find their way in and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import InputError
from jarvis.graph import Ref, Task
from jarvis.planners.evaluation.gold import read_cases
from jarvis.planners.protocol import Turn

CAPTION = {"id": 0, "task": "image-to-text", "args": {"image": "dog.jpg"}}
SAY = {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}}


def gold_file(folder: Path, *rows: Any) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_request_is_a_case_with_all_its_plans_and_tools(tmp_path: Path) -> None:
    tools = [{"task": "book-table", "in": {"place": "name"}, "out": "data", "does": "Reserve a table."}]
    row = {"id": "zh-7", "request": "?", "plans": [[], [CAPTION]], "ask": "Which?", "tools": tools}

    (case,) = read_cases(gold_file(tmp_path, row))

    assert (case.id, case.row, case.kind, case.ask, case.golds) == ("zh-7", "zh-7", "zh", "Which?", ([], [CAPTION]))
    assert [tool.name for tool in case.tools] == ["book-table"]


def test_every_turn_is_a_case_after_the_gold_of_the_turns_before(tmp_path: Path) -> None:
    asked = {"request": "say", "plan": [], "ask": "Say what?"}
    first = {"request": "caption dog.jpg aloud", "plan": [CAPTION, SAY], "alt": [[CAPTION]]}
    again = {"request": "again", "plan": [{"id": 0, "task": "text-to-speech", "args": {"text": "$2:0"}}]}

    cases = read_cases(gold_file(tmp_path, {"id": "chat-1", "turns": [asked, first, again]}))

    assert [(case.id, case.row) for case in cases] == [(f"chat-1:{turn}", "chat-1") for turn in (1, 2, 3)]
    assert cases[1].golds == ([CAPTION, SAY], [CAPTION])
    assert cases[2].earlier == ("$2:0", "$2:1")
    assert cases[2].history == (
        Turn("say", (), "Say what?"),
        Turn(
            "caption dog.jpg aloud",
            (Task(0, "image-to-text", {"image": "dog.jpg"}), Task(1, "text-to-speech", {"text": Ref(0)})),
        ),
    )


def test_references_to_earlier_turns_and_to_the_same_plan_are_kept_apart(tmp_path: Path) -> None:
    turns = [{"request": "caption dog.jpg", "plan": [CAPTION]}, {"request": "more", "plan": []}]
    case = read_cases(gold_file(tmp_path, {"id": "chat-1", "turns": turns}))[1]
    row = {"id": 1, "task": "question-answering", "args": {"question": "$5?", "context": ["$1:0", "$0"]}}
    task = Task(2, "question-answering", {"question": "$5?", "context": (Ref(0), Ref(1))})

    assert case.to_task(row) == task
    assert case.to_json(task) == row


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "a", "request": "x"}, "lacks 'plans'"),
        ({"id": "a", "request": "x", "plans": []}, "it has no plan"),
        ({"id": "a", "request": 3, "plans": [[]]}, "no text"),
        ({"id": "a", "request": "x", "plans": [[{"task": "weather"}]]}, "is not a task"),
        ({"id": "a", "request": "x", "plans": [[]], "tools": [{}]}, "tool 1 has no name"),
        ({"id": "a", "turns": [{"request": "x"}]}, "lacks 'plan'"),
        ({"id": "a", "turns": [{"request": "x", "plan": [SAY]}]}, "not numbered 0, 1, 2"),
        ({"request": "x", "plans": [[]]}, "has no id"),
    ],
)
def test_a_row_that_is_no_gold_plan_is_named(tmp_path: Path, row: Any, said: str) -> None:
    with pytest.raises(InputError, match=r"gold\.jsonl, line 2") as error:
        read_cases(gold_file(tmp_path, {"id": "good", "request": "x", "plans": [[]]}, row))

    assert said in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_cases(tmp_path / "none.jsonl")
