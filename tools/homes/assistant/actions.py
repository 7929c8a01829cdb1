"""What can be done with each kind of entity: a table from domain and action to the call of a service."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.homes import levels
from jarvis.tools.homes.assistant import lights
from jarvis.tools.homes.assistant.calls import Call, Planner, became, code_of, name_of, near, one_of, plain
from jarvis.tools.homes.assistant.states import State
from jarvis.tools.homes.numbers import number

_POSITION = 4
_RANGE = 2
_SPEED = 1
_COVERS: Mapping[str, int] = {"open": 1 | _POSITION, "close": 2 | _POSITION, "stop": 8}
_FEATURES: Mapping[str, Mapping[str, int]] = {
    "cover": _COVERS,
    "valve": _COVERS,
    "lock": {"open": 1},
    "vacuum": {"start": 8192, "turn_on": 8192, "activate": 8192, "pause": 4, "stop": 8, "turn_off": 16},
    "media_player": {
        "turn_on": 128, "turn_off": 256, "play": 16384 | 512 | 2048, "start": 16384 | 512 | 2048, "pause": 1,
        "stop": 4096, "set_volume": 4, "activate": 2048,
    },
}  # fmt: skip
"""The bits of `supported_features` that an action needs, one of them."""
_FULLY = 3
"""Percent by which a cover may miss an end."""


def plan(state: State, action: str, value: Value) -> Call:
    """The call for an action.

    Raises:
        TaskError: the entity cannot do it, or not with this value.
    """
    planner = _ACTIONS.get(state.domain, {}).get(action)
    if planner is None or action not in actions_of(state):
        known = ", ".join(sorted(actions_of(state)))
        raise TaskError(f"{name_of(state)} cannot {action}; it can {known or 'only be looked at'}")
    return planner(state, value)


def actions_of(state: State) -> frozenset[str]:
    """What can be done with an entity."""
    known = frozenset(_ACTIONS.get(state.domain, {}))
    if state.domain == "light":
        lacking = set[str]() if lights.dims(state) else {"set_brightness"}
        return known - (lacking if lights.colors(state) else lacking | {"set_color"})
    needed = _FEATURES.get(state.domain, {})
    return frozenset(action for action in known if _has(state, needed.get(action, 0)))


def _has(state: State, bits: int) -> bool:
    """Whether it has one of the features; some integrations name none at all, and are then tried."""
    return not bits or not (state.features or state.domain == "lock") or bool(state.features & bits)


def _on_or_set(setting: Planner) -> Planner:
    """On, or `setting` where a number was said with it."""

    def planner(state: State, value: Value) -> Call:
        if number(levels.as_words(value)) is not None:
            return setting(state, value)
        return Call(state.domain, "turn_on", "on", became("on"))

    return planner


def _fan_speed(state: State, value: Value) -> Call:
    if not state.features & _SPEED:
        return Call("fan", "turn_on", "on", became("on"))
    wanted = levels.level(value, state.number("percentage") or 0, 20, name_of(state), "its speed")
    step = state.number("percentage_step") or 1
    return Call("fan", "set_percentage", f"{wanted} %", near("percentage", wanted, step), {"percentage": wanted})


def _humidity(state: State, value: Value) -> Call:
    wanted = levels.level(value, state.number("humidity") or 50, 5, name_of(state), "humidity")
    return Call("humidifier", "set_humidity", f"{wanted} %", near("humidity", wanted, 1), {"humidity": wanted})


def _cover(service: str, end: str, default: int, way: str) -> Planner:
    def planner(state: State, value: Value) -> Call:
        domain, wanted = state.domain, levels.position(value, default)
        if wanted != default or wanted not in (0, 100):
            if not state.features & _POSITION:
                raise TaskError(f"{name_of(state)} can only be opened and closed whole")
            test = near("current_position", wanted, _FULLY)
            data = {"position": wanted}
            return Call(domain, f"set_{domain}_position", f"{wanted} % open", test, data, ("opening", "closing"))
        return Call(domain, f"{service}_{domain}", end, lambda after: _at_end(after, end, default), pending=(way,))

    return planner


def _at_end(state: State, end: str, position: int) -> bool:
    now = state.number("current_position")
    return state.state == end and (now is None or abs(now - position) <= _FULLY)


def _still(state: State, value: Value) -> Call:
    domain = state.domain
    return Call(domain, f"stop_{domain}", "standing still", lambda after: after.state not in ("opening", "closing"))


def _heat(state: State, value: Value) -> Call:
    """Turns heating or cooling on, in a mode if one was said."""
    modes = state.texts("hvac_modes" if state.domain == "climate" else "operation_list")
    said = levels.as_words(value)
    service = "set_hvac_mode" if state.domain == "climate" else "set_operation_mode"
    name = "hvac_mode" if state.domain == "climate" else "operation_mode"
    if said and number(said) is not None:
        return _temperature(state, value)
    if said:
        mode = one_of(value, modes, state, "mode")
        return Call(state.domain, service, mode, became(mode), {name: mode})
    return Call(state.domain, "turn_on", "on", lambda after: after.state not in ("off", "unavailable"))


def _temperature(state: State, value: Value) -> Call:
    ranged = bool(state.features & _RANGE) and state.number("target_temp_low") is not None
    low, high = state.number("min_temp"), state.number("max_temp")
    bottom, top = state.number("target_temp_low"), state.number("target_temp_high")
    middle = (bottom + top) / 2 if bottom is not None and top is not None else 20.0
    now = state.number("temperature")
    limits = (5.0 if low is None else low, 35.0 if high is None else high)
    wanted = levels.temperature(value, middle if now is None else now, *limits, name_of(state), "degrees")
    step = state.number("target_temp_step") or 1.0
    said = f"{wanted:g} degrees"
    if not (ranged and now is None):
        data = {"temperature": wanted}
        return Call(state.domain, "set_temperature", said, near("temperature", wanted, step / 2), data)
    half = (top - bottom) / 2 if bottom is not None and top is not None else 1.0
    pair = {"target_temp_low": max(limits[0], wanted - half), "target_temp_high": min(limits[1], wanted + half)}
    test = near("target_temp_low", pair["target_temp_low"], step / 2)
    return Call(state.domain, "set_temperature", said, test, pair)


def _lock(service: str, end: str, way: str) -> Planner:
    def planner(state: State, value: Value) -> Call:
        code = code_of(state, value, needed=bool(state.text("code_format")))
        return Call("lock", service, end, became(end), code, (way,), failed=("jammed",))

    return planner


def _volume(state: State, value: Value) -> Call:
    now = (state.number("volume_level") or 0.0) * 100
    wanted = levels.level(value, now, 10, name_of(state), "volume")
    data = {"volume_level": wanted / 100}
    return Call("media_player", "volume_set", f"{wanted} %", near("volume_level", wanted / 100, 0.015), data)


def _play(state: State, value: Value) -> Call:
    said = levels.as_words(value)
    if not said or said.casefold() in ("music", "musik", "musique", "música", "音乐"):
        return Call("media_player", "media_play", "playing", became("playing"), pending=("buffering",))
    if said.startswith(("http://", "https://", "media-source://")):
        data = {"media_content_id": said, "media_content_type": "music"}
        return Call("media_player", "play_media", "playing", became("playing"), data, ("buffering",))
    return _source(state, value)


def _source(state: State, value: Value) -> Call:
    source = one_of(value, state.texts("source_list"), state, "source")
    return Call(
        "media_player", "select_source", source, lambda after: after.text("source") == source, {"source": source}
    )


def _alarm(state: State, value: Value) -> Call:
    said = levels.as_words(value).casefold()
    mode = next((mode for mode in ("home", "night", "vacation", "away") if mode in said), "away")
    code = code_of(state, value, needed=bool(state.attributes.get("code_arm_required")) and _wants_code(state))
    return Call(
        "alarm_control_panel",
        f"alarm_arm_{mode}",
        f"armed {mode}",
        became(f"armed_{mode}"),
        code,
        ("arming", "pending"),
    )


def _disarm(state: State, value: Value) -> Call:
    code = code_of(state, value, needed=_wants_code(state))
    return Call("alarm_control_panel", "alarm_disarm", "disarmed", became("disarmed"), code)


def _wants_code(state: State) -> bool:
    return bool(state.text("code_format"))


def _press(state: State, value: Value) -> Call:
    return Call(state.domain, "press", "pressed", lambda after: True, afresh=True)


def _scene(state: State, value: Value) -> Call:
    return Call("scene", "turn_on", "active", lambda after: True, afresh=True)


def _script(state: State, value: Value) -> Call:
    service = "trigger" if state.domain == "automation" else "turn_on"
    before = state.attributes.get("last_triggered")

    def ran(after: State) -> bool:
        return after.attributes.get("last_triggered") not in (None, before)

    return Call(state.domain, service, "run", ran)


def _set_number(state: State, value: Value) -> Call:
    wanted = number(levels.as_words(value))
    low, high = state.number("min"), state.number("max")
    if wanted is None or (low is not None and wanted < low) or (high is not None and wanted > high):
        limits = f"from {low or 0:g} to {high or 100:g}"
        raise TaskError(f"{name_of(state)} cannot take {levels.as_words(value)!r}; say a number {limits}")
    slack = (state.number("step") or 1.0) / 2
    return Call(
        state.domain, "set_value", f"{wanted:g}", lambda after: abs(_float(after.state) - wanted) <= slack,
        {"value": wanted},
    )  # fmt: skip


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _select(state: State, value: Value) -> Call:
    option = one_of(value, state.texts("options"), state, "option")
    return Call(state.domain, "select_option", option, became(option), {"option": option})


def _text(state: State, value: Value) -> Call:
    said = levels.as_words(value)
    if not said:
        raise TaskError(f"{name_of(state)} takes a text; say which one")
    return Call(state.domain, "set_value", said, became(said), {"value": said})


_OFF = plain("turn_off", "off")
_ON = plain("turn_on", "on")
_SWITCH: Mapping[str, Planner] = {"turn_on": _ON, "turn_off": _OFF, "start": _ON, "stop": _OFF, "activate": _ON}
_PRESS: Mapping[str, Planner] = dict.fromkeys(("activate", "turn_on", "start"), _press)
_SCRIPT: Mapping[str, Planner] = {**dict.fromkeys(("activate", "turn_on", "start"), _script), "stop": _OFF}
_NUMBER: Mapping[str, Planner] = dict.fromkeys(
    ("activate", "set_brightness", "set_volume", "set_temperature"), _set_number
)
_FAN: Mapping[str, Planner] = {**_SWITCH, "turn_on": _on_or_set(_fan_speed), "set_brightness": _fan_speed}
_HEATING: Mapping[str, Planner] = {
    "turn_on": _heat,
    "start": _heat,
    "activate": _heat,
    "turn_off": _OFF,
    "stop": _OFF,
    "set_temperature": _temperature,
}
_COVER: Mapping[str, Planner] = {
    "open": _cover("open", "open", 100, "opening"),
    "close": _cover("close", "closed", 0, "closing"),
    "stop": _still,
}
_CLEAN = plain("start", "cleaning", "on", wanted="cleaning")
_DOCK = plain("return_to_base", "returning", "docked", "idle")
_VACUUM: Mapping[str, Planner] = {
    "start": _CLEAN,
    "turn_on": _CLEAN,
    "activate": _CLEAN,
    "pause": plain("pause", "paused"),
    "stop": plain("stop", "idle", "paused", "docked", wanted="stopped"),
    "turn_off": _DOCK,
}
_MOW = plain("start_mowing", "mowing")
_ACTIONS: Mapping[str, Mapping[str, Planner]] = {
    "light": {
        "turn_on": lights.switch,
        "turn_off": _OFF,
        "set_brightness": lights.brightness,
        "set_color": lights.color_call,
    },
    **dict.fromkeys(("switch", "input_boolean", "siren", "remote"), _SWITCH),
    "group": {
        "turn_on": plain("turn_on", "on", domain="homeassistant"),
        "turn_off": plain("turn_off", "off", domain="homeassistant"),
    },
    "fan": _FAN,
    "humidifier": {**_SWITCH, "turn_on": _on_or_set(_humidity), "set_brightness": _humidity},
    "cover": _COVER,
    "valve": _COVER,
    "climate": _HEATING,
    "water_heater": _HEATING,
    "lock": {
        "lock": _lock("lock", "locked", "locking"),
        "unlock": _lock("unlock", "unlocked", "unlocking"),
        "open": lambda state, value: Call("lock", "open", "open", became("open", "unlocked"), pending=("opening",)),
    },
    "media_player": {
        "turn_on": lambda state, value: Call(
            "media_player", "turn_on", "on", lambda after: after.state not in ("off", "standby", "unavailable")
        ),
        "turn_off": plain("turn_off", "off", "standby"),
        "play": _play,
        "start": _play,
        "pause": plain("media_pause", "paused"),
        "stop": plain("media_stop", "idle", "off", "standby", "on", wanted="stopped"),
        "set_volume": _volume,
        "activate": _source,
    },
    "vacuum": _VACUUM,
    "lawn_mower": {"start": _MOW, "turn_on": _MOW, "pause": plain("pause", "paused"), "stop": plain("dock", "docked")},
    "alarm_control_panel": {
        "turn_on": _alarm,
        "start": _alarm,
        "activate": _alarm,
        "turn_off": _disarm,
        "stop": _disarm,
    },
    "button": _PRESS,
    "input_button": _PRESS,
    "number": _NUMBER,
    "input_number": _NUMBER,
    "select": {"activate": _select},
    "input_select": {"activate": _select},
    "text": {"activate": _text},
    "input_text": {"activate": _text},
    "scene": dict.fromkeys(("activate", "turn_on", "start"), _scene),
    "script": _SCRIPT,
    "automation": {"activate": _script, "start": _script, "turn_on": _ON, "turn_off": _OFF},
}
