"""A standing plan is planned, shown, and kept after a yes; what is for once goes to the planner behind as it came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from jarvis.errors import PlannerError, TaskError
from jarvis.graph import Task
from jarvis.planners.protocol import AskBack, PlanRequest, Turn
from jarvis.planners.standing import StandingPlanner, said_no, said_yes
from jarvis.settings import Settings
from jarvis.standing.records import Plan
from jarvis.standing.schedule import Schedule
from jarvis.tools import standing
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.fakes import ScriptedPlanner

TOOLS = builtin_tools().with_specs(standing.SPECS)
HERE = frozenset[str]()
WEATHER: list[dict[str, Any]] = [
    {"id": 0, "task": "weather", "args": {}},
    {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
]
UNLOCK: list[dict[str, Any]] = [{"id": 0, "task": "home-control", "args": {"action": "unlock", "target": "front door"}}]
EVERY_DAY = "every day at seven read me the weather"
QUESTION = "Every day at 07:00: the weather, then say it. Shall I keep it?"


def known(name: str) -> None:
    if "capacitor" in name:
        raise TaskError("simulated home has no 'capacitor'")


def planner(*plans: list[dict[str, Any]] | str, ask: bool = True) -> tuple[StandingPlanner, ScriptedPlanner]:
    inner = ScriptedPlanner(plans)
    return StandingPlanner(inner, Settings(ask=ask), knows=known), inner


def planned(
    planner: StandingPlanner,
    text: str,
    history: Sequence[Turn] = (),
    at_hand: frozenset[str] | None = HERE,
    first: int = 0,
) -> list[Task] | str:
    async def tasks() -> list[Task]:
        return [task async for task in planner.plan(PlanRequest(text, TOOLS, tuple(history), first, at_hand=at_hand))]

    try:
        return asyncio.run(tasks())
    except AskBack as ask:
        return ask.question


def kept(tasks: list[Task] | str) -> Plan:
    assert not isinstance(tasks, str)
    (task,) = tasks
    assert task.tool == standing.TOOL
    return Plan.from_json(json.loads(task.literal("plan") or ""))


def test_it_is_planned_shown_and_kept_after_a_yes() -> None:
    plans, inner = planner(WEATHER)
    asked = planned(plans, EVERY_DAY)
    assert asked == QUESTION
    assert inner.asked == [], "the weather needs no planner"

    tasks = planned(plans, "yes please", [Turn(EVERY_DAY, (), QUESTION)], first=4)

    plan = kept(tasks)
    assert (plan.schedule, plan.request, plan.effect, plan.allowed) == (
        Schedule((420,)),
        "read me the weather",
        False,
        False,
    )
    assert [task.to_json() for task in plan.tasks] == WEATHER
    assert not isinstance(tasks, str) and (tasks[0].id, tasks[0].literal("action")) == (4, "add")


def test_what_is_to_be_done_is_a_request_of_its_own_to_the_planner_behind() -> None:
    plans, inner = planner(UNLOCK)
    planned(plans, "every day at seven water the garden", [Turn("hello")], first=3)
    (asked,) = inner.asked
    assert (asked.text, asked.history, asked.first_id, standing.TOOL in asked.tools) == (
        "water the garden",
        (),
        0,
        False,
    )


def test_after_a_no_nothing_is_kept() -> None:
    plans, _ = planner(WEATHER)
    planned(plans, EVERY_DAY)
    for reply in ("No.", "no thanks", "never mind, Jarvis"):
        assert planned(plans, reply, [Turn(EVERY_DAY, (), QUESTION)]) == [Task(0, standing.TOOL, {"action": "decline"})]


@pytest.mark.parametrize("reply", ["at eight", "no, at eight instead", "Yes, but at 8 am", "every day at 8"])
def test_another_time_is_shown_again_before_it_is_kept(reply: str) -> None:
    plans, _ = planner(WEATHER)
    planned(plans, EVERY_DAY)
    again = planned(plans, reply, [Turn(EVERY_DAY, (), QUESTION)])
    assert isinstance(again, str)
    assert again == QUESTION.replace("07:00", "08:00")
    assert kept(planned(plans, "ok", [Turn(EVERY_DAY, (), QUESTION), Turn(reply, (), again)])).schedule == Schedule(
        (480,)
    )


def test_another_request_instead_of_an_answer_is_a_request_and_keeps_nothing() -> None:
    plans, inner = planner([{"id": 0, "task": "weather", "args": {}}])
    planned(plans, EVERY_DAY)
    tasks = planned(plans, "what is the weather", [Turn("hello"), Turn(EVERY_DAY, (), QUESTION)])
    assert tasks == [Task(0, "weather")]
    assert inner.asked[0].history == (Turn("hello"),)


def test_what_cannot_be_taken_back_is_named_and_needs_a_permission_of_its_own() -> None:
    plans, _ = planner(UNLOCK)
    text = "every weekday at 7 unlock the front door"
    asked = planned(plans, text)
    assert isinstance(asked, str)
    assert asked == (
        "Every weekday at 07:00: unlock front door. Unlock front door cannot be taken back, and would be done without "
        "asking each time. Shall I keep it?"
    )
    tasks = planned(plans, "yes", [Turn(text, (), asked)])
    plan = kept(tasks)
    assert (plan.allowed, plan.effect) == (True, True)
    assert not isinstance(tasks, str) and TOOLS[standing.TOOL].effect_of(tasks[0].literal("action")) == "irreversible"


def test_what_the_settings_forbid_is_not_kept() -> None:
    plans = StandingPlanner(ScriptedPlanner([UNLOCK]), Settings(forbid=("home-control:unlock",)), knows=known)
    with pytest.raises(PlannerError, match="unlock front door: that is forbidden by the settings"):
        planned(plans, "every day at 7 unlock the front door")


def test_a_condition_that_is_only_told_needs_no_plan_and_a_thing_that_is_there() -> None:
    plans, inner = planner()
    asked = planned(plans, "when the washing machine is done, announce it in the kitchen")
    assert asked == "Each time the washing machine is done: announce it (kitchen). Shall I keep it?"
    assert inner.asked == []
    with pytest.raises(PlannerError, match="has no 'capacitor'"):
        planned(plans, "when the flux capacitor is done, announce it")


def test_what_the_planner_behind_asks_is_asked_and_its_answer_goes_on() -> None:
    plans, inner = planner("Which picture?", [{"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}}])
    text = "every day at seven describe the picture"
    assert planned(plans, text) == "Which picture?"
    asked = planned(plans, "cat.jpg", [Turn(text, (), "Which picture?")])
    assert isinstance(asked, str) and asked.endswith("image to text (cat.jpg). Shall I keep it?")
    assert inner.asked[1].history == (Turn("describe the picture", (), "Which picture?"),)


def test_another_standing_plan_instead_of_an_answer_is_one_of_its_own() -> None:
    plans, _ = planner("Which picture?")
    text = "every day at seven describe the picture"
    planned(plans, text)
    assert planned(
        plans, "every day at nine read me the weather", [Turn(text, (), "Which picture?")]
    ) == QUESTION.replace("07:00", "09:00")


def test_where_nothing_is_run_the_plan_is_given_and_where_nobody_answers_it_is_refused() -> None:
    plans, _ = planner(WEATHER, WEATHER, ask=False)
    assert kept(planned(plans, EVERY_DAY, at_hand=None)).when == "every day at seven"
    with pytest.raises(PlannerError, match=r"jarvis standing add --yes \"every day at seven"):
        planned(plans, EVERY_DAY)


def test_what_no_task_does_is_not_kept() -> None:
    plans, _ = planner([])
    with pytest.raises(PlannerError, match="no task here does 'hum a tune'"):
        planned(plans, "every day at seven hum a tune")


def test_two_at_once_are_asked_for_one_by_one() -> None:
    plans, _ = planner()
    asked = planned(plans, "every morning turn on the light and every evening at nine turn it off")
    assert asked == "One standing plan at a time, please."


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("remind me every day at 9 to take my pills",
         Task(0, "timer", {"action": "start", "at": "every day at 9", "label": "take my pills"})),
        ("what routines do I have?", Task(0, standing.TOOL, {"action": "list"})),
        ("stop reading me the weather every morning",
         Task(0, standing.TOOL, {"action": "remove", "request": "reading me the weather every morning"})),
        ("change the weather routine to eight",
         Task(0, standing.TOOL, {"action": "change", "when": "eight", "request": "weather"})),
    ],
)  # fmt: skip
def test_reminders_and_talk_about_plans_need_no_question(text: str, task: Task) -> None:
    plans, inner = planner()
    assert planned(plans, text) == [task]
    assert inner.asked == []


def test_what_is_for_once_goes_on_untouched() -> None:
    plans, inner = planner(WEATHER)
    assert planned(plans, "read me the weather") == [Task.from_json(row) for row in WEATHER]
    assert inner.asked[0].text == "read me the weather"
    assert standing.TOOL not in inner.asked[0].tools


def test_a_planner_that_knows_another_way_cannot_keep_a_plan_that_nobody_confirmed() -> None:
    class Escalating(ScriptedPlanner):
        def replanner(self) -> ScriptedPlanner:
            return self

    inner = Escalating([WEATHER])
    other = StandingPlanner(inner, Settings(), knows=known).replanner()
    assert other is not None

    async def tasks() -> list[Task]:
        return [task async for task in other.plan(PlanRequest("x", TOOLS))]

    assert len(asyncio.run(tasks())) == 2
    assert standing.TOOL not in inner.asked[0].tools


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "zh"])
def test_yes_and_no_are_understood_in_five_languages(language: str) -> None:
    yes = {"en": "Yes, please!", "de": "Ja, bitte.", "fr": "Oui, vas-y", "es": "Sí, claro", "zh": "好的"}[language]
    no = {"en": "no", "de": "Nein.", "fr": "non", "es": "no", "zh": "不用了"}[language]
    assert (said_yes(yes), said_no(yes), said_yes(no), said_no(no)) == (True, False, False, True)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "jeden Tag um sieben lies mir das Wetter vor",
            "Jeden Tag um 07:00: das Wetter, dann vorlesen. Soll ich das behalten?",
        ),
        (
            "chaque jour à sept heures lis-moi la météo",
            "Chaque jour à 07:00 : la météo, puis le dire. Dois-je le garder ?",
        ),
        ("cada día a las siete léeme el tiempo", "Cada día a las 07:00: el tiempo, luego decirlo. ¿Lo guardo?"),
        ("每天早上七点给我读天气", "每天07:00：天气，然后读出来。要保留吗？"),
    ],
)
def test_it_is_shown_in_the_language_of_the_request(text: str, question: str) -> None:
    plans, _ = planner(WEATHER)
    assert planned(plans, text) == question
