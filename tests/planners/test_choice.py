"""Household sentences before the planner that the settings name."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis import Jarvis
from jarvis.graph import Task
from jarvis.messages import Decision
from jarvis.planners.choice import EmbeddedPlanner, HouseholdFirst, Present, choose_planner
from jarvis.planners.household.planner import Household
from jarvis.planners.protocol import AskBack, Planner, PlanRequest, Preparing, Replanner, Reporting
from jarvis.planners.rules import RulePlanner
from jarvis.settings import Settings
from jarvis.tools.homes.protocol import Thing
from jarvis.tools.toolset import builtin_tools

FAN = [Thing("fan", "fan", actions=frozenset({"turn_on", "turn_off"}))]


class Asking:
    """A planner that plans one request, asks back at another one, and tells how."""

    name = "a planner of the test"

    def __init__(self) -> None:
        self.asked: list[PlanRequest] = []
        self.prepared = 0
        self.decision: Decision | None = None
        self.report = print

    def prepare(self) -> None:
        self.prepared += 1

    def replanner(self) -> Planner | None:
        return RulePlanner()

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        self.asked.append(request)
        self.decision = Decision(self.name, probability=0.5)
        if request.text == "and now":
            raise AskBack("What now?")
        yield Task(request.first_id, "web-search", {"query": request.text})


def planned(planner: Planner, text: str) -> list[Task]:
    async def collect() -> list[Task]:
        return [task async for task in planner.plan(PlanRequest(text, builtin_tools()))]

    return asyncio.run(collect())


def first(behind: Planner) -> HouseholdFirst:
    return HouseholdFirst(Household(lambda: FAN), behind)


def test_a_household_sentence_does_not_reach_the_planner_behind() -> None:
    behind = Asking()
    planner = first(behind)
    assert planned(planner, "turn on the fan") == [Task(0, "home-control", {"action": "turn_on", "target": "fan"})]
    assert behind.asked == []
    assert planner.decision == Decision("household sentences")
    assert planner.name == "a planner of the test"


def test_everything_else_is_handed_on_as_it_is() -> None:
    behind = Asking()
    planner = first(behind)
    planned(planner, "turn on the fan")
    assert planned(planner, "find a fan") == [Task(0, "web-search", {"query": "find a fan"})]
    assert [request.text for request in behind.asked] == ["find a fan"]
    assert planner.decision == Decision("a planner of the test", probability=0.5)
    with pytest.raises(AskBack, match="What now"):
        planned(planner, "and now")


def test_what_the_planner_behind_can_do_is_passed_through() -> None:
    behind = Asking()
    planner = first(behind)
    assert isinstance(planner, Reporting)
    assert isinstance(planner, Preparing)
    assert isinstance(planner, Replanner)
    told: list[str] = []
    planner.report = told.append
    behind.report("loading")
    planner.prepare()
    assert (told, behind.prepared) == (["loading"], 1)
    assert isinstance(planner.replanner(), RulePlanner)


def test_a_planner_behind_that_tells_nothing_is_no_hindrance() -> None:
    planner = first(RulePlanner())
    planner.report = print
    planner.prepare()
    planned(planner, "describe photo.jpg")
    assert planner.decision is None
    assert planner.replanner() is None
    assert planner.name == RulePlanner().name


class Homely:
    """A planner that takes every request for a question about the home."""

    name = "a planner that asks the home"

    def __init__(self, *more: str) -> None:
        self._tools = ("home-state", *more)

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        for number, tool in enumerate(self._tools):
            yield Task(request.first_id + number, tool, {"target": " ".join(request.text.split()[3:])})


def test_a_question_of_general_knowledge_is_not_put_to_the_home() -> None:
    planner, text = first(Homely()), "wie hoch ist der mount everest"
    assert planned(planner, text) == [Task(0, "text-generation", {"prompt": text})]
    assert planner.decision == Decision("rules for questions that no home answers")
    assert [task.tool for task in planned(planner, "how noisy is the fan")] == ["home-state"]
    assert planner.decision is None


def test_a_question_in_a_longer_plan_stays_as_it_was_planned() -> None:
    planner = first(Homely("camera-snapshot"))
    assert [t.tool for t in planned(planner, "wie hoch ist der mount everest")] == ["home-state", "camera-snapshot"]


def test_the_setting_turns_it_off(tmp_path: Path) -> None:
    settings = Settings(cache_dir=tmp_path)
    assert isinstance(choose_planner(settings), HouseholdFirst)
    assert isinstance(choose_planner(replace(settings, fast_path=False)), EmbeddedPlanner)
    assert isinstance(choose_planner(replace(settings, planner="rules", fast_path=False)), RulePlanner)
    assert Settings.from_env({"JARVIS_FAST_PATH": "no"}).fast_path is False


def test_the_names_are_those_of_the_home_of_the_settings(tmp_path: Path) -> None:
    home = tmp_path / "home.yaml"
    home.write_text("name: test home\nrooms:\n  attic:\n    things:\n      moon: {kind: light}\n", encoding="utf-8")
    planner = choose_planner(Settings(home=str(home), cache_dir=tmp_path / "cache", planner="rules"))
    (task,) = planned(planner, "set the moon to 20%")
    assert task.args == {"action": "set_brightness", "target": "moon", "value": "20%"}


def test_a_home_that_does_not_answer_keeps_nobody_waiting() -> None:
    settings = Settings(home="http://127.0.0.1:9", planner="rules")
    began = time.monotonic()
    assert list(Present(settings, 0.2)()) == []
    assert time.monotonic() - began < 5 * 0.2
    assert planned(choose_planner(settings), "set a timer for 5 minutes")[0].args["duration"] == "5 minutes"


def test_many_may_ask_for_the_names_at_once(tmp_path: Path) -> None:
    present = Present(Settings(home="", data_dir=tmp_path))
    with ThreadPoolExecutor(8) as threads:
        counts = {len(asked.result()) for asked in [threads.submit(present) for _ in range(200)]}
    assert counts == {len(present())}
    assert counts != {0}


def test_a_home_that_is_named_wrongly_is_told_by_who_acts_on_it() -> None:
    things: Sequence[Thing] = Present(Settings(home="/nowhere/home.yaml"))()
    assert list(things) == []


def test_a_run_says_that_it_was_the_grammar(tmp_path: Path) -> None:
    settings = Settings(
        planner="rules",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        out=tmp_path / "out",
        isolation="thread",
    )
    with Jarvis.open_sync(settings) as jarvis:
        response = jarvis.run_sync("turn on the fan")
    assert response.planner == "household sentences"
    assert "fan is now on" in response.text


def test_jarvis_plan_says_who_planned(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "jarvis", "plan", "turn on the fan"]
    own = {"JARVIS_PLANNER": "rules", "JARVIS_CACHE_DIR": str(tmp_path), "JARVIS_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout == '0 home-control action="turn_on" target="fan"\n'
    assert "planned by household sentences" in done.stderr
    without = own | {"JARVIS_FAST_PATH": "no"}
    done = subprocess.run(command, env=os.environ | without, capture_output=True, text=True, timeout=100, check=True)
    assert "planned by" not in done.stderr
