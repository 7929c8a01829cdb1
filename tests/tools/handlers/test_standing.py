"""Standing plans are kept, listed, and found again by what people say about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.graph import Task
from jarvis.standing.conditions import Condition
from jarvis.standing.records import Plan
from jarvis.standing.schedule import WEEKDAYS, Schedule
from jarvis.standing.store import Store
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.standing import StandingPlans
from tests.jarvis.standing.clocks import TurnedClock

WEATHER = Plan("", "every morning at seven", "read me the weather", Schedule((420,)), tasks=(Task(0, "weather"),))
HEATING = Plan(
    "", "every weekday at 6:30", "turn on the heating", Schedule((390,), WEEKDAYS),
    tasks=(Task(0, "home-control", {"action": "turn_on", "target": "heating"}),), effect=True,
)  # fmt: skip
DOOR = Plan("", "when the front door opens", "", None, Condition("the front door", "open", said="opens"), tell=True)


class Asked:
    """The handler, asked as the executor asks it."""

    def __init__(self, tmp_path: Path) -> None:
        self.store = Store(tmp_path)
        self._handler = StandingPlans({}, RuntimeOptions(parameters={"folder": str(tmp_path)}), TurnedClock())
        self._sink = Sink(ArtifactFolder(tmp_path / "out"), Provenance(0, "standing-plan", "kept-plans"))

    def do(self, action: str, request: str = "", **slots: str) -> dict[str, Any]:
        value = self._handler.run(Inputs("standing-plan", {"action": action, "request": request, **slots}), self._sink)
        return cast("dict[str, Any]", value)

    def add(self, plan: Plan, action: str = "add", room: str = "") -> dict[str, Any]:
        return self.do(action, plan=json.dumps(plan.to_json()), room=room)


@pytest.fixture
def plans(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


@pytest.fixture
def three(plans: Asked) -> Asked:
    for plan in (WEATHER, HEATING, DOOR):
        plans.add(plan)
    return plans


def test_what_was_confirmed_is_kept_where_it_was_said_and_is_due(plans: Asked) -> None:
    value = plans.add(WEATHER, room="kitchen")
    assert value["plans"][0] | {"id": "", "next": ""} == {
        "id": "", "when": "Every day at 07:00", "does": "the weather", "paused": False, "next": "", "language": "en",
    }  # fmt: skip
    assert value["idle"] is True
    (kept,) = plans.store.plans()
    assert (kept.room, kept.tasks, kept.due is not None) == ("kitchen", WEATHER.tasks, True)
    with pytest.raises(TaskError, match="kept already"):
        plans.add(WEATHER)


@pytest.mark.parametrize(("action", "allowed"), [("add", False), ("add_allowed", True)])
def test_a_permission_is_kept_only_when_it_was_given(plans: Asked, action: str, allowed: bool) -> None:
    from dataclasses import replace

    plans.add(replace(HEATING, allowed=True), action)
    assert plans.store.plans()[0].allowed is allowed


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("reading me the weather every morning", "read me the weather"),
        ("the weather", "read me the weather"),
        ("heating", "turn on the heating"),
        ("the front door", ""),
    ],
)
def test_a_plan_is_deleted_by_what_is_said_about_it(three: Asked, said: str, found: str) -> None:
    removed = three.do("remove", said)
    assert len(removed["plans"]) == 1
    assert found not in [plan.request for plan in three.store.plans()]
    assert len(three.store.plans()) == 2


def test_what_is_like_no_plan_or_like_several_deletes_nothing(three: Asked) -> None:
    with pytest.raises(
        TaskError, match=r"no standing plan is like 'the garden'; there are Every day at 07:00: the weather"
    ):
        three.do("remove", "the garden")
    with pytest.raises(TaskError, match="not clear which standing plan is meant"):
        three.do("remove", "")
    assert len(three.store.plans()) == 3


def test_without_any_plan_it_says_so(plans: Asked) -> None:
    assert plans.do("list") == {"action": "list", "plans": []}
    with pytest.raises(TaskError, match="there is no standing plan"):
        plans.do("remove", "weather")


def test_a_plan_rests_goes_on_and_gets_another_time(three: Asked) -> None:
    three.do("pause", "weather")
    assert [plan.due for plan in three.store.plans() if plan.request == "read me the weather"] == [None]
    assert [row["paused"] for row in three.do("list")["plans"]] == [True, False, False]
    three.do("resume", "weather")
    changed = three.do("change", "weather", when="at half past eight")
    assert changed["plans"][0]["when"] == "Every day at 08:30"
    assert three.do("change", "heating", when="every day at 5")["plans"][0]["when"] == "Every day at 05:00"
    with pytest.raises(TaskError, match="not clear as a time"):
        three.do("change", "heating", when="when pigs fly")
    with pytest.raises(TaskError, match="has no time"):
        three.do("change", "front door", when="at 8")


@pytest.mark.parametrize("row", ["", "[]", '{"id": "x"}', '{"when": "now", "request": "x", "id": "", "schedule": {}}'])
def test_what_is_no_plan_is_refused(plans: Asked, row: str) -> None:
    with pytest.raises(TaskError, match="this is no standing plan"):
        plans.do("add", plan=row)
