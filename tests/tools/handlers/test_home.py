"""The simulated home finds what is meant, does it, remembers it, and always says that it is simulated."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import StorageError, TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.home import SimulatedHome, draw_room
from jarvis.tools.handlers.home_devices import Device
from jarvis.tools.handlers.home_store import JsonStore
from jarvis.tools.handlers.home_timers import Lists, Timers
from jarvis.tools.media import read_image

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)  # a Saturday


def options(tmp_path: Path) -> RuntimeOptions:
    return RuntimeOptions(parameters={"folder": str(tmp_path)})


@pytest.fixture
def home(tmp_path: Path) -> SimulatedHome:
    return SimulatedHome({}, options(tmp_path))


def told(value: Value) -> list[tuple[Any, Any]]:
    """(device, state) of each row, after checking that each says it is simulated."""
    rows = cast("list[Mapping[str, Any]]", value if isinstance(value, list) else [value])
    assert all(row["simulated"] is True for row in rows)
    return [(row["device"], row["state"]) for row in rows]


@pytest.mark.parametrize(
    ("action", "target", "value", "after"),
    [
        ("turn_off", "the kitchen light", None, [("kitchen light", "off")]),
        ("turn_on", "lamps in the kitchen", None, [("kitchen light", "on, 80 %"), ("counter light", "on, 100 %")]),
        ("turn_on", "Licht in der Küche", None, [("kitchen light", "on, 80 %")]),
        ("turn_off", "客厅电视", None, [("living room TV", "off")]),
        ("close", "Rollläden im Schlafzimmer", None, [("bedroom blinds", "closed")]),
        ("close", "living room curtains", "halfway", [("living room blinds", "50 % open")]),
        ("open", "garage door", None, [("garage door", "open")]),
        ("set_brightness", "reading lamp", "twenty percent", [("reading lamp", "on, 20 %")]),
        ("set_brightness", "kitchen light", "dim", [("kitchen light", "on, 20 %")]),
        ("set_brightness", "kitchen light", "brighter", [("kitchen light", "on, 100 %")]),
        ("set_color", "bedside lamp", "warm white", [("bedside lamp", "on, 100 %, warm white")]),
        ("set_temperature", "office", "19 degrees", [("office heater", "set to 19 °C")]),
        ("set_temperature", "living room thermostat", "a bit warmer", [("living room thermostat", "set to 22 °C")]),
        ("set_volume", "telly in the lounge", "down", [("living room TV", "on, volume 20 %")]),
        ("play", "kitchen speaker", "bossa nova", [("kitchen speaker", "playing bossa nova, volume 30 %")]),
        ("activate", "living room TV", "HDMI 2", [("living room TV", "on, volume 30 %, HDMI 2")]),
        ("start", "vacuum", None, [("robot vacuum", "running")]),
        ("unlock", "front door", None, [("front door", "unlocked")]),
        ("activate", "movie night", None, [("movie night", "active")]),
    ],
)
def test_what_is_said_reaches_the_device_that_is_meant(
    home: SimulatedHome, action: str, target: str, value: Value, after: list[tuple[str, str]]
) -> None:
    assert told(home.control(action, target, value)) == after


@pytest.mark.parametrize(
    ("action", "target", "value", "message"),
    [
        ("turn_on", "sauna", None, "has no 'sauna'; it has 50 devices, such as kitchen light"),
        ("turn_on", "frnt door", None, "has no 'frnt door'; it has front door, garage door and back door"),
        ("turn_on", "light", None, "'light' could be kitchen light, counter light, .*; say which one"),
        ("open", "front door", None, "front door in the simulated home cannot do that"),
        ("set_temperature", "bedroom", "35", "cannot take '35' as a temperature; say one from 5 to 30 °C"),
        ("set_brightness", "kitchen light", "purple", "say a percentage from 0 to 100"),
        ("set_color", "kitchen light", None, "needs a color"),
    ],
)
def test_what_is_not_clear_or_not_possible_changes_nothing_and_says_what_is_near(
    home: SimulatedHome, tmp_path: Path, action: str, target: str, value: Value, message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        home.control(action, target, value)
    assert JsonStore(tmp_path / "simulated-home.json").read() == {}


def test_everything_off_spares_the_alarm(home: SimulatedHome) -> None:
    home.control("turn_on", "alarm", None)

    switched = told(home.control("turn_off", "everything", None))

    assert len(switched) > 20
    assert "alarm" not in dict(switched)
    assert told(home.read("alarm")) == [("alarm", "on")]


def test_what_was_done_is_seen_by_the_next_program(home: SimulatedHome, tmp_path: Path) -> None:
    home.control("lock", "back door", None)
    home.control("unlock", "back door", None)

    assert told(SimulatedHome({}, options(tmp_path)).read("patio door")) == [("back door", "unlocked")]


def test_a_room_tells_all_that_is_in_it_and_a_sensor_its_unit(home: SimulatedHome) -> None:
    assert dict(told(home.read("nursery"))) == {"nursery light": "off", "nursery temperature": 19.6}
    humidity = home.read("humidity in the bathroom")
    assert humidity == {
        "device": "bathroom humidity", "state": 63, "unit": "%", "room": "bathroom", "simulated": True,
    }  # fmt: skip


def test_a_camera_gives_a_picture_that_is_brighter_with_the_light_on(home: SimulatedHome, tmp_path: Path) -> None:
    sink = Sink(ArtifactFolder(tmp_path / "out"), Provenance(0, "camera-snapshot", "simulated-home"))
    pictures: list[float] = []
    for action in ("turn_off", "turn_on"):
        home.control(action, "nursery light", None)
        picture = home.run(Inputs("camera-snapshot", {"target": "crib cam"}), sink)
        assert isinstance(picture, Artifact)
        assert picture.name == "simulated-camera"
        image = read_image(picture.path)
        assert image.size == (640, 480)
        pictures.append(sum(image.resize((1, 1)).getpixel((0, 0))))  # type: ignore[arg-type]
    assert pictures[1] > pictures[0] + 100


def test_a_picture_says_that_it_is_simulated() -> None:
    labels = [draw_room(Device(name, "", "camera"), True, NOW).crop((0, 440, 640, 480)) for name in ("a", "b")]

    assert all(len(label.getcolors() or ()) > 2 for label in labels)  # there is writing on the black
    assert labels[0].tobytes() != labels[1].tobytes()


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
    value = Timers({}, options(tmp_path)).do("start", {"duration": "", "at": "", "label": "rice"} | said, NOW)

    assert isinstance(value, dict)
    assert (value["action"], value["label"], value["remaining"]) == ("start", "rice", due.total_seconds())
    assert value["due"] == (NOW + due).isoformat(timespec="seconds")


def test_five_minutes_are_five_minutes_in_the_middle_of_a_second(tmp_path: Path) -> None:
    said = {"duration": "5 minutes", "at": "", "label": ""}
    value = Timers({}, options(tmp_path)).do("start", said, NOW + timedelta(microseconds=700_000))
    assert isinstance(value, dict)
    assert value["remaining"] == 300


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "say how long or when"),
        ({"duration": "10"}, "'10' is not clear as a time"),
        ({"at": "the day we met"}, "is not clear as a time"),
        ({"at": "every day at nine"}, "timers that come again"),
    ],
)
def test_a_time_that_is_not_clear_starts_no_timer(tmp_path: Path, said: dict[str, str], message: str) -> None:
    timers = Timers({}, options(tmp_path))
    with pytest.raises(TaskError, match=message):
        timers.do("start", {"duration": "", "at": "", "label": ""} | said, NOW)
    assert timers.running(NOW) == []


def test_timers_are_read_cancelled_by_name_and_rung_once(tmp_path: Path) -> None:
    timers, nothing = Timers({}, options(tmp_path)), {"duration": "", "at": "", "label": ""}
    for label, minutes in (("rice", "8 minutes"), ("eggs", "5 minutes"), ("laundry", "1 hour")):
        timers.do("start", nothing | {"label": label, "duration": minutes}, NOW)

    status = timers.do("status", nothing, NOW + timedelta(minutes=1))
    assert isinstance(status, dict)
    rows = cast("list[dict[str, Any]]", status["timers"])
    assert [(row["label"], row["remaining"]) for row in rows] == [("eggs", 240), ("rice", 420), ("laundry", 3540)]
    with pytest.raises(TaskError, match="running are eggs, rice, laundry"):
        timers.do("cancel", nothing, NOW)
    cancelled = timers.do("cancel", nothing | {"label": "Rice"}, NOW)
    assert isinstance(cancelled, dict)
    assert cancelled["label"] == "rice"
    later = NOW + timedelta(minutes=10)
    assert [row["label"] for row in timers.take_due(later)] == ["eggs"]
    assert timers.take_due(later) == []
    assert [row["label"] for row in timers.running(later)] == ["laundry"]


def test_a_list_keeps_its_items_whatever_it_is_called(tmp_path: Path) -> None:
    lists = Lists({}, options(tmp_path))
    lists.do("add", "shopping list", "oat milk")
    lists.do("add", "my Shopping list", "Butter")

    assert lists.do("remove", "shopping", "butter") == {
        "action": "remove", "list": "shopping", "item": "butter", "items": ["oat milk"],
    }  # fmt: skip
    assert lists.do("read", "shopping list", "") == {"action": "read", "list": "shopping", "items": ["oat milk"]}
    with pytest.raises(TaskError, match="'eggs' is not on the shopping list; it holds oat milk"):
        lists.do("remove", "shopping list", "eggs")


def test_two_programs_that_change_one_list_lose_nothing(tmp_path: Path) -> None:
    program = """
import sys
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.home_timers import Lists
lists = Lists({}, RuntimeOptions(parameters={"folder": sys.argv[1]}))
for n in range(40):
    lists.do("add", "shopping", f"{sys.argv[2]}{n}")
"""
    both = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]

    kept = json.loads((tmp_path / "lists.json").read_text())["shopping"]
    assert sorted(kept) == sorted(f"{name}{n}" for name in "ab" for n in range(40))


def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "lists.json").write_text('{"shopping": [')

    with pytest.raises(StorageError, match=r"lists\.json cannot be read .* repair or delete it"):
        Lists({}, options(tmp_path)).do("add", "shopping", "milk")
    assert (tmp_path / "lists.json").read_text() == '{"shopping": ['
