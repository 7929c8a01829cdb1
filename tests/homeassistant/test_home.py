"""Every kind of device of a real Home Assistant is driven through our client, and its state confirms it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact
from jarvis.engine import Jarvis
from jarvis.errors import AmbiguousError, TaskError
from jarvis.settings import Settings
from jarvis.tools.homes import Change, HomeError, Thing
from jarvis.tools.homes.assistant import AssistantHome
from jarvis.tools.homes.assistant.server import TokenError
from jarvis.tools.homes.names import find
from tests.homeassistant.program import PICTURE, RealAssistant
from tests.jarvis.fakes import ScriptedPlanner

DRIVEN: list[tuple[str, str, Any, str, dict[str, Any]]] = [
    ("light.bed_light", "turn_on", None, "on", {}),
    ("light.ceiling_lights", "set_brightness", "30 %", "on", {"brightness": 76}),
    ("light.ceiling_lights", "set_color", "warm white", "on", {"color_mode": "color_temp"}),
    ("light.kitchen_lights", "set_color", "blue", "on", {"rgb_color": [0, 0, 255]}),
    ("light.office_rgbw_lights", "set_color", "grün", "on", {}),
    ("light.living_room_rgbww_lights", "set_color", "warm white", "on", {}),
    ("light.bed_light", "turn_off", None, "off", {}),
    ("switch.ac", "turn_on", None, "on", {}),
    ("switch.ac", "turn_off", None, "off", {}),
    ("siren.siren", "turn_off", None, "off", {}),
    ("fan.living_room_fan", "turn_on", "50 %", "on", {"percentage": 50}),
    ("fan.living_room_fan", "turn_off", None, "off", {}),
    ("cover.living_room_window", "close", "60 percent", "open", {"current_position": 60}),
    ("cover.garage_door", "open", None, "open", {}),
    ("cover.garage_door", "close", None, "closed", {}),
    ("climate.heatpump", "set_temperature", "23 degrees", "heat", {"temperature": 23}),
    ("climate.ecobee", "set_temperature", "22", "heat_cool", {"target_temp_low": 20.5, "target_temp_high": 23.5}),
    ("climate.hvac", "turn_off", None, "off", {}),
    ("climate.hvac", "turn_on", "cool", "cool", {}),
    ("lock.front_door", "unlock", None, "unlocked", {}),
    ("lock.front_door", "lock", None, "locked", {}),
    ("lock.openable_lock", "open", None, "unlocked", {}),
    ("humidifier.humidifier", "turn_on", "40 %", "on", {"humidity": 40}),
    ("humidifier.dehumidifier", "turn_off", None, "off", {}),
    ("water_heater.demo_water_heater_celsius", "set_temperature", "60", "eco", {"temperature": 60}),
    ("water_heater.demo_water_heater_celsius", "turn_off", None, "off", {}),
    ("alarm_control_panel.security", "turn_off", "1234", "disarmed", {}),
    ("vacuum.0_ground_floor", "start", None, "cleaning", {}),
    ("vacuum.0_ground_floor", "pause", None, "paused", {}),
    ("vacuum.0_ground_floor", "turn_off", None, "returning", {}),
    ("media_player.walkman", "play", None, "playing", {}),
    ("media_player.walkman", "set_volume", "40 %", "playing", {"volume_level": 0.4}),
    ("media_player.walkman", "pause", None, "paused", {}),
    ("media_player.walkman", "turn_off", None, "off", {}),
    ("media_player.lounge_room", "turn_on", None, "playing", {}),
    ("media_player.lounge_room", "activate", "youtube", "playing", {"source": "youtube"}),
    ("button.push", "activate", None, "", {}),
    ("input_button.doorbell", "activate", None, "", {}),
    ("number.volume", "activate", "30", "30.0", {}),
    ("input_number.comfort", "activate", "seven", "7.0", {}),
    ("select.speed", "activate", "ludicrous speed", "ludicrous_speed", {}),
    ("input_select.house_mode", "activate", "away", "Away", {}),
    ("text.text", "activate", "hello", "hello", {}),
    ("input_text.note", "activate", "call home", "call home", {}),
    ("input_boolean.guests", "turn_off", None, "off", {}),
    ("script.greeting", "activate", None, "", {}),
    ("scene.evening", "activate", None, "", {}),
]


def things(home: AssistantHome) -> dict[str, Thing]:
    return {thing.entity_id: thing for thing in home.things()}


@pytest.mark.parametrize(
    ("entity_id", "action", "value", "state", "attributes"), DRIVEN, ids=[f"{row[0]}-{row[1]}" for row in DRIVEN]
)
def test_every_kind_of_device_is_driven_and_confirmed_by_its_state(
    home: AssistantHome,
    real_assistant: RealAssistant,
    entity_id: str,
    action: str,
    value: Any,
    state: str,
    attributes: dict[str, Any],
) -> None:
    if entity_id == "siren.siren" and value is None:
        home.act(things(home)[entity_id], "turn_on")
    before = real_assistant.state(entity_id)
    row = home.act(things(home)[entity_id], action, value)
    after = real_assistant.state(entity_id)

    assert row["confirmed"] is True, row
    assert row["entity_id"] == entity_id
    if state:
        assert after["state"] == state
    else:  # Pressed, run, activated: only a time tells.
        assert after != before
    assert {name: after["attributes"][name] for name in attributes} == attributes


def test_everything_that_may_be_driven_has_been() -> None:
    driven = {row[0].partition(".")[0] for row in DRIVEN}
    assert driven >= set(
        "light switch siren fan cover climate lock humidifier water_heater alarm_control_panel vacuum media_player "
        "button input_button number input_number select input_select text input_text input_boolean script scene".split()
    )


def test_a_scene_and_a_script_did_what_they_say(home: AssistantHome, real_assistant: RealAssistant) -> None:
    home.act(things(home)["light.bed_light"], "turn_off")
    home.act(things(home)["scene.evening"], "activate")
    assert real_assistant.state("light.bed_light")["attributes"]["brightness"] == 51

    home.act(things(home)["input_boolean.guests"], "turn_off")
    home.act(things(home)["script.greeting"], "start")
    assert real_assistant.state("input_boolean.guests")["state"] == "on"


def test_what_takes_its_time_is_told_as_on_its_way_and_arrives(
    home: AssistantHome, real_assistant: RealAssistant
) -> None:
    window = things(home)["cover.hall_window"]
    home.act(window, "close")
    row = home.act(window, "open")
    assert (row["confirmed"], row["pending"], row["state"], row["wanted"]) == (False, True, "opening", "open")

    _until(lambda: real_assistant.state("cover.hall_window")["attributes"]["current_position"] == 100, 30)
    assert home.state(window)["state"] == "open"


def test_what_went_wrong_at_the_device_is_not_told_as_done(home: AssistantHome) -> None:
    row = home.act(things(home)["lock.poorly_installed_door"], "lock")
    assert (row["confirmed"], row["state"], row["wanted"]) == (False, "jammed", "locked")

    row = home.act(things(home)["alarm_control_panel.security"], "turn_on", "away, 1234")
    assert (row["confirmed"], row["pending"]) == (False, True)
    with pytest.raises(HomeError, match="Security: Invalid alarm code"):
        home.act(things(home)["alarm_control_panel.security"], "turn_off", "9999")
    assert home.act(things(home)["alarm_control_panel.security"], "turn_off", "1234")["confirmed"] is True


def test_areas_aliases_and_devices_give_names_and_rooms(home: AssistantHome, real_assistant: RealAssistant) -> None:
    area = real_assistant.ask("config/area_registry/create", name="Wintergarten", aliases=["conservatory"])["area_id"]
    for entity_id in ("light.office_rgbw_lights", "fan.ceiling_fan", "light.entrance_color_white_lights"):
        real_assistant.ask("config/entity_registry/update", entity_id=entity_id, area_id=area)
    real_assistant.ask(
        "config/entity_registry/update", entity_id="light.office_rgbw_lights", aliases=["Leselampe", "night glow"]
    )
    light = real_assistant.ask("config/entity_registry/get", entity_id="light.bed_light")
    bedroom = real_assistant.ask("config/area_registry/create", name="Attic room")["area_id"]
    real_assistant.ask("config/device_registry/update", device_id=light["device_id"], area_id=bedroom)
    _until(lambda: things(home)["light.bed_light"].room == "Attic room", 20)

    def meant(target: str, action: str = "turn_on", room: str = "") -> list[str]:
        able = home.things()
        return sorted(
            thing.entity_id for thing in find(target, able, lambda thing: action in thing.actions, "home", room=room)
        )

    both = ["light.entrance_color_white_lights", "light.office_rgbw_lights"]
    assert meant("night glow") == ["light.office_rgbw_lights"]
    assert meant("die Leselampe") == ["light.office_rgbw_lights"]
    assert meant("lese lampe") == ["light.office_rgbw_lights"]
    assert meant("lights in the conservatory") == both
    assert meant("Lampen im Wintergarten") == both
    assert meant("lights", room="Wintergarten") == both
    assert meant("fan", room="Wintergarten") == ["fan.ceiling_fan"]
    assert meant("light in the attic room") == ["light.bed_light"]
    with pytest.raises(AmbiguousError) as asked:
        meant("conservatory light", "set_color")
    assert set(asked.value.choices) == {"Entrance Color + White Lights", "Office RGBW Lights"}
    assert "Wintergarten" in {place.name for place in home.places()}


def test_cameras_are_looked_at_by_our_models(
    real_assistant: RealAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", real_assistant.token)
    plan = [
        {"id": 0, "task": "camera-snapshot", "args": {"target": "cat flap"}},
        {"id": 1, "task": "object-detection", "args": {"image": "$0"}},
        {"id": 2, "task": "camera-snapshot", "args": {"target": "demo camera without stream"}},
        {"id": 3, "task": "image-to-text", "args": {"image": "$2"}},
    ]
    settings = Settings(home=real_assistant.url, data_dir=tmp_path, out=tmp_path, journal=False, learn=False)
    with Jarvis(settings, planner=ScriptedPlanner([plan])) as jarvis:
        response = jarvis.run_sync("what do the cameras see?")

    assert response.ok, response.text
    picture = response.results[0].value
    assert isinstance(picture, Artifact)
    assert picture.media_type == "image/jpeg"
    assert picture.path.read_bytes() == PICTURE.read_bytes()
    found = response.results[1].value
    assert isinstance(found, list)
    assert [row["label"] for row in found if isinstance(row, dict)] == ["cat"]
    assert "watch" in str(response.results[3].value)  # the word that is written in the cartoon


def test_sensors_weather_and_lists_are_read_and_changed(home: AssistantHome) -> None:
    assert home.state(things(home)["sensor.outside_temperature"])["unit"] == "°C"
    assert home.state(things(home)["binary_sensor.movement_backyard"])["state"] == "motion"
    assert home.weather()["temperature"] == 21.6
    assert home.weather(when="tomorrow")["condition"] in ("rainy", "cloudy", "sunny", "partlycloudy", "pouring")
    assert home.weather("Demo Weather North")["unit"] == "°C"
    with pytest.raises(TaskError, match="has no 'Paris'"):
        home.weather("Paris")

    assert home.change_list("add", "shopping list", "oat milk")["confirmed"] is True
    assert home.change_list("add", "groceries", "eggs")["items"] == ["oat milk", "eggs"]
    assert home.change_list("remove", "my shopping list", "Oat Milk")["items"] == ["eggs"]


def test_changes_are_heard(home: AssistantHome, real_assistant: RealAssistant) -> None:
    async def first() -> Change:
        await asyncio.to_thread(home.things)

        async def heard() -> Change:
            async for change in home.watch():
                if change.thing.entity_id == "switch.decorative_lights":
                    return change
            raise AssertionError

        hearing = asyncio.create_task(heard())
        await asyncio.sleep(0.1)
        target = {"entity_id": "switch.decorative_lights"}
        await asyncio.to_thread(
            real_assistant.ask, "call_service", domain="switch", service="toggle", service_data=target
        )
        return await asyncio.wait_for(hearing, 20)

    change = asyncio.run(first())
    assert {change.before, change.after} == {"on", "off"}


def test_what_is_not_exposed_cannot_be_reached(home: AssistantHome, real_assistant: RealAssistant) -> None:
    hidden = things(home)["lock.kitchen_door"]
    state = real_assistant.state("lock.kitchen_door")
    real_assistant.expose("lock.kitchen_door", to_voice=False)
    try:
        _until(lambda: "lock.kitchen_door" not in things(home), 30)
        with pytest.raises(HomeError, match="no longer exposes Kitchen Door to voice"):
            home.act(hidden, "lock" if state["state"] == "unlocked" else "unlock")
        assert real_assistant.state("lock.kitchen_door")["state"] == state["state"]
    finally:
        real_assistant.expose("lock.kitchen_door")


def test_an_entity_that_is_removed_is_gone(home: AssistantHome, real_assistant: RealAssistant) -> None:
    removed = things(home)["switch.ac"]
    real_assistant.ask("config/entity_registry/remove", entity_id="switch.ac")
    _until(lambda: "switch.ac" not in things(home), 20)
    with pytest.raises(HomeError, match="Home Assistant has no AC any more"):
        home.act(removed, "turn_on")


def test_a_wrong_token_is_refused_and_said(
    real_assistant: RealAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", "no-such-token")
    home = AssistantHome(real_assistant.url, "HOME_ASSISTANT_TOKEN")
    with caplog.at_level(logging.DEBUG), pytest.raises(TokenError, match="does not take the token"):
        home.things()
    home.close()
    assert "no-such-token" not in caplog.text


def test_a_whole_request_in_words_is_done_and_told(
    home: AssistantHome, real_assistant: RealAssistant, tmp_path: Path
) -> None:
    home.act(things(home)["light.kitchen_lights"], "turn_on")
    settings = {
        "JARVIS_HOME": real_assistant.url,
        "HOME_ASSISTANT_TOKEN": real_assistant.token,
        "JARVIS_PLANNER": "rules",
        "JARVIS_DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "jarvis", "run", "--json", "turn off the kitchen lights"]
    done = subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=True, cwd=tmp_path
    )
    answer = json.loads(done.stdout)

    assert answer["ok"] is True
    assert answer["text"].startswith("Kitchen Lights is now off.")
    assert answer["results"][0]["model"] == "home-assistant"
    assert answer["results"][0]["value"]["confirmed"] is True
    assert real_assistant.state("light.kitchen_lights")["state"] == "off"
    assert real_assistant.token not in done.stdout + done.stderr


def test_after_a_restart_of_the_server_it_is_used_again(home: AssistantHome, real_assistant: RealAssistant) -> None:
    light = things(home)["light.ceiling_lights"]
    real_assistant.stop()
    began = time.monotonic()
    with pytest.raises(HomeError, match="cannot be reached"):
        home.act(light, "turn_on")
    assert time.monotonic() - began < 10

    real_assistant.start()
    _until(lambda: "light.ceiling_lights" in things(home), 60)
    assert home.act(light, "turn_off")["confirmed"] is True
    assert real_assistant.state("light.ceiling_lights")["state"] == "off"


def _until(true: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)
