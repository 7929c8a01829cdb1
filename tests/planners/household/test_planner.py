"""Whole household sentences on the simulated home: what is planned, and what is left to the planner."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest

from jarvis.graph import Task
from jarvis.planners.household.planner import Household
from jarvis.planners.protocol import PlanRequest, Turn
from jarvis.settings import Settings
from jarvis.spec import spec
from jarvis.tools.homes.opening import open_home
from jarvis.tools.homes.protocol import Thing
from jarvis.tools.toolset import builtin_tools

# A sentence, and its tasks as the tool and its values in order.
KNOWN = {
    "turn on the kitchen light": ["home-control turn_on|kitchen light"],
    "Hey Jarvis, could you please turn off the lights in the kitchen?": ["home-control turn_off|lights in the kitchen"],
    "TURN OFF THE KITCHEN LIGHT": ["home-control turn_off|KITCHEN LIGHT"],
    "okay jarvis uh switch the reading lamp off please": ["home-control turn_off|reading lamp"],
    "lights off in here": ["home-control turn_off|lights in here"],
    "all lights off": ["home-control turn_off|all lights"],
    "turn everything off": ["home-control turn_off|everything"],
    "turn the lights off in the kitchen": ["home-control turn_off|kitchen lights"],
    "dim the reading lamp to twenty percent": ["home-control set_brightness|reading lamp|twenty percent"],
    "set the bedroom light to 40%": ["home-control set_brightness|bedroom light|40%"],
    "make the hall light brighter": ["home-control set_brightness|hall light|brighter"],
    "set the living room light to blue": ["home-control set_color|living room light|blue"],
    "set the living room light to blue and 60 percent": [
        "home-control set_color|living room light|blue",
        "home-control set_brightness|living room light|60 percent",
    ],
    "set the thermostat to 21.5 degrees": ["home-control set_temperature|thermostat|21.5 degrees"],
    "thermostat 21": ["home-control set_temperature|thermostat|21"],
    "turn the bedroom heater up": ["home-control set_temperature|bedroom heater|up"],
    "set a timer for five minutes called pasta": ["timer start|five minutes|pasta"],
    "set a timer for half an hour": ["timer start|half an hour"],
    "start a forty five minute timer": ["timer start|forty five minute"],
    "what timers are running": ["timer status"],
    "how long is left on the pasta timer": ["timer status|pasta"],
    "cancel the pasta timer": ["timer cancel|pasta"],
    "wake me up at 7:15": ["timer start|7:15"],
    "set an alarm for quarter to seven": ["timer start|quarter to seven"],
    "remind me in 20 minutes to call mom": ["timer start|20 minutes|call mom"],
    "add milk to the shopping list": ["list-item add|shopping list|milk"],
    "take the eggs off my shopping list": ["list-item remove|shopping list|eggs"],
    "what's on my to do list": ["list-item read|to do list"],
    "is the back door locked": ["home-state back door"],
    "is the washing machine done": ["home-state washing machine"],
    "what is the temperature in the kitchen": ["home-state temperature in the kitchen"],
    "how warm is it in the nursery": ["home-state nursery"],
    "show me the front door camera": ["camera-snapshot front door camera"],
    "lock the front door": ["home-control lock|front door"],
    "unlock the front door": ["home-control unlock|front door"],
    "open the garage door": ["home-control open|garage door"],
    "close the bedroom blinds": ["home-control close|bedroom blinds"],
    "set the living room blinds to 40 percent": ["home-control open|living room blinds|40 percent"],
    "pause the tv": ["home-control pause|tv"],
    "play some jazz in the kitchen": ["home-control play|kitchen|jazz"],
    "turn the volume down on the living room tv": ["home-control set_volume|living room tv|down"],
    "set the kitchen speaker volume to thirty percent": ["home-control set_volume|kitchen speaker|thirty percent"],
    "start the vacuum": ["home-control start|vacuum"],
    "activate movie night": ["home-control activate|movie night"],
    "turn on movie night": ["home-control activate|movie night"],
    "weather in Lisbon tomorrow": ["weather Lisbon|tomorrow"],
    "what's the weather like": ["weather"],
    "will it rain tomorrow": ["weather tomorrow"],
    "turn the hall light off and close the living room blinds": [
        "home-control turn_off|hall light",
        "home-control close|living room blinds",
    ],
    "turn off the kitchen light and the fan": ["home-control turn_off|kitchen light", "home-control turn_off|fan"],
    "lock the back door, turn off the tv and set a timer for ten minutes": [
        "home-control lock|back door",
        "home-control turn_off|tv",
        "timer start|ten minutes",
    ],
    # German
    "schalte das Küchenlicht aus": ["home-control turn_off|Küchenlicht"],
    "mach mal das licht im flur an": ["home-control turn_on|licht im flur"],
    "mach das licht hier aus": ["home-control turn_off|licht hier"],
    "stell nen timer auf acht minuten für die eier": ["timer start|acht minuten|eier"],
    "Erinnere mich in zehn Minuten an die Pizza": ["timer start|zehn Minuten|Pizza"],
    "setz hafermilch auf die einkaufsliste": ["list-item add|einkaufsliste|hafermilch"],
    "was steht alles auf der einkaufsliste": ["list-item read|einkaufsliste"],
    "ist die haustür abgeschlossen": ["home-state haustür"],
    "schließ die haustür ab": ["home-control lock|haustür"],
    "fahr die rollläden im schlafzimmer runter": ["home-control close|rollläden im schlafzimmer"],
    "stell die lampe im schlafzimmer auf blau": ["home-control set_color|lampe im schlafzimmer|blau"],
    "wie warm ist es im Schlafzimmer": ["home-state Schlafzimmer"],
    "wie wird das wetter morgen in Hamburg": ["weather Hamburg|morgen"],
    "zeig mir die Haustürkamera": ["camera-snapshot Haustürkamera"],
    "mach das Licht im Flur aus und schließe die Rollläden im Schlafzimmer": [
        "home-control turn_off|Licht im Flur",
        "home-control close|Rollläden im Schlafzimmer",
    ],
    # French
    "éteins la lumière de la cuisine": ["home-control turn_off|lumière de la cuisine"],
    "mets le chauffage du salon à vingt degrés": ["home-control set_temperature|chauffage du salon|vingt degrés"],
    "minuteur 9 minutes pour les pâtes": ["timer start|9 minutes|pâtes"],
    "lance un minuteur d'un quart d'heure": ["timer start|un quart d'heure"],
    "ajoute du lait à la liste de courses": ["list-item add|liste de courses|lait"],
    "montre-moi la caméra du jardin": ["camera-snapshot caméra du jardin"],
    "quel temps fait-il demain à Lyon": ["weather Lyon|demain"],
    # Spanish
    "apaga la luz de la cocina": ["home-control turn_off|luz de la cocina"],
    "pon la calefacción a 20 grados": ["home-control set_temperature|calefacción|20 grados"],
    "pon un temporizador de doce minutos para el arroz": ["timer start|doce minutos|arroz"],
    "añade leche a la lista de la compra": ["list-item add|lista de la compra|leche"],
    "enséñame la cámara del jardín": ["camera-snapshot cámara del jardín"],
    # Chinese
    "打开客厅的灯": ["home-control turn_on|客厅的灯"],
    "把卧室的窗帘关上": ["home-control close|卧室的窗帘"],
    "把空调调到26度": ["home-control set_temperature|空调|26度"],
    "设一个十五分钟的闹铃": ["timer start|十五分钟"],
    "把牛奶加到购物清单里": ["list-item add|购物清单|牛奶"],
    "前门锁了吗": ["home-state 前门"],
    "明天北京天气怎么样": ["weather 北京|明天"],
    "关闭卧室的灯，然后打开客厅的窗帘": ["home-control turn_off|卧室的灯", "home-control open|客厅的窗帘"],
}

LEFT = (
    "turn it off",
    "turn off that one",
    "unlock the cellar and light it up",
    "turn on the kitchen light and then dim it",
    "close the blinds except in the bedroom",
    "don't turn off the kitchen light",
    "if it rains close the blinds",
    "turn off the kitchen light at ten",
    "turn on the fan for 15 minutes",
    "turn off the sauna",  # which the home does not have
    "open the front door",  # it is a lock, which only unlocks
    "the kitchen light",
    "good night",
    "kitchen",
    "turn off the kitchen light and tell me a joke",
    "describe photo.jpg",
    "play song.mp3 in the kitchen",
    'add "buy parmesan" to the errands list',
    "add milk and eggs to the shopping list",
    "add it to the shopping list",
    "add the first thing to the shopping list",
    "what does the kitchen camera show",
    "is anyone standing at the garden camera",
    "Living room: lamps 60%",
    "living room 22",
    "what is the capital of france",
    "wie heißt die hauptstadt von frankreich",
    "quelle est la capitale de la france",
    "cuál es la capital de francia",
    "法国的首都是哪里",
    "translate good morning into French",
    "set the alarm for every day at nine",
    "remind me",
    "add",
    "",
    "!?",
)


@cache
def home() -> list[Thing]:
    return open_home(Settings()).things()


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Household:
    return Household(home, folder=tmp_path_factory.mktemp("grammars"))


def told(tasks: list[Task]) -> list[str]:
    return [f"{task.tool} {'|'.join(str(value) for value in task.args.values())}".strip() for task in tasks]


@pytest.mark.parametrize("text", KNOWN)
def test_a_household_sentence_has_the_plan_that_the_planner_would_make(household: Household, text: str) -> None:
    assert told(household.plan(PlanRequest(text, builtin_tools()))) == KNOWN[text]


@pytest.mark.parametrize("text", LEFT)
def test_everything_else_is_left_to_the_planner(household: Household, text: str) -> None:
    assert household.plan(PlanRequest(text, builtin_tools())) == []


def test_slots_stand_in_the_order_of_the_tool_and_ids_go_on(household: Household) -> None:
    history = (Turn("turn on the fan", (Task(0, "home-control", {"action": "turn_on", "target": "fan"}),)),)
    tasks = household.plan(PlanRequest("dim the hall light to 20%", builtin_tools(), history, first_id=1))
    assert [task.to_json() for task in tasks] == [
        {
            "id": 1,
            "task": "home-control",
            "args": {"action": "set_brightness", "target": "hall light", "value": "20%"},
        }
    ]


def test_requests_with_files_and_plans_that_are_made_anew_are_left(household: Household) -> None:
    text = "turn on the fan"
    assert household.plan(PlanRequest(text, builtin_tools()))
    assert household.plan(PlanRequest(text, builtin_tools(), files=("photo.jpg",))) == []
    assert household.plan(PlanRequest(text, builtin_tools(), failed={0: "it is broken"})) == []
    assert household.plan(PlanRequest(text, builtin_tools(), draft=Turn(text))) == []


def test_a_tool_that_is_not_there_or_is_another_one_is_not_planned(household: Household) -> None:
    tools = {name: tool for name, tool in builtin_tools().items() if name != "home-control"}
    assert household.plan(PlanRequest("turn on the fan", tools)) == []
    other = spec("home-control", ["command: text"], "data", "Something of the user's own.")
    assert household.plan(PlanRequest("turn on the fan", {**tools, "home-control": other})) == []


def test_the_spoken_language_is_tried_first(household: Household) -> None:
    asked = PlanRequest("timer 5 minuten", builtin_tools(), language="de")
    assert told(household.plan(asked)) == ["timer start|5 minuten"]


def test_a_language_without_sentences_of_our_own_is_understood_when_it_is_spoken_here(tmp_path: Path) -> None:
    spoken = Household(home, ("nl",), tmp_path)
    dutch = {
        "doe de reading lamp aan": ["home-control turn_on|reading lamp"],
        "zet een timer voor vijf minuten": ["timer start|5 minutes"],
    }
    for text, plan in dutch.items():
        assert told(spoken.plan(PlanRequest(text, builtin_tools()))) == plan


def test_names_are_those_that_the_home_has_now(tmp_path: Path) -> None:
    present: list[Thing] = []
    household = Household(lambda: present, folder=tmp_path)
    assert household.read("turn on the moon") == []
    present.append(Thing("moon", "light", actions=frozenset({"turn_on"})))
    assert [asked.args for asked in household.read("turn on the moon")] == [{"action": "turn_on", "target": "moon"}]


def test_a_known_sentence_takes_milliseconds(household: Household) -> None:
    sentences = [text for text, plan in KNOWN.items() if len(plan) == 1]
    for text in sentences:
        household.read(text)
    seconds = []
    for text in sentences:
        began = time.process_time()
        household.read(text)
        seconds.append(time.process_time() - began)
    assert sorted(seconds)[len(seconds) // 2] < 5 * 0.005
