"""Timers, alarms and reminders: when they are due, how long is left, which one is meant, and those that come again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.standing.records import Kind
from jarvis.standing.store import Store
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.home_timers import Timers
from tests.jarvis.standing.clocks import TurnedClock

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)  # a Saturday
NOTHING = {"duration": "", "at": "", "label": ""}


def timers_at(tmp_path: Path, now: datetime = NOW) -> Timers:
    options = RuntimeOptions(parameters={"folder": str(tmp_path)})
    return Timers({}, options, clock=TurnedClock(now), zone=UTC)


def told(value: Value) -> dict[str, Any]:
    assert isinstance(value, dict)
    return cast("dict[str, Any]", value)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({"duration": "6 and a half minutes"}, timedelta(minutes=6, seconds=30)),
        ({"duration": "half-hour"}, timedelta(minutes=30)),
        ({"duration": "huit minutes"}, timedelta(minutes=8)),
        ({"duration": "二十五分钟"}, timedelta(minutes=25)),
        ({"duration": "one hour ten"}, timedelta(hours=1, minutes=10)),
        ({"duration": "un quart d'heure"}, timedelta(minutes=15)),
        ({"at": "6:45 pm"}, timedelta(hours=5, minutes=45)),
        ({"at": "six thirty"}, timedelta(hours=5, minutes=30)),
        ({"at": "tomorrow at 8"}, timedelta(hours=19)),
        ({"at": "Monday at 8"}, timedelta(days=1, hours=19)),
        ({"at": "Friday at 3"}, timedelta(days=6, hours=2)),
        ({"at": "halb sieben"}, timedelta(hours=5, minutes=30)),
        ({"at": "quarter to seven"}, timedelta(hours=5, minutes=45)),
        ({"at": "明天早上七点半"}, timedelta(hours=18, minutes=30)),
        ({"at": "mardi à 14h"}, timedelta(days=3, hours=1)),
        ({"at": "noon"}, timedelta(hours=23)),
    ],
)
def test_a_timer_is_due_when_it_was_said(tmp_path: Path, said: dict[str, str], due: timedelta) -> None:
    value = told(timers_at(tmp_path).do("start", NOTHING | {"label": "rice"} | said))

    assert (value["action"], value["label"], value["remaining"]) == ("start", "rice", due.total_seconds())
    assert value["due"] == (NOW + due).isoformat(timespec="seconds")


def test_five_minutes_are_five_minutes_in_the_middle_of_a_second(tmp_path: Path) -> None:
    timers = timers_at(tmp_path, NOW + timedelta(microseconds=700_000))
    assert told(timers.do("start", NOTHING | {"duration": "5 minutes"}))["remaining"] == 300


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "say how long or when"),
        ({"duration": "10"}, "'10' is not clear as a time"),
        ({"at": "the day we met"}, "is not clear as a time"),
        ({"at": "every full moon"}, "is not clear as something that comes again; say it like 'every weekday at 7:30'"),
    ],
)
def test_a_time_that_is_not_clear_starts_no_timer(tmp_path: Path, said: dict[str, str], message: str) -> None:
    timers = timers_at(tmp_path)
    with pytest.raises(TaskError, match=message):
        timers.do("start", NOTHING | {"label": ""} | said)
    assert timers.running() == []


@pytest.mark.parametrize(
    ("at", "due", "repeats"),
    [
        ("every weekday at 7", timedelta(days=1, hours=18), "every weekday at 07:00"),
        ("every day at nine", timedelta(hours=20), "every day at 09:00"),
        ("jeden Tag um halb sieben", timedelta(hours=17, minutes=30), "jeden Tag um 06:30"),
        ("chaque jour à sept heures", timedelta(hours=18), "chaque jour à 07:00"),
        ("cada día a las siete", timedelta(hours=18), "cada día a las 07:00"),
        ("每天早上七点", timedelta(hours=18), "每天07:00"),
    ],
)
def test_an_alarm_may_come_again(tmp_path: Path, at: str, due: timedelta, repeats: str) -> None:
    language = {"j": "de", "c": "fr", "每": "zh"}.get(at[0], "en") if "cada" not in at else "es"
    value = told(timers_at(tmp_path).do("start", NOTHING | {"at": at}, "bedroom", language))

    assert (value["kind"], value["repeats"], value["due"]) == ("alarm", repeats, (NOW + due).isoformat())
    (kept,) = Store(tmp_path).timers()
    assert (kept.room, kept.language, kept.schedule is None) == ("bedroom", language, False)


def test_what_was_set_says_what_it_is(tmp_path: Path) -> None:
    timers = timers_at(tmp_path)
    for said in ({"duration": "5 minutes"}, {"at": "6 pm"}, {"at": "8 pm", "label": "call mum"}):
        timers.do("start", NOTHING | said)
    assert [timer.kind for timer in timers.running()] == [Kind.TIMER, Kind.ALARM, Kind.REMINDER]


def test_timers_are_read_and_cancelled_by_name_length_and_time(tmp_path: Path) -> None:
    timers = timers_at(tmp_path)
    for label, minutes in (("rice", "8 minutes"), ("eggs", "5 minutes"), ("laundry", "1 hour"), ("", "20 minutes")):
        timers.do("start", NOTHING | {"label": label, "duration": minutes})
    timers.do("start", NOTHING | {"at": "every day at 7"})

    later = timers_at(tmp_path, NOW)
    rows = told(later.do("status", NOTHING))["timers"]
    assert [(row["label"], row["remaining"]) for row in rows][:3] == [("eggs", 300), ("rice", 480), ("", 1200)]
    (rice,) = told(later.do("status", NOTHING | {"label": "the rice timer"}))["timers"]
    assert rice["label"] == "rice"
    with pytest.raises(TaskError, match="running are eggs, rice, 20 minutes, laundry, every day at 7"):
        later.do("cancel", NOTHING)
    for said, label in (
        ({"label": "Rice"}, "rice"),
        ({"duration": "twenty minutes"}, ""),
        ({"at": "every day at seven"}, ""),
    ):
        assert told(later.do("cancel", NOTHING | said))["label"] == label
    assert [timer.label for timer in later.running()] == ["eggs", "laundry"]
    assert len(told(later.do("cancel", NOTHING | {"label": "all"}))["timers"]) == 2
    with pytest.raises(TaskError, match="no timer is running"):
        later.do("cancel", NOTHING)


def test_it_says_when_nothing_runs_that_would_ring(tmp_path: Path) -> None:
    value = told(timers_at(tmp_path).do("start", NOTHING | {"duration": "5 minutes"}))
    assert value["idle"] is True
