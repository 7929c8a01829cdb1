"""Conversations as they are written down: running ids in, `$t:k` out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.errors import PlanError
from jarvis.graph import Ref, Task
from jarvis.planners.dialogue import Dialogue
from jarvis.planners.protocol import Turn
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()

Rows = list[dict[str, Any]]


def caption(task_id: int = 0, **args: Any) -> dict[str, Any]:
    return {"id": task_id, "task": "image-to-text", "args": {"image": "dog.jpg", **args}}


def speech(task_id: int, text: Any) -> dict[str, Any]:
    return {"id": task_id, "task": "text-to-speech", "args": {"text": text}}


def turn(*plan: dict[str, Any], request: str = "go on", **more: Any) -> dict[str, Any]:
    return {"request": request, "plan": list(plan), **more}


LAST = {"request": "and now?"}


def test_ids_run_on_across_turns() -> None:
    french = {"id": 0, "task": "translation", "args": {"text": "$1:0", "target_language": "French"}}

    dialogue = Dialogue.from_json([turn(caption(), request="Caption it"), turn(french, speech(1, "$0")), LAST], TOOLS)

    assert dialogue.request == "and now?"
    assert dialogue.history == (
        Turn("Caption it", (Task(0, "image-to-text", {"image": "dog.jpg"}),)),
        Turn(
            "go on",
            (
                Task(1, "translation", {"text": Ref(0), "target_language": "French"}),
                Task(2, "text-to-speech", {"text": Ref(1)}),
            ),
        ),
    )


def test_a_new_plan_begins_at_0_and_names_earlier_turns() -> None:
    dialogue = Dialogue.from_json([turn(caption()), turn(), turn(speech(0, "$1:0")), LAST], TOOLS)
    tasks = [
        Task(2, "summarization", {"text": (Ref(0), "as it stands")}),
        Task(3, "text-to-speech", {"text": Ref(2)}),
        Task(4, "audio-to-audio", {"audio": (Ref(1), Ref(3))}),
    ]

    assert dialogue.to_json(tasks) == [
        {"id": 0, "task": "summarization", "args": {"text": ["$1:0", "as it stands"]}},
        {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
        {"id": 2, "task": "audio-to-audio", "args": {"audio": ["$3:0", "$1"]}},
    ]


def test_a_question_back_is_a_turn_without_tasks() -> None:
    asked = {"request": "brighten it up", "ask": "Which picture or lamp?"}

    asked_back = Turn("brighten it up", (), "Which picture or lamp?")
    assert Dialogue.from_json([asked, asked | {"plan": []}, LAST], TOOLS).history == (asked_back, asked_back)


def test_of_the_last_turn_only_the_request_is_read() -> None:
    assert Dialogue.from_json([{"request": "Caption dog.jpg", "plan": "anything"}], TOOLS) == Dialogue(
        "Caption dog.jpg"
    )


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (None, '"turns" is no list'),
        ([], '"turns" is no list'),
        (["Caption dog.jpg"], "turn 1 has no request"),
        ([turn(caption()), {"plan": []}], "turn 2 has no request"),
        ([{"request": "x"}, LAST], "turn 1 has no plan"),
        ([{"request": "x", "plan": {}}, LAST], "turn 1 has no plan"),
        ([{"request": "x", "plan": [], "ask": ["y"]}, LAST], "turn 1 has no plan"),
        ([turn({"id": 0, "task": "sing"}), LAST], "turn 1: .* is not a task"),
        ([turn({"id": 0, "task": "sing", "args": {}}), LAST], "turn 1, task 0: 'sing' is no known tool"),
        ([turn(caption(), caption()), LAST], "turn 1 has two tasks with the id 0"),
        ([turn(speech(0, "$1")), LAST], r"turn 1, task 0: \$1 is the output of no task before it"),
        ([turn(speech(0, "$0")), LAST], r"turn 1, task 0: \$0 is the output of no task before it"),
        ([turn(caption()), turn(speech(0, ["$1:0", "$1:1"])), LAST], r"turn 2, task 0: \$1:1 is the output of no"),
        ([turn(speech(0, "$2:0")), turn(caption()), LAST], r"turn 1, task 0: \$2:0 is the output of no task before it"),
    ],
)
def test_a_broken_turn_is_named(turns: Any, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        Dialogue.from_json(turns, TOOLS)


@st.composite
def conversations(draw: st.DrawFn) -> list[Rows]:
    """Plans of several turns; ids are any numbers, references go to any task before."""
    plans: list[Rows] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        plans.append([])
        for task_id in draw(st.lists(st.integers(0, 30), max_size=3, unique=True)):
            across = [f"${t}:{row['id']}" for t, plan in enumerate(plans[:-1], 1) for row in plan]
            within = [f"${row['id']}" for row in plans[-1]]
            values = st.sampled_from([*across, *within, "a dog", "$x", "5$", "", f"${number}:"])
            several = st.lists(values, min_size=1, max_size=3)
            args = draw(st.dictionaries(st.sampled_from("abc"), st.one_of(values, several), max_size=2))
            plans[-1].append({"id": task_id, "task": draw(st.sampled_from(sorted(TOOLS))), "args": args})
    return plans


def flat(plans: list[Rows]) -> Rows:
    """The oracle: all tasks in one list, each reference the place in that list of what it refers to."""
    places = [(t, row["id"]) for t, plan in enumerate(plans, 1) for row in plan]

    def moved(value: Any, t: int) -> Any:
        if isinstance(value, list):
            return [moved(v, t) for v in value]
        for at, (turn_number, task_id) in enumerate(places):
            if value == f"${turn_number}:{task_id}" or (turn_number == t and value == f"${task_id}"):
                return f"${at}"
        return value

    rows = [(t, row) for t, plan in enumerate(plans, 1) for row in plan]
    return [
        {"id": at, "task": row["task"], "args": {slot: moved(v, t) for slot, v in row["args"].items()}}
        for at, (t, row) in enumerate(rows)
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conversations())
def test_the_way_in_is_the_one_of_the_oracle_and_the_way_back_changes_nothing(plans: list[Rows]) -> None:
    dialogue = Dialogue.from_json([*({"request": "x", "plan": plan} for plan in plans), LAST], TOOLS)

    assert [task.to_json() for turn in dialogue.history for task in turn.tasks] == flat(plans)
    assert [dialogue.to_json(turn.tasks) for turn in dialogue.history] == plans
    # What is written for a new turn reads back as the same tasks.
    new = [Task(90 + task.id, task.tool, task.args) for turn in dialogue.history for task in turn.tasks]
    written = dialogue.to_json(new)
    longer = Dialogue.from_json([*({"request": "x", "plan": p} for p in [*plans, written]), LAST], TOOLS)
    assert [task.args for task in longer.history[-1].tasks] == [task.args for task in new]
