"""The devices of the simulated home: what each kind can do, and what it says about itself."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handlers.home_numbers import number, share

State = dict[str, Any]
_MORE = frozenset("more up higher raise increase brighter louder warmer hotter lauter heller plus mehr sube".split())
_LESS = frozenset("less down lower dimmer darker quieter cooler colder leiser dunkler moins weniger baja".split())
_MOST = frozenset("max maximum full highest brightest loudest".split())
_LEAST = frozenset("min minimum lowest mute silent off".split())
_FAINT = 20
"""Percent that "dim" means."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device and how it starts."""

    name: str
    room: str
    kind: str
    also: tuple[str, ...] = ()
    """Other names."""
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    low: float = 5
    high: float = 30
    """For climate: the temperatures that it takes, in °C."""


def load_home(path: Path) -> tuple[str, list[Device]]:
    """The name and the devices of a home file."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    devices = [Device(**row | {"also": tuple(row.get("also", ()))}) for row in table["device"]]
    return str(table["name"]), devices


def can(device: Device, action: str) -> bool:
    """Whether a device does an action."""
    return action in _ACTIONS.get(device.kind, {})


def start_state(device: Device) -> State:
    """The state of a device that nobody has touched."""
    return {**_START.get(device.kind, {}), **device.state}


def act(device: Device, state: State, action: str, value: Value) -> State:
    """The state after an action.

    Raises:
        TaskError: the device cannot do it, or not with this value.
    """
    if not can(device, action):
        known = ", ".join(_ACTIONS.get(device.kind, {})) or "nothing"
        raise TaskError(f"{device.name} cannot {action}; it can {known}")
    return {**state, **_ACTIONS[device.kind][action](device, state, value)}


def describe(device: Device, state: State) -> dict[str, JsonValue]:
    """What a device says about itself: {"device", "state", "unit"?, "room"?, "simulated": true}."""
    row: dict[str, JsonValue] = {"device": device.name, "state": _SAID[device.kind](state)}
    if device.kind == "sensor" and "unit" in state:
        row["unit"] = state["unit"]
    return row | {"room": device.room, "simulated": True}


def _words(value: Value) -> str:
    """A value in short words: the name of a file, the start of a text."""
    if isinstance(value, Artifact):
        return value.path.name
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return " ".join(str(value).split())[:80] if value is not None else ""


def _on(device: Device, state: State, value: Value) -> State:
    return {"on": True, "mode": _words(value)}


def _off(device: Device, state: State, value: Value) -> State:
    return {"on": False, "mode": ""}


def _level(key: str, step: float) -> Callable[[Device, State, Value], State]:
    """Sets a percentage: "60 percent", "half", "max", "brighter", "mute"."""

    def change(device: Device, state: State, value: Value) -> State:
        said = _words(value)
        words = frozenset(said.casefold().split())
        now = float(state.get(key, 50))
        wanted = share(said)
        if words & _MOST:
            wanted = 100
        elif words & _LEAST:
            wanted = 0
        elif "dim" in words and wanted is None:
            wanted = _FAINT
        elif wanted is None and words & (_MORE | _LESS):
            wanted = max(5, min(100, now + (step if words & _MORE else -step)))
        if wanted is None or not 0 <= wanted <= 100:
            raise TaskError(f"{device.name} cannot take {said!r} for {key}; say a percentage from 0 to 100")
        return {"on": wanted > 0, key: round(wanted)}

    return change


def _temperature(device: Device, state: State, value: Value) -> State:
    said = _words(value)
    words = frozenset(said.casefold().split())
    wanted = number(said)
    if wanted is None and words & (_MORE | _LESS):
        wanted = float(state.get("target", 20)) + (1 if words & _MORE else -1)
    if wanted is None or not device.low <= wanted <= device.high:
        limits = f"{device.low:g} to {device.high:g} °C"
        raise TaskError(f"{device.name} cannot take {said!r} as a temperature; say one from {limits}")
    return {"on": True, "target": wanted}


def _color(device: Device, state: State, value: Value) -> State:
    said = _words(value)
    if not said:
        raise TaskError(f"{device.name} needs a color; say which one")
    return {"on": True, "color": said}


def _position(default: float) -> Callable[[Device, State, Value], State]:
    """Opens or closes a cover, whole or as far as the value says."""

    def change(device: Device, state: State, value: Value) -> State:
        wanted = share(_words(value)) if value is not None else None
        if wanted is None:
            return {"position": default}
        return {"position": round(max(0, min(100, wanted)))}

    return change


def _put(**change: Any) -> Callable[[Device, State, Value], State]:
    return lambda device, state, value: change


def _doing(activity: str) -> Callable[[Device, State, Value], State]:
    return lambda device, state, value: {"activity": activity, "mode": _words(value)}


def _play(device: Device, state: State, value: Value) -> State:
    return {"on": True, "playing": _words(value) or state.get("playing") or "music", "paused": False}


def _source(device: Device, state: State, value: Value) -> State:
    return {"on": True, "source": _words(value)}


def _activate(device: Device, state: State, value: Value) -> State:
    return {"active": True}


_Change = Callable[[Device, State, Value], State]
_SWITCH: dict[str, _Change] = {"turn_on": _on, "turn_off": _off}
_ACTIONS: dict[str, dict[str, _Change]] = {
    "light": {**_SWITCH, "set_brightness": _level("brightness", 20), "set_color": _color},
    "switch": {**_SWITCH, "start": _on, "stop": _off, "activate": _on},
    "alarm": {**_SWITCH, "start": _on, "stop": _off, "activate": _on},
    "climate": {**_SWITCH, "start": _on, "stop": _off, "set_temperature": _temperature},
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
    "appliance": {
        "turn_on": _doing("running"),
        "turn_off": _doing("off"),
        "start": _doing("running"),
        "stop": _doing("stopped"),
        "pause": _doing("paused"),
    },
    "scene": {"activate": _activate, "turn_on": _activate, "start": _activate},
}
_START: dict[str, State] = {
    "light": {"on": False, "brightness": 100},
    "switch": {"on": False},
    "alarm": {"on": False},
    "climate": {"on": False, "target": 20},
    "cover": {"position": 0},
    "lock": {"locked": True},
    "media": {"on": False, "volume": 30},
    "appliance": {"activity": "off"},
}


def _say_light(state: State) -> str:
    if not state["on"]:
        return "off"
    return ", ".join(part for part in ("on", f"{state['brightness']} %", str(state.get("color", ""))) if part)


def _say_switch(state: State) -> str:
    return ("on" if state["on"] else "off") + (f" ({state['mode']})" if state.get("mode") else "")


def _say_climate(state: State) -> str:
    return f"set to {state['target']:g} °C" if state["on"] else "off"


def _say_cover(state: State) -> str:
    position = state["position"]
    return {0: "closed", 100: "open"}.get(position, f"{position} % open")


def _say_media(state: State) -> str:
    if not state["on"]:
        return "off"
    parts = ["on", f"volume {state['volume']} %"]
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
    "alarm": _say_switch,
    "climate": _say_climate,
    "cover": _say_cover,
    "lock": lambda state: "locked" if state["locked"] else "unlocked",
    "media": _say_media,
    "appliance": _say_appliance,
    "scene": lambda state: "active" if state.get("active") else "inactive",
    "sensor": _reading,
    "camera": lambda state: "idle",
}
