"""Standing plans and timers are told in five languages, with what is kept and nothing more."""

from __future__ import annotations

from string import Formatter

import pytest

from jarvis.graph import Task, TaskGraph
from jarvis.messages import JsonValue, Request, Result, Value
from jarvis.responding import Responder
from jarvis.standing.spoken import TONGUES
from jarvis.tools import standing
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools().with_specs(standing.SPECS)
Row = dict[str, JsonValue]
ROW: Row = {
    "id": "a",
    "when": "Every day at 07:00",
    "does": "the weather",
    "paused": False,
    "next": "",
    "language": "en",
}


def told(tool: str, value: Value, language: str = "en") -> str:
    action = str(value["action"]) if isinstance(value, dict) else ""
    graph = TaskGraph([Task(0, tool, {"action": action})], TOOLS)
    return Responder({}).answer(Request("x"), graph, {0: Result(0, value)}, {}, language=language).claims[0].text


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("add", "Kept: Every day at 07:00: the weather."),
        ("remove", "Deleted: Every day at 07:00: the weather."),
        ("pause", "Paused: Every day at 07:00: the weather."),
        ("resume", "Goes on: Every day at 07:00: the weather."),
        ("change", "Changed: Every day at 07:00: the weather."),
        ("list", "One standing plan. Every day at 07:00: the weather."),
    ],
)
def test_what_was_done_to_a_plan_is_told(action: str, said: str) -> None:
    assert told(standing.TOOL, {"action": action, "plans": [ROW]}) == said


def test_a_plan_that_nothing_would_run_is_told_so() -> None:
    said = told(standing.TOOL, {"action": "add", "plans": [ROW], "idle": True})
    assert (
        said == "Kept: Every day at 07:00: the weather. Nothing is running now that would do it: start `jarvis keep`."
    )


def test_a_list_says_how_many_and_which_of_them_rest() -> None:
    said = told(standing.TOOL, {"action": "list", "plans": [ROW, ROW | {"paused": True}]})
    assert said == "2 standing plans. Every day at 07:00: the weather. Every day at 07:00: the weather (paused)."


@pytest.mark.parametrize(
    ("language", "nothing", "declined"),
    [
        ("en", "There are no standing plans.", "Nothing was kept."),
        ("de", "Es gibt keine Daueraufträge.", "Es wurde nichts behalten."),
        ("fr", "Il n’y a aucune routine.", "Rien n’a été gardé."),
        ("es", "No hay ninguna rutina.", "No se guardó nada."),
        ("zh", "没有定时计划。", "没有保留任何计划。"),
    ],
)
def test_it_is_told_in_the_language_of_the_request(language: str, nothing: str, declined: str) -> None:
    assert told(standing.TOOL, {"action": "list", "plans": []}, language) == nothing
    assert told(standing.TOOL, {"action": "decline", "plans": []}, language) == declined


def test_a_plan_is_told_in_its_own_language() -> None:
    row: Row = ROW | {"when": "Jeden Tag um 07:00", "does": "das Wetter", "language": "de"}
    assert told(standing.TOOL, {"action": "add", "plans": [row]}) == "Gemerkt: Jeden Tag um 07:00: das Wetter."


@pytest.mark.parametrize(
    ("language", "set_", "left", "none"),
    [
        ("en", "Timer “pasta” was set (10 minutes).", "Timer “pasta”: 10 minutes left.", "No timer is running."),
        ("de", "Der Timer „pasta“ ist gestellt (10 Minuten).", "Timer „pasta“: noch 10 Minuten.", None),
        ("fr", "Le minuteur « pasta » est réglé (10 minutes).", "Minuteur « pasta » : encore 10 minutes.", None),
        ("es", "El temporizador «pasta» está puesto (10 minutos).", "Temporizador «pasta»: quedan 10 minutos.", None),
        ("zh", "已设定计时“pasta”（10分钟）。", "计时“pasta”：还剩10分钟。", None),
    ],
)
def test_a_timer_is_told_with_the_time_that_is_left(language: str, set_: str, left: str, none: str | None) -> None:
    row: Row = {"kind": "timer", "label": "pasta", "at": "", "due": "2026-11-21T13:10:00+00:00", "remaining": 600}
    assert told("timer", {"action": "start", **row}, language) == set_
    assert told("timer", {"action": "status", "timers": [row]}, language) == left
    if none:
        assert told("timer", {"action": "status", "timers": []}, language) == none


def test_an_alarm_and_a_reminder_are_told_with_when_they_come() -> None:
    alarm: Row = {"kind": "alarm", "label": "", "repeats": "every weekday at 07:00", "remaining": 60, "due": ""}
    reminder: Row = {
        "kind": "reminder",
        "label": "call mum",
        "at": "6 pm",
        "due": "2020-01-01T18:00:00+00:00",
        "remaining": 0,
    }
    assert told("timer", {"action": "start", **alarm}) == "Alarm was set (every weekday at 07:00)."
    assert told("timer", {"action": "cancel", **reminder}) == "Cancelled: “call mum” 2020-01-01 18:00."
    assert told("timer", {"action": "start", **alarm, "idle": True}).endswith("would ring: start `jarvis keep`.")


def test_every_language_has_every_template_with_the_same_values() -> None:
    english = TONGUES["en"].texts
    for tongue in TONGUES.values():
        assert english.keys() <= tongue.texts.keys(), english.keys() - tongue.texts.keys()
        for key, template in english.items():
            assert _values(tongue.texts[key]) == _values(template), (tongue.code, key)
        assert tongue.deeds.keys() == TONGUES["en"].deeds.keys()


def _values(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
