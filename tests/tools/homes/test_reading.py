"""A home of one's own is read from YAML; what is wrong in it is told with its line and what may stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jarvis.errors import InputError
from jarvis.tools.homes.reading import read_home
from jarvis.tools.homes.simulated import EMBEDDED, SimulatedHome

OWN = """
name: cabin
weather: {condition: snowy, temperature: -4}
rooms:
  Stube:
    floor: Erdgeschoss
    also: [parlour]
    things:
      Ofen: {kind: climate, on: true, target: 19, low: 10, high: 26}
      Lampe am Fenster: {kind: light, also: [window lamp]}
      yard camera: {kind: camera, picture: yard.png}
  Kammer:
    things:
      Fenster: {kind: sensor, reading: open}
scenes:
  Feierabend:
    sets:
      Lampe am Fenster: {on: true, brightness: 20}
"""


def own(tmp_path: Path, text: str = OWN) -> Path:
    path = tmp_path / "cabin.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_home_of_one_s_own_is_used_as_it_is_written(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (320, 240), (10, 200, 30)).save(tmp_path / "yard.png")
    home = SimulatedHome(tmp_path / "data", own(tmp_path))
    things = {thing.name: thing for thing in home.things()}

    assert home.name == "cabin"
    assert things["Ofen"].places == ("parlour",)
    assert home.act(things["Feierabend"], "activate")["confirmed"] is True
    assert home.state(things["Lampe am Fenster"])["state"] == "on, 20 %"
    assert home.state(things["Fenster"])["state"] == "open"
    assert home.weather()["temperature"] == -4
    picture = home.picture(things["yard camera"])
    assert picture.media_type == "image/png"
    assert picture.name == "simulated-camera"


def test_the_embedded_home_has_every_kind_that_is_simulated() -> None:
    plan = read_home(EMBEDDED)
    kinds = {device.kind for device in plan.devices}
    assert kinds >= {"light", "cover", "climate", "lock", "media", "camera", "sensor", "scene", "vacuum", "alarm"}
    assert {place.name for place in plan.places if place.is_floor} == {"ground floor", "upper floor"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; a home has `rooms:`"),
        ("name: x", "line 1: a home has `rooms:` with things in them"),
        ("rooms:\n  a:\n    thing:", "line 3: the room 'a' has no 'thing'; it has also, floor and things"),
        ("rooms:\n  a:\n    things:\n      lamp: {kind: lamp}", "line 4: 'lamp' is no kind; say one of alarm, .*light"),
        ("rooms:\n  a:\n    things:\n      lamp: {}", "line 4: 'lamp' lacks a kind"),
        ("rooms:\n  a:\n    things:\n      l: {kind: light, brightness: much}",
         "line 4: 'brightness' is 'much'; it must be a number"),
        ("rooms:\n  a:\n    things:\n      l: {kind: light, on: 3}", "line 4: 'on' is '3'; it must be true or false"),
        ("rooms:\n  a:\n    things:\n      l: {kind: light, position: 3}", "line 4: a light has no 'position'; it has"),
        ("rooms:\n  a:\n    things:\n      l: {kind: light}\n      l: {kind: light}", "line 5: 'l' is there twice"),
        ("rooms:\n  a:\n    things:\n      l: {kind: light}\n  b:\n    things:\n      l: {kind: light}",
         "line 7: 'l' is there already, in line 4; names must differ"),
        ("rooms:\n  a:\n    things:\n      c: {kind: camera, picture: gone.png}", "line 4: there is no picture .*gone"),
        ("rooms: [a]", "line 1: rooms must be written as `name: value` pairs"),
        ("rooms: {}\nscenes:\n  s:\n    sets:\n      lamp: {on: true}", "line 5: the scene 's' sets 'lamp', which is"),
        ("rooms:\n  a: {\n", r"line \d+: .*; mend it there"),
        ("rooms:\n\t- a", r"line 2: found character .* mend it there"),
        ("rooms:\n  a:\n    things:\n      l: {kind: !!python/name:os.system x}", "line 4: 'x' is no kind"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    path = own(tmp_path, text)
    with pytest.raises(InputError, match=message) as wrong:
        read_home(path)
    assert str(path) in str(wrong.value)
    assert wrong.value.exit_code == 2


def test_the_home_of_the_documentation_is_one(tmp_path: Path) -> None:
    document = Path(__file__).parents[3] / "docs" / "home.md"
    shown = re.findall(r"```yaml\n(.+?)```", document.read_text(encoding="utf-8"), re.DOTALL)[0]
    (tmp_path / "yard.jpg").write_bytes(b"")
    plan = read_home(own(tmp_path, shown))

    assert [device.name for device in plan.devices][-1] == "evening"
    said = document.read_text(encoding="utf-8")
    assert all(f"`{kind}`" in said for kind in {device.kind for device in read_home(EMBEDDED).devices} - {"scene"})


def test_a_file_that_is_not_there_is_told_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.yaml cannot be read .*; check JARVIS_HOME"):
        read_home(tmp_path / "gone.yaml")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "home.yaml"
    path.write_bytes(b"\xff\xfe\x00rooms")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_home(path)
