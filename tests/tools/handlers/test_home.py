"""The simulated home does what is meant, remembers it, and says that it is simulated; timers and lists are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import AmbiguousError, StorageError, TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.home import HomeHandler
from jarvis.tools.handlers.home_timers import Lists
from jarvis.tools.homes.store import JsonStore
from jarvis.tools.media import read_image


def options(tmp_path: Path) -> RuntimeOptions:
    return RuntimeOptions(parameters={"folder": str(tmp_path)})


class Asked:
    """The handler, asked as the executor asks it."""

    def __init__(self, tmp_path: Path) -> None:
        self.handler = HomeHandler({}, options(tmp_path))
        self.sink = Sink(ArtifactFolder(tmp_path / "out"), Provenance(0, "home-control", "simulated-home"))

    def control(self, action: str, target: str, value: Value = None, **context: Value) -> Value:
        slots = {"action": action, "target": target, "value": value, **context}
        return self.handler.run(Inputs("home-control", slots), self.sink)

    def read(self, target: str, **context: Value) -> Value:
        return self.handler.run(Inputs("home-state", {"target": target, **context}), self.sink)

    def weather(self, **slots: Value) -> Value:
        return self.handler.run(Inputs("weather", slots), self.sink)

    def snapshot(self, target: str) -> Value:
        return self.handler.run(Inputs("camera-snapshot", {"target": target}), self.sink)


@pytest.fixture
def home(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


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
        ("set_temperature", "oven", "200", [("oven", "set to 200 °C")]),
        ("set_temperature", "the oven in the kitchen", "200", [("oven", "set to 200 °C")]),
        ("set_temperature", "living room thermostat", "a bit warmer", [("living room thermostat", "set to 22 °C")]),
        ("set_volume", "telly in the lounge", "down", [("living room TV", "on, volume 20 %")]),
        ("play", "kitchen speaker", "bossa nova", [("kitchen speaker", "playing bossa nova, volume 30 %")]),
        ("activate", "living room TV", "HDMI 2", [("living room TV", "on, volume 30 %, HDMI 2")]),
        ("start", "vacuum", None, [("robot vacuum", "running")]),
        ("unlock", "front door", None, [("front door", "unlocked")]),
        ("unlock", "frnt door", None, [("front door", "unlocked")]),
        ("turn_on", "bed side lamb", None, [("bedside lamp", "on, 100 %")]),
        ("activate", "movie night", None, [("movie night", "active")]),
    ],
)
def test_what_is_said_reaches_the_device_that_is_meant(
    home: Asked, action: str, target: str, value: Value, after: list[tuple[str, str]]
) -> None:
    assert told(home.control(action, target, value)) == after


@pytest.mark.parametrize(
    ("action", "target", "value", "message"),
    [
        ("turn_on", "kitchen sauna", None, "has no 'kitchen sauna'; it has kitchen camera, kitchen speaker, "),
        ("turn_on", "sauna", None, "has no 'sauna'; it has 50 devices, such as kitchen light"),
        ("turn_on", "frnt door", None, "front door in the simulated home cannot do that; name another device"),
        ("turn_on", "light", None, "Which one do you mean: kitchen light, counter light, .*"),
        ("open", "front door", None, "front door in the simulated home cannot do that"),
        ("set_temperature", "bedroom", "35", "cannot take '35' as a temperature; say one from 5 to 30 °C"),
        ("set_brightness", "kitchen light", "purple", "say a percentage from 0 to 100"),
        ("set_color", "kitchen light", None, "needs a color"),
        ("set_temperature", "kitchen", "21", "in the simulated home cannot do that"),
    ],
)
def test_what_is_not_clear_or_not_possible_changes_nothing_and_says_what_is_near(
    home: Asked, tmp_path: Path, action: str, target: str, value: Value, message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        home.control(action, target, value)
    assert JsonStore(tmp_path / "simulated-home.json").read() == {}


def test_everything_off_spares_the_alarm(home: Asked) -> None:
    home.control("turn_on", "alarm", None)

    switched = told(home.control("turn_off", "everything", None))

    assert len(switched) > 20
    assert "alarm" not in dict(switched)
    assert told(home.read("alarm")) == [("alarm", "on")]


def test_what_was_done_is_seen_by_the_next_program(home: Asked, tmp_path: Path) -> None:
    home.control("lock", "back door", None)
    home.control("unlock", "back door", None)

    assert told(Asked(tmp_path).read("patio door")) == [("back door", "unlocked")]


def test_a_room_tells_all_that_is_in_it_and_a_sensor_its_unit(home: Asked) -> None:
    assert dict(told(home.read("nursery"))) == {"nursery light": "off", "nursery temperature": 19.6}
    humidity = home.read("humidity in the bathroom")
    assert humidity == {
        "device": "bathroom humidity", "state": 63, "unit": "%", "room": "bathroom", "simulated": True,
    }  # fmt: skip


def test_a_camera_gives_a_picture_that_is_brighter_with_the_light_on(home: Asked) -> None:
    pictures: list[float] = []
    for action in ("turn_off", "turn_on"):
        home.control(action, "nursery light", None)
        picture = home.snapshot("crib cam")
        assert isinstance(picture, Artifact)
        assert picture.name == "simulated-camera"
        image = read_image(picture.path)
        assert image.size == (640, 480)
        pictures.append(sum(image.resize((1, 1)).getpixel((0, 0))))  # type: ignore[arg-type]
    assert pictures[1] > pictures[0] + 100


def test_what_is_done_is_confirmed_by_the_state_that_is_kept(home: Asked) -> None:
    row = home.control("turn_on", "hall light")
    rows = home.control("turn_on", "kitchen lights")

    assert isinstance(row, dict)
    assert row["confirmed"] is True
    assert isinstance(rows, list)
    assert [cast("dict[str, Any]", each)["confirmed"] for each in rows] == [True, True]


def test_a_scene_sets_what_its_file_says(home: Asked) -> None:
    home.control("unlock", "front door")
    home.control("activate", "bedtime")

    assert told(home.read("kitchen light")) == [("kitchen light", "off")]
    assert told(home.read("front door")) == [("front door", "locked")]


def test_a_name_is_looked_for_first_where_its_speaker_stands_and_asked_back_in_their_language(home: Asked) -> None:
    assert told(home.control("turn_on", "the light", room="bedroom")) == [("bedroom light", "on, 100 %")]
    assert told(home.control("turn_off", "lights in here", room="kitchen")) == [
        ("kitchen light", "off"),
        ("counter light", "off"),
    ]
    with pytest.raises(AmbiguousError, match=r"Welches meinst du: kitchen speaker, .* oder hall speaker") as asked:
        home.control("play", "Lautsprecher", "jazz", room="nursery", language="de")
    assert "hall speaker" in asked.value.choices


def test_the_weather_is_told_in_the_language_of_the_request_and_only_of_this_home(home: Asked) -> None:
    assert home.weather() == "partly cloudy, 14 °C, humidity 71 %, wind 12 km/h"
    assert home.weather(when="morgen", language="de") == "Regen, 9 bis 13 °C"
    assert home.weather(when="tomorrow", place="outside") == "rain, 9 to 13 °C"
    with pytest.raises(TaskError, match="knows no weather but its own, and none of Paris; connect a Home Assistant"):
        home.weather(place="Paris")


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
