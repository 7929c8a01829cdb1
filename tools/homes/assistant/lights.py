"""Lights: on and off, brightness, colours and whites."""

from __future__ import annotations

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.homes import levels
from jarvis.tools.homes.assistant.calls import Call, became, name_of, near
from jarvis.tools.homes.assistant.states import State
from jarvis.tools.homes.colors import RGB, color, far

_COLORED = frozenset(("hs", "rgb", "rgbw", "rgbww", "xy"))
_WHITE = "color_temp"
_NEAR_RGB = 60
_NEAR_KELVIN = 250
_NEAR_LEVEL = 3
"""Of 255: many lamps have fewer steps."""


def modes(state: State) -> frozenset[str]:
    """What can be set on a light: "brightness", "hs", "color_temp", ..."""
    return frozenset(state.texts("supported_color_modes"))


def dims(state: State) -> bool:
    """Whether its brightness can be set."""
    return bool(modes(state) - {"onoff", "unknown"})


def colors(state: State) -> bool:
    """Whether its colour or its white can be set."""
    return bool(modes(state) & (_COLORED | {_WHITE}))


def switch(state: State, value: Value) -> Call:
    """On, or off; "on at 30 %" sets the brightness, too."""
    if levels.as_words(value) and dims(state) and any(char.isdigit() for char in levels.as_words(value)):
        return brightness(state, value)
    return Call("light", "turn_on", "on", became("on"))


def brightness(state: State, value: Value) -> Call:
    """Sets the brightness in percent; 0 turns it off."""
    now = (state.number("brightness") or 0) * 100 / 255 if state.state == "on" else 0
    wanted = levels.level(value, now, 20, name_of(state), "brightness")
    if wanted == 0:
        return Call("light", "turn_off", "off", became("off"))
    raw = round(wanted * 255 / 100)
    lit, right = became("on"), near("brightness", raw, _NEAR_LEVEL)
    return Call("light", "turn_on", f"{wanted} %", lambda after: lit(after) and right(after), {"brightness": raw})


def color_call(state: State, value: Value) -> Call:
    """Sets a colour or a white.

    Raises:
        TaskError: no colour was said, or the light cannot show it.
    """
    said = levels.as_words(value)
    found = color(said)
    if found is None:
        raise TaskError(f"{name_of(state)} needs a color; {said!r} is none" if said else _which(state))
    if isinstance(found, int):
        return _white(state, said, found)
    if not modes(state) & _COLORED:
        raise TaskError(f"{name_of(state)} cannot show {said}; it has shades of white only")
    return Call("light", "turn_on", said, lambda after: _shows(after, found), {"rgb_color": list(found)})


def _white(state: State, said: str, kelvin: int) -> Call:
    low, high = state.number("min_color_temp_kelvin"), state.number("max_color_temp_kelvin")
    kelvin = round(max(low or 0, min(high or 10_000, kelvin)))
    if _WHITE not in modes(state):
        return Call("light", "turn_on", said, _is_white, {"color_temp_kelvin": kelvin})
    right = near("color_temp_kelvin", kelvin, _NEAR_KELVIN)
    return Call("light", "turn_on", said, right, {"color_temp_kelvin": kelvin})


def _shows(state: State, wanted: RGB) -> bool:
    shown = _rgb(state)
    return state.state == "on" and shown is not None and far(shown, wanted) <= _NEAR_RGB


def _is_white(state: State) -> bool:
    shown = _rgb(state)
    return state.state == "on" and (_whites_only(state) or (shown is not None and min(shown) * 2 > max(shown)))


def _whites_only(state: State) -> bool:
    """Whether a lamp with white diodes of its own shows nothing but those."""
    parts = state.attributes.get("rgbww_color") or state.attributes.get("rgbw_color")
    return isinstance(parts, list | tuple) and len(parts) > 3 and not any(parts[:3])


def _rgb(state: State) -> RGB | None:
    found = state.attributes.get("rgb_color")
    if isinstance(found, list | tuple) and len(found) == 3 and all(isinstance(part, int | float) for part in found):
        red, green, blue = (round(part) for part in found)
        return red, green, blue
    return None


def _which(state: State) -> str:
    return f"{name_of(state)} needs a color; say which one"


def shown_rgb(state: State) -> RGB | None:
    """The colour that a light shows, where it shows one and not a white."""
    return _rgb(state) if state.text("color_mode") in _COLORED and not _whites_only(state) else None
