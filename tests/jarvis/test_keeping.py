"""A standing plan from what is said to what is done: the engine, the simulated home, the journal and the keeper."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.engine import Jarvis
from jarvis.graph import Task
from jarvis.keeping import open_keeper, runner_of
from jarvis.planners.rules import RulePlanner
from jarvis.planners.standing import StandingPlanner
from jarvis.settings import Settings
from jarvis.standing.events import StandingEvent, StandingFailed, StandingRan, TimerDue
from jarvis.standing.records import Plan
from jarvis.standing.store import Store
from jarvis.tools.homes import open_home
from jarvis.tools.homes.names import find

pytestmark = pytest.mark.anyio
HEATING = "every weekday at 6:30 turn on the kitchen light"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", out=tmp_path / "out", cache_mb=0, isolation="thread", learn=False)


@pytest.fixture
def jarvis(settings: Settings) -> Iterator[Jarvis]:
    approved: list[Task] = []

    async def approve(task: Task) -> bool:
        approved.append(task)
        return True

    with Jarvis.open_sync(settings, planner=StandingPlanner(RulePlanner(), settings), approve=approve) as jarvis:
        yield jarvis


def state(jarvis: Jarvis, name: str) -> str:
    home = open_home(jarvis.settings)
    (thing,) = find(name, home.things(), lambda thing: True, home.name)
    return str(home.state(thing)["state"])


def act(jarvis: Jarvis, name: str, action: str) -> None:
    home = open_home(jarvis.settings)
    (thing,) = find(name, home.things(), lambda thing: action in thing.actions, home.name)
    home.act(thing, action)


async def next_event(jarvis: Jarvis, seconds: float = 20.0) -> StandingEvent:
    async with aclosing(open_keeper(jarvis).events()) as events:
        async with asyncio.timeout(seconds):
            event = await anext(events)
            with_next = asyncio.ensure_future(anext(events))  # by which it counts as told
            await asyncio.sleep(0.3)
            with_next.cancel()
            await asyncio.gather(with_next, return_exceptions=True)
            return event


def due_now(jarvis: Jarvis) -> Plan:
    import time

    store = Store(jarvis.settings.data_dir)
    (plan,) = store.plans()
    store.change(replace(plan, due=time.time() - 1))
    return plan


async def test_it_is_said_shown_confirmed_done_and_deleted(jarvis: Jarvis) -> None:
    act(jarvis, "kitchen light", "turn_off")
    talk = jarvis.session()

    asked = await talk.run(HEATING)
    assert (asked.ask, Store(jarvis.settings.data_dir).plans()) == (
        "Every weekday at 06:30: turn on kitchen light. Shall I keep it?", [],
    )  # fmt: skip
    kept = await talk.run("yes")
    assert kept.text.startswith("Kept: Every weekday at 06:30: turn on kitchen light. Nothing is running now")
    assert state(jarvis, "kitchen light") == "off"
    listed = await talk.run("which standing plans do I have?")
    assert listed.text == "One standing plan. Every weekday at 06:30: turn on kitchen light. [1]"

    due_now(jarvis)
    event = await next_event(jarvis)
    assert isinstance(event, StandingRan)
    assert event.response and event.response.planner == "a standing plan"
    assert event.said().startswith("In the simulated home, kitchen light is now on")
    assert state(jarvis, "kitchen light").startswith("on")
    newest = jarvis.opened_journal().read()
    assert (newest.id, newest.request.text) == (event.response.run_id, "turn on the kitchen light")

    gone = await talk.run("stop turning on the kitchen light every weekday")
    assert gone.text == "Deleted: Every weekday at 06:30: turn on kitchen light. [2]"
    assert Store(jarvis.settings.data_dir).plans() == []


async def test_a_no_keeps_nothing_and_says_so(jarvis: Jarvis) -> None:
    talk = jarvis.session()
    await talk.run(HEATING)
    answer = await talk.run("no")
    assert (answer.text, answer.ok) == ("Nothing was kept. [0]", True)
    assert Store(jarvis.settings.data_dir).plans() == []


async def test_what_cannot_be_taken_back_is_done_with_its_permission_and_nothing_else(jarvis: Jarvis) -> None:
    talk = jarvis.session()
    await talk.run("every day at seven unlock the front door")
    await talk.run("yes")
    (plan,) = Store(jarvis.settings.data_dir).plans()
    assert plan.allowed
    done = await runner_of(jarvis)(plan)
    assert (done.ok, state(jarvis, "front door")) == (True, "unlocked")

    other = replace(plan.tasks[0], args={"action": "unlock", "target": "back door"})
    refused = await runner_of(jarvis)(replace(plan, tasks=(other,), allowed=False))
    assert (refused.ok, state(jarvis, "back door")) == (False, "locked")


async def test_the_rules_of_the_settings_are_stronger_than_a_permission(settings: Settings) -> None:
    settings = replace(settings, forbid=("home-control:unlock",))
    plan = Plan(
        "p", "every day", "unlock the front door", allowed=True,
        tasks=(Task(0, "home-control", {"action": "unlock", "target": "front door"}),),
    )  # fmt: skip
    async with Jarvis.open(settings) as jarvis:
        assert not (await runner_of(jarvis)(plan)).ok
        assert state(jarvis, "front door") == "locked"


async def test_a_run_that_fails_says_why(jarvis: Jarvis) -> None:
    talk = jarvis.session()
    await talk.run("every day at seven turn on the sauna")
    await talk.run("yes")
    due_now(jarvis)
    event = await next_event(jarvis)
    assert isinstance(event, StandingFailed)
    assert "has no 'sauna'" in event.said()


async def test_a_thing_of_the_home_that_changes_is_told_in_the_room(jarvis: Jarvis) -> None:
    act(jarvis, "garage door", "close")
    talk = jarvis.session()
    await talk.run("when the garage door opens, announce it in the kitchen")
    await talk.run("yes")
    listening = asyncio.create_task(next_event(jarvis))
    await asyncio.sleep(1.0)
    await asyncio.to_thread(act, jarvis, "garage door", "open")
    event = await listening
    assert isinstance(event, StandingRan)
    assert (event.said(), event.room) == ("The garage door opens.", "kitchen")


async def test_a_timer_that_was_asked_for_rings_in_the_room_and_language_of_who_asked(jarvis: Jarvis) -> None:
    answer = await jarvis.run("set a timer for 1 second", room="kitchen")
    assert answer.text.startswith("Timer was set (1 second).")
    event = await next_event(jarvis)
    assert isinstance(event, TimerDue)
    assert (event.said(), event.room) == ("Your timer has ended.", "kitchen")


async def test_a_reminder_that_comes_again_is_set_at_once(jarvis: Jarvis) -> None:
    answer = await jarvis.run("remind me every day at 9 to take my pills")
    assert answer.text.startswith("Reminder “take my pills” was set (every day at 09:00).")
