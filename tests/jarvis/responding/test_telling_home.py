"""What is confirmed is told as done, what is not as what it is, in five languages."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.graph import Task, TaskGraph
from jarvis.messages import Assignment, JsonValue, Request, Result
from jarvis.responding import Responder
from jarvis.tools.toolset import builtin_tools

LIGHT: dict[str, JsonValue] = {"device": "hall light", "room": "hall"}
NOT_DONE = LIGHT | {"state": "off", "confirmed": False, "wanted": "on"}
MOVING: dict[str, JsonValue] = {
    "device": "gate",
    "state": "opening",
    "confirmed": False,
    "wanted": "open",
    "pending": True,
}
GONE = LIGHT | {"state": None, "confirmed": False, "problem": "it does not answer"}


def told(value: Any, language: str = "en", tool: str = "home-control", **args: str) -> str:
    usual = {"home-control": {"action": "turn_on", "target": "x"}, "home-state": {"target": "x"}}
    task = Task(0, tool, {**usual.get(tool, {}), **args})
    graph = TaskGraph([task], builtin_tools())
    results = {0: Result(0, value, model="home-assistant")}
    assignments: dict[int, Assignment] = {}
    answer = Responder().answer(Request("x"), graph, results, assignments, language=language)
    return answer.text.removesuffix(" [0]").replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "done", "not_done", "moving"),
    [
        (
            "en",
            "Hall light is now on, 40 %.",
            "Hall light was told to become on, but nothing confirms it: its state is off.",
            "Gate is opening and not yet open.",
        ),
        (
            "de",
            "Hall light ist jetzt an, 40 %.",
            "Hall light sollte an werden, aber nichts bestätigt es: der Zustand ist aus.",
            "Gate ist im Öffnen und noch nicht offen.",
        ),
        (
            "fr",
            "L’état de hall light est maintenant : allumé, 40 %.",
            "L’ordre « allumé » a été envoyé à hall light, mais rien ne le confirme (état : éteint).",
            "L’état de gate est : en ouverture, pas encore : ouvert.",
        ),
        (
            "es",
            "El estado de hall light es ahora: encendido, 40 %.",
            "Se envió la orden «encendido» a hall light, pero nada la confirma (estado: apagado).",
            "El estado de gate es: abriéndose, todavía no: abierto.",
        ),
        (
            "zh",
            "hall light 现在为已打开、40 %。",
            "已向 hall light 发出指令（已打开），但没有得到确认，目前状态已关闭。",
            "gate 目前正在打开，尚未达到：已打开。",
        ),
    ],
)
def test_the_answer_says_what_is_confirmed_and_what_is_not(
    language: str, done: str, not_done: str, moving: str
) -> None:
    assert told(LIGHT | {"state": "on, 40 %", "confirmed": True}, language) == done
    assert told(NOT_DONE, language) == not_done
    assert told(MOVING, language) == moving


def test_of_several_each_says_what_became_of_it() -> None:
    value = [LIGHT | {"state": "on", "confirmed": True}, MOVING, GONE]
    assert told(value) == (
        "Hall light is now on, gate is opening and not yet open and hall light did not do it (it does not answer)."
    )


def test_a_simulated_home_says_so_also_where_nothing_is_confirmed() -> None:
    assert told(NOT_DONE | {"simulated": True}).startswith("In the simulated home, hall light was told to become on")


@pytest.mark.parametrize(
    ("state", "german"),
    [
        ("set to 21 °C, now 20.5 °C", "eingestellt auf 21 °C, jetzt 20.5 °C"),
        ("playing Air, volume 30 %", "in Wiedergabe von Air, Lautstärke 30 %"),
        ("paused at Air", "angehalten bei Air"),
        ("40 % open", "40 % offen"),
        ("jammed", "verklemmt"),
        ("some state of its own", "some state of its own"),
    ],
)
def test_a_state_is_told_part_by_part(state: str, german: str) -> None:
    assert told(LIGHT | {"state": state}, "de", "home-state") == f"Hall light ist {german}."


def test_what_tells_nothing_is_told() -> None:
    assert told([GONE, LIGHT | {"state": "on"}], "en", "home-state") == (
        "Hall light tells nothing (it does not answer) and hall light is on."
    )


def test_a_list_that_does_not_show_a_change_is_not_told_as_changed() -> None:
    row = {"action": "add", "list": "shopping", "item": "milk", "items": ["eggs"], "confirmed": False}
    text = told(row, "en", "list-item", list="shopping", item="milk", action="add")
    assert text == "The shopping list does not show it yet, so it is not confirmed. It now has eggs."
