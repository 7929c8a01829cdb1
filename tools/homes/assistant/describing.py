"""What an entity says about itself, in the words of the simulated home: "on, 60 %", "set to 21 °C, now 20.5 °C"."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jarvis.messages import JsonValue
from jarvis.tools.homes.assistant.lights import shown_rgb
from jarvis.tools.homes.assistant.states import UNKNOWN, State
from jarvis.tools.homes.colors import name_of
from jarvis.tools.homes.protocol import Row, Thing

_BINARY: Mapping[str, tuple[str, str]] = {
    "door": ("open", "closed"), "garage_door": ("open", "closed"), "window": ("open", "closed"),
    "opening": ("open", "closed"), "lock": ("unlocked", "locked"), "motion": ("motion", "no motion"),
    "occupancy": ("occupied", "empty"), "presence": ("present", "away"), "moisture": ("wet", "dry"),
    "smoke": ("smoke", "no smoke"), "gas": ("gas", "no gas"), "battery": ("low", "normal"),
    "battery_charging": ("charging", "not charging"), "connectivity": ("connected", "disconnected"),
    "problem": ("problem", "ok"), "plug": ("plugged in", "unplugged"), "running": ("running", "not running"),
}  # fmt: skip
"""By device class, the words for on and off."""


def row_of(thing: Thing, state: State, unit: str = "°C") -> Row:
    """{"device", "state", "unit"?, "room", "entity_id"}; `unit` is that of temperatures."""
    said, own_unit = state_words(state, unit)
    row: Row = {"device": thing.name, "state": said}
    if own_unit:
        row["unit"] = own_unit
    return row | {"room": thing.room, "entity_id": state.entity_id}


def state_words(state: State, unit: str = "°C") -> tuple[JsonValue, str]:
    """The state in words or as a number, and its unit."""
    if state.domain in ("sensor", "number", "input_number"):
        return _reading(state)
    teller = _TELLERS.get(state.domain)
    return (teller(state, unit) if teller and state.state != UNKNOWN else _word(state.state)), ""


def _word(text: str) -> str:
    return text.replace("_", " ")


def _reading(state: State) -> tuple[JsonValue, str]:
    unit = state.text("unit_of_measurement")
    try:
        value = float(state.state)
    except ValueError:
        return _word(state.state) if not unit else state.state, unit
    return (int(value) if value.is_integer() else round(value, 2)), unit


def _light(state: State, unit: str) -> str:
    if state.state != "on":
        return _word(state.state)
    level, shown, kelvin = state.number("brightness"), shown_rgb(state), state.number("color_temp_kelvin")
    parts = ["on", f"{round(level * 100 / 255)} %" if level is not None else ""]
    if shown is not None:
        parts.append(name_of(shown))
    elif kelvin is not None:
        parts.append(f"{kelvin:.0f} K")
    return ", ".join(part for part in parts if part)


def _fan(state: State, unit: str) -> str:
    speed = state.number("percentage")
    return f"on, {speed:.0f} %" if state.state == "on" and speed else _word(state.state)


def _humidifier(state: State, unit: str) -> str:
    wanted = state.number("humidity")
    return f"on, {wanted:.0f} %" if state.state == "on" and wanted is not None else _word(state.state)


def _cover(state: State, unit: str) -> str:
    position = state.number("current_position")
    if state.state == "open" and position is not None and 0 < position < 100:
        return f"{position:.0f} % open"
    return _word(state.state)


def _climate(state: State, unit: str) -> str:
    wanted, now = state.number("temperature"), state.number("current_temperature")
    low, high = state.number("target_temp_low"), state.number("target_temp_high")
    if wanted is None and low is not None and high is not None:
        target = f"set to {low:g} to {high:g} {unit}"
    else:
        target = f"set to {wanted:g} {unit}" if wanted is not None else _word(state.state)
    parts = ["off"] if state.state == "off" else [target]
    return ", ".join([*parts, f"now {now:g} {unit}"] if now is not None else parts)


def _media(state: State, unit: str) -> str:
    title = " - ".join(part for part in (state.text("media_artist"), state.text("media_title")) if part)
    said = _word(state.state)
    if title and state.state in ("playing", "paused"):
        said = f"playing {title}" if state.state == "playing" else f"paused at {title}"
    level = state.number("volume_level")
    parts = [said, f"volume {round(level * 100)} %" if level is not None and state.state != "off" else ""]
    return ", ".join(part for part in (*parts, state.text("source") if state.state != "off" else "") if part)


def _binary(state: State, unit: str) -> str:
    words = _BINARY.get(state.text("device_class"))
    return words[0 if state.state == "on" else 1] if words and state.state in ("on", "off") else _word(state.state)


_TELLERS: Mapping[str, Callable[[State, str], str]] = {
    "light": _light,
    "fan": _fan,
    "humidifier": _humidifier,
    "cover": _cover,
    "valve": _cover,
    "climate": _climate,
    "water_heater": _climate,
    "media_player": _media,
    "binary_sensor": _binary,
}
