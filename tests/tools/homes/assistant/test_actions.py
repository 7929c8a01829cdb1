"""Each kind of entity gets the call of a service that does what was said, and a state that shows it."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.errors import TaskError
from jarvis.tools.homes.assistant.actions import actions_of, plan
from jarvis.tools.homes.assistant.describing import state_words
from jarvis.tools.homes.assistant.states import State, applied

LAMP = {"supported_color_modes": ["color_temp", "hs"], "min_color_temp_kelvin": 2200, "max_color_temp_kelvin": 6500}
RANGE = {"supported_features": 2, "target_temp_low": 20, "target_temp_high": 24, "target_temp_step": 0.5}
PLAYER = {"supported_features": 0x1FFFFF, "source_list": ["Radio One", "TV"], "volume_level": 0.5}

CASES: list[tuple[str, str, dict[str, Any], str, Any, str, dict[str, Any], tuple[str, dict[str, Any]]]] = [
    ("light.a", "off", LAMP, "turn_on", "30 %", "turn_on", {"brightness": 76}, ("on", {"brightness": 77})),
    ("light.a", "on", {**LAMP, "brightness": 128}, "set_brightness", "brighter", "turn_on", {"brightness": 178},
     ("on", {"brightness": 178})),
    ("light.a", "on", LAMP, "set_brightness", "0", "turn_off", {}, ("off", {})),
    ("light.a", "on", LAMP, "set_color", "rot", "turn_on", {"rgb_color": [255, 0, 0]},
     ("on", {"rgb_color": [254, 3, 1]})),
    ("light.a", "on", LAMP, "set_color", "candle light", "turn_on", {"color_temp_kelvin": 2200},
     ("on", {"color_temp_kelvin": 2202})),
    ("switch.a", "off", {}, "start", None, "turn_on", {}, ("on", {})),
    ("fan.a", "off", {"supported_features": 1}, "turn_on", "half", "turn_on", {}, ("on", {})),
    ("fan.a", "off", {"supported_features": 1}, "turn_on", "60 percent", "set_percentage", {"percentage": 60},
     ("on", {"percentage": 60})),
    ("cover.a", "open", {"supported_features": 15, "current_position": 100}, "close", "halfway",
     "set_cover_position", {"position": 50}, ("open", {"current_position": 49})),
    ("cover.a", "open", {"supported_features": 15, "current_position": 90}, "close", None, "close_cover", {},
     ("closed", {"current_position": 0})),
    ("valve.a", "closed", {"supported_features": 3}, "open", None, "open_valve", {}, ("open", {})),
    ("climate.a", "heat", {"temperature": 20}, "set_temperature", "a bit warmer", "set_temperature",
     {"temperature": 21}, ("heat", {"temperature": 21})),
    ("climate.a", "heat_cool", RANGE, "set_temperature", "21", "set_temperature",
     {"target_temp_low": 19, "target_temp_high": 23}, ("heat_cool", {"target_temp_low": 19})),
    ("climate.a", "off", {"hvac_modes": ["off", "heat"]}, "turn_on", "heat", "set_hvac_mode", {"hvac_mode": "heat"},
     ("heat", {})),
    ("water_heater.a", "eco", {"temperature": 50, "max_temp": 60}, "set_temperature", "55", "set_temperature",
     {"temperature": 55}, ("eco", {"temperature": 55})),
    ("lock.a", "locked", {"code_format": "^\\d{4}$"}, "unlock", "with code 1234", "unlock", {"code": "1234"},
     ("unlocked", {})),
    ("media_player.a", "playing", PLAYER, "set_volume", "louder", "volume_set", {"volume_level": 0.6},
     ("playing", {"volume_level": 0.6})),
    ("media_player.a", "idle", PLAYER, "play", "radio one", "select_source", {"source": "Radio One"},
     ("playing", {"source": "Radio One"})),
    ("media_player.a", "idle", PLAYER, "play", None, "media_play", {}, ("playing", {})),
    ("vacuum.a", "docked", {"supported_features": 8192 | 16}, "start", None, "start", {}, ("cleaning", {})),
    ("vacuum.a", "cleaning", {"supported_features": 16}, "turn_off", None, "return_to_base", {}, ("returning", {})),
    ("lawn_mower.a", "docked", {}, "start", None, "start_mowing", {}, ("mowing", {})),
    ("humidifier.a", "on", {"humidity": 50}, "turn_on", "45 %", "set_humidity", {"humidity": 45},
     ("on", {"humidity": 45})),
    ("alarm_control_panel.a", "disarmed", {"code_format": "number", "code_arm_required": True}, "turn_on",
     "at home 42", "alarm_arm_home", {"code": "42"}, ("armed_home", {})),
    ("alarm_control_panel.a", "armed_away", {}, "turn_off", None, "alarm_disarm", {}, ("disarmed", {})),
    ("input_number.a", "3", {"min": 0, "max": 10, "step": 1}, "activate", "seven", "set_value", {"value": 7},
     ("7.0", {})),
    ("input_select.a", "Home", {"options": ["Home", "Away"]}, "activate", "away", "select_option",
     {"option": "Away"}, ("Away", {})),
    ("input_text.a", "", {}, "activate", "hello there", "set_value", {"value": "hello there"}, ("hello there", {})),
    ("input_boolean.a", "off", {}, "activate", None, "turn_on", {}, ("on", {})),
    ("script.a", "off", {"last_triggered": None}, "activate", None, "turn_on", {}, ("off", {"last_triggered": "now"})),
    ("automation.a", "on", {"last_triggered": "x"}, "activate", None, "trigger", {}, ("on", {"last_triggered": "y"})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "action", "value", "service", "data", "after"),
    CASES,
    ids=[f"{row[0]}-{row[3]}-{row[4]}" for row in CASES],
)
def test_an_action_is_the_call_of_a_service_and_a_state_shows_that_it_was_done(
    entity_id: str,
    state: str,
    attributes: dict[str, Any],
    action: str,
    value: Any,
    service: str,
    data: dict[str, Any],
    after: tuple[str, dict[str, Any]],
) -> None:
    call = plan(State(entity_id, state, attributes), action, value)

    assert (call.service, dict(call.data)) == (service, data)
    assert call.done(State(entity_id, after[0], {**attributes, **after[1]}))
    assert not call.done(State(entity_id, "unavailable", {}))


@pytest.mark.parametrize(
    ("entity_id", "attributes", "action", "value", "message"),
    [
        ("light.a", {"supported_color_modes": ["onoff"]}, "set_brightness", "30", "cannot set_brightness"),
        ("light.a", {"supported_color_modes": ["brightness"]}, "set_color", "red", "cannot set_color"),
        ("light.a", {"supported_color_modes": ["color_temp"]}, "set_color", "red", "has shades of white only"),
        ("light.a", LAMP, "set_color", "loud", "needs a color; 'loud' is none"),
        ("climate.a", {"min_temp": 7, "max_temp": 30}, "set_temperature", "35", "say one from 7 to 30 degrees"),
        ("climate.a", {"hvac_modes": ["heat", "off"]}, "turn_on", "disco", "no mode 'disco'; it has heat, off"),
        ("lock.a", {"code_format": "x"}, "unlock", None, "needs its code; say it with the command"),
        ("lock.a", {}, "open", None, "cannot open; it can lock, unlock"),
        ("media_player.a", PLAYER, "play", "Beethoven", "no source 'Beethoven'; it has Radio One, TV"),
        ("input_number.a", {"min": 1, "max": 5}, "activate", "9", "say a number from 1 to 5"),
        ("sensor.a", {}, "turn_on", None, "it can only be looked at"),
    ],
)
def test_what_an_entity_cannot_do_is_said(
    entity_id: str, attributes: dict[str, Any], action: str, value: Any, message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        plan(State(entity_id, "off", attributes), action, value)


def test_actions_are_those_of_the_features() -> None:
    assert actions_of(State("media_player.a", "idle", {"supported_features": 1 | 128})) == {"pause", "turn_on"}
    assert "open" in actions_of(State("lock.a", "locked", {"supported_features": 1}))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State("binary_sensor.a", "on", {"device_class": "door"}), ("open", "")),
        (State("binary_sensor.a", "off", {"device_class": "motion"}), ("no motion", "")),
        (State("binary_sensor.a", "on"), ("on", "")),
        (State("sensor.a", "21.50", {"unit_of_measurement": "°C"}), (21.5, "°C")),
        (State("sensor.a", "wash_cycle"), ("wash cycle", "")),
        (State("climate.a", "off", {"current_temperature": 19}), ("off, now 19 °C", "")),
        (State("media_player.a", "paused", {"media_title": "Air", "volume_level": 0.2}),
         ("paused at Air, volume 20 %", "")),
        (State("cover.a", "open", {"current_position": 40}), ("40 % open", "")),
        (State("vacuum.a", "returning"), ("returning", "")),
    ],
)  # fmt: skip
def test_a_state_is_told_in_words(state: State, words: tuple[object, str]) -> None:
    assert state_words(state) == words


def test_changes_add_and_take_away_attributes_and_entities() -> None:
    first, told = applied({}, {"a": {"light.a": {"s": "on", "a": {"x": 1, "y": 2}, "lc": 5}, "b.c": {"s": "1"}}})
    assert told == {"light.a", "b.c"}
    after, told = applied(
        first, {"c": {"light.a": {"+": {"s": "off", "a": {"z": 3}}, "-": {"a": ["x"]}}}, "r": ["b.c"]}
    )

    assert told == {"light.a", "b.c"}
    assert after == {"light.a": State("light.a", "off", {"y": 2, "z": 3}, 5.0)}
    assert first["light.a"].state == "on"
