"""From readings to tasks: Home Assistant's intents in the words of the tools, and what the home must be able to do."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from jarvis.planners.household.grammar import Match, Slot
from jarvis.planners.household.names import Names
from jarvis.planners.household.planner import Household
from jarvis.planners.household.tasks import Asked, asked_for, fitting
from jarvis.settings import Settings
from jarvis.tools.homes.opening import open_home
from jarvis.tools.homes.protocol import Thing


@cache
def things() -> tuple[Thing, ...]:
    return tuple(open_home(Settings()).things())


@cache
def names() -> Names:
    return Names(things())


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Household:
    return Household(things, ("nl", "it"), tmp_path_factory.mktemp("grammars"))


def slot(name: str, text: str, value: object = None, start: int = 0) -> Slot:
    return Slot(name, text, text if value is None else value, start, start + len(text))


# Sentences that only home-assistant-intents knows, by language.
FOREIGN = {
    ("nl", "doe de reading lamp aan"): "home-control turn_on|reading lamp",
    ("nl", "zet de reading lamp uit"): "home-control turn_off|reading lamp",
    ("nl", "zet de kitchen light uit"): "home-control turn_off|kitchen light",
    ("nl", "zet een timer voor vijf minuten"): "timer start|5 minutes",
    ("nl", "zet reading lamp op 40%"): "home-control set_brightness|reading lamp|40 %",
    ("it", "accendi reading lamp"): "home-control turn_on|reading lamp",
    ("it", "imposta un timer di cinque minuti"): "timer start|5 minutes",
    ("en", "turn the lights off in the kitchen"): "home-control turn_off|kitchen lights",
    ("en", "get every light off everywhere"): "home-control turn_off|all lights",
    ("en", "which lights are on in the kitchen"): "home-state kitchen lights",
}


@pytest.mark.parametrize(("language", "text"), FOREIGN)
def test_intents_of_home_assistant_become_tasks(household: Household, language: str, text: str) -> None:
    (asked,) = household.read(text, language)
    assert f"{asked.tool} {'|'.join(asked.args.values())}" == FOREIGN[language, text]


def test_a_length_of_time_is_told_in_words_that_timers_know() -> None:
    slots = (slot("hours", "uno", 1), slot("minutes", "5", 5.0, 4), slot("name", "pasta", None, 8))
    assert asked_for(Match("HassStartTimer", False, slots), names()) == [
        Asked("timer", {"action": "start", "duration": "1 hour 5 minutes", "label": "pasta"})
    ]


def test_a_name_alone_asks_for_nothing() -> None:
    match = Match("HassTurnOn", False, (slot("name", "kitchen light"),), about=("light",), literal=3)
    assert asked_for(match, names()) == []


def test_an_intent_that_no_tool_does_is_no_task() -> None:
    assert asked_for(Match("HassMediaNext", False, (slot("name", "tv"),), literal=9), names()) == []


def test_settings_stand_in_the_order_in_which_they_are_said() -> None:
    slots = (slot("target", "hall light"), slot("brightness", "20%", None, 20), slot("color", "red", None, 15))
    found = asked_for(Match("home-control", True, slots), names())
    assert [asked.args["action"] for asked in found] == ["set_color", "set_brightness"]


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("home-control", {"action": "turn_on", "target": "sauna"}),
        ("home-control", {"action": "open", "target": "front door"}),
        ("home-control", {"action": "set_color", "target": "fan"}),
        ("home-state", {"target": "movie night"}),
        ("camera-snapshot", {"target": "garden"}),
        ("weather", {"place": "kitchen"}),
        ("weather", {"place": "some city by the sea"}),
    ],
)
def test_what_the_home_has_not_or_cannot_do_is_not_planned(tool: str, args: dict[str, str]) -> None:
    assert fitting(Asked(tool, args), names()) is None


def test_a_scene_that_is_turned_on_is_activated() -> None:
    asked = fitting(Asked("home-control", {"action": "turn_on", "target": "movie night"}), names())
    assert asked == Asked("home-control", {"action": "activate", "target": "movie night"})


def test_a_name_is_looked_up_without_the_room_of_the_speaker() -> None:
    asked = Asked("home-control", {"action": "turn_on", "target": "lights in here"})
    assert fitting(asked, names()) == asked


def test_lists_of_home_assistant_have_the_name_that_they_are_called(tmp_path: Path) -> None:
    chores = [Thing("boodschappen", "list")]
    (asked,) = Household(lambda: chores, ("nl",), tmp_path).read("zet melk op de boodschappenlijst", "nl")
    assert (asked.tool, asked.args["item"]) == ("list-item", "melk")
