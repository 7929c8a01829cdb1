"""The devices of a simulated home: what each kind can do, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.homes import levels
from jarvis.tools.homes.levels import as_words
from jarvis.tools.homes.protocol import Row, Thing

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Device:
    """One device and how it starts."""

    thing: Thing
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    low: float = 5
    high: float = 30
    """For what heats or cools: the temperatures that it takes, in °C."""
    picture: Path | None = None
    """For a camera: what it sees; without one a room is drawn."""
    sets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """For a scene: the states that it gives to other devices, by their names."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.thing.name

    @property
    def kind(self) -> str:
        """What it is."""
        return self.thing.kind


def actions_of(kind: str) -> frozenset[str]:
    """What a device of this kind can do."""
    return frozenset(_ACTIONS.get(kind, {}))


def kinds() -> frozenset[str]:
    """What there is."""
    return frozenset(_SAID)


def state_keys(kind: str) -> Mapping[str, type]:
    """What the state of a device of this kind is made of."""
    return _KEYS[kind]


def start_state(device: Device) -> State:
    """The state of a device that nobody has touched."""
    return {**_START.get(device.kind, {}), **device.state}


def act(device: Device, state: State, action: str, value: Value) -> State:
    """The state after an action.

    Raises:
        TaskError: the device cannot do it, or not with this value.
    """
    if action not in actions_of(device.kind):
        known = ", ".join(_ACTIONS.get(device.kind, {})) or "only be looked at"
        raise TaskError(f"{device.name} cannot {action}; it can {known}")
    return {**state, **_ACTIONS[device.kind][action](device, state, value)}


def describe(device: Device, state: State) -> Row:
    """What a device says about itself: {"device", "state", "unit"?, "room", "simulated": true}."""
    row: dict[str, JsonValue] = {"device": device.name, "state": _SAID[device.kind](state)}
    if device.kind == "sensor" and "unit" in state:
        row["unit"] = state["unit"]
    return row | {"room": device.thing.room, "simulated": True}


def _on(device: Device, state: State, value: Value) -> State:
    return {"on": True, "mode": as_words(value)}


def _off(device: Device, state: State, value: Value) -> State:
    return {"on": False, "mode": ""}


def _level(key: str, step: float) -> Callable[[Device, State, Value], State]:
    def change(device: Device, state: State, value: Value) -> State:
        wanted = levels.level(value, float(state.get(key, 50)), step, device.name, key)
        return {"on": wanted > 0, key: wanted}

    return change


def _temperature(device: Device, state: State, value: Value) -> State:
    now = float(state.get("target", 20))
    return {"on": True, "target": levels.temperature(value, now, device.low, device.high, device.name)}


def _color(device: Device, state: State, value: Value) -> State:
    said = as_words(value)
    if not said:
        raise TaskError(f"{device.name} needs a color; say which one")
    return {"on": True, "color": said}


def _position(default: int) -> Callable[[Device, State, Value], State]:
    """Opens or closes a cover, whole or as far as the value says."""
    return lambda device, state, value: {"position": levels.position(value, default)}


def _put(**change: Any) -> Callable[[Device, State, Value], State]:
    return lambda device, state, value: change


def _doing(activity: str) -> Callable[[Device, State, Value], State]:
    return lambda device, state, value: {"activity": activity, "mode": as_words(value)}


def _play(device: Device, state: State, value: Value) -> State:
    return {"on": True, "playing": as_words(value) or state.get("playing") or "music", "paused": False}


def _source(device: Device, state: State, value: Value) -> State:
    return {"on": True, "source": as_words(value)}


def _activate(device: Device, state: State, value: Value) -> State:
    return {"active": True}


_Change = Callable[[Device, State, Value], State]
_SWITCH: dict[str, _Change] = {"turn_on": _on, "turn_off": _off}
_STARTED: dict[str, _Change] = {**_SWITCH, "start": _on, "stop": _off, "activate": _on}
_HEATING: dict[str, _Change] = {**_SWITCH, "start": _on, "stop": _off, "set_temperature": _temperature}
_WORKING: dict[str, _Change] = {
    "turn_on": _doing("running"),
    "turn_off": _doing("off"),
    "start": _doing("running"),
    "stop": _doing("stopped"),
    "pause": _doing("paused"),
}
_ACTIONS: dict[str, dict[str, _Change]] = {
    "light": {**_SWITCH, "set_brightness": _level("brightness", 20), "set_color": _color},
    "switch": _STARTED,
    "fan": _STARTED,
    "humidifier": _STARTED,
    "alarm": _STARTED,
    "climate": _HEATING,
    "oven": _HEATING,
    "water_heater": _HEATING,
    "cover": {"open": _position(100), "close": _position(0), "stop": _put()},
    "lock": {"lock": _put(locked=True), "unlock": _put(locked=False)},
    "media": {
        **_SWITCH,
        "play": _play,
        "start": _play,
        "pause": _put(paused=True),
        "stop": _put(playing="", paused=False),
        "set_volume": _level("volume", 10),
        "activate": _source,
    },
    "appliance": _WORKING,
    "vacuum": _WORKING,
    "scene": {"activate": _activate, "turn_on": _activate, "start": _activate},
}
_START: dict[str, State] = {
    "light": {"on": False, "brightness": 100},
    "switch": {"on": False},
    "fan": {"on": False},
    "humidifier": {"on": False},
    "alarm": {"on": False},
    "climate": {"on": False, "target": 20},
    "oven": {"on": False, "target": 180},
    "water_heater": {"on": False, "target": 55},
    "cover": {"position": 0},
    "lock": {"locked": True},
    "media": {"on": False, "volume": 30},
    "appliance": {"activity": "off"},
    "vacuum": {"activity": "docked"},
    "sensor": {"reading": "unknown"},
}
_ON: Mapping[str, type] = {"on": bool, "mode": str}
_HEAT: Mapping[str, type] = {"on": bool, "target": float, "low": float, "high": float}
_KEYS: Mapping[str, Mapping[str, type]] = {
    "light": {"on": bool, "brightness": float, "color": str},
    "switch": _ON,
    "fan": _ON,
    "humidifier": _ON,
    "alarm": _ON,
    "climate": _HEAT,
    "oven": _HEAT,
    "water_heater": _HEAT,
    "cover": {"position": float},
    "lock": {"locked": bool},
    "media": {"on": bool, "volume": float, "playing": str, "source": str, "paused": bool},
    "appliance": {"activity": str},
    "vacuum": {"activity": str},
    "scene": {"active": bool, "sets": dict},
    "sensor": {"reading": object, "unit": str},
    "camera": {"picture": str},
}


def _say_light(state: State) -> str:
    if not state["on"]:
        return "off"
    return ", ".join(part for part in ("on", f"{state['brightness']:g} %", str(state.get("color", ""))) if part)


def _say_switch(state: State) -> str:
    return ("on" if state["on"] else "off") + (f" ({state['mode']})" if state.get("mode") else "")


def _say_climate(state: State) -> str:
    return f"set to {state['target']:g} °C" if state["on"] else "off"


def _say_cover(state: State) -> str:
    position = state["position"]
    return {0: "closed", 100: "open"}.get(position, f"{position:g} % open")


def _say_media(state: State) -> str:
    if not state["on"]:
        return "off"
    parts = ["on", f"volume {state['volume']:g} %"]
    if state.get("playing"):
        parts[0] = f"{'paused at' if state.get('paused') else 'playing'} {state['playing']}"
    return ", ".join([*parts, str(state["source"])] if state.get("source") else parts)


def _say_appliance(state: State) -> str:
    return str(state["activity"]) + (f" ({state['mode']})" if state.get("mode") else "")


def _reading(state: State) -> JsonValue:
    reading: JsonValue = state["reading"]
    return reading


_SAID: dict[str, Callable[[State], JsonValue]] = {
    "light": _say_light,
    "switch": _say_switch,
    "fan": _say_switch,
    "humidifier": _say_switch,
    "alarm": _say_switch,
    "climate": _say_climate,
    "oven": _say_climate,
    "water_heater": _say_climate,
    "cover": _say_cover,
    "lock": lambda state: "locked" if state["locked"] else "unlocked",
    "media": _say_media,
    "appliance": _say_appliance,
    "vacuum": _say_appliance,
    "scene": lambda state: "active" if state.get("active") else "inactive",
    "sensor": _reading,
    "camera": lambda state: "idle",
}
