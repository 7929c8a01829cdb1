"""From the reading of a sentence to the tasks that it asks for, in the words that the tools know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jarvis.planners.household.grammar import Match, Slot
from jarvis.planners.household.names import Names
from jarvis.planners.household.spoken import is_free, without_article
from jarvis.tools.homes import words
from jarvis.tools.homes.names import terms

Args = dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A task without its number."""

    tool: str
    args: Mapping[str, str]

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What two equal ones share."""
        return self.tool, tuple((name, value.casefold()) for name, value in self.args.items())


_SETTINGS = {
    "brightness": "set_brightness",
    "color": "set_color",
    "temperature": "set_temperature",
    "volume": "set_volume",
}
"""Slots of Jarvis' own sentences that hold a setting, and the action that makes it."""
_ORDER = ("action", "target", "value", "duration", "at", "label", "list", "item", "place", "when")
_FREE = ("label", "item", "place", "value")
_NOUNS = {
    "light": "lights", "fan": "fans", "switch": "switches", "cover": "blinds", "lock": "locks", "window": "windows",
    "door": "doors", "garage": "garage door", "curtain": "curtains", "blind": "blinds", "shutter": "shutters",
    "climate": "thermostat",
}  # fmt: skip
"""Words for all things of a kind that a home understands in every language."""
_MOST_WORDS = 7
"""Of something that a template takes as it is."""
_PLACE_WORDS = 3
_PLACE_SIGNS = 4
_HAN = re.compile(r"[\u3400-\u9fff]")


def asked_for(match: Match, names: Names) -> list[Asked]:
    """The tasks of a reading; none when it is not surely meant, or is not for this home."""
    found = _own(match) if match.own else _FOREIGN.get(match.intent, _nothing)(match)
    fitted = [fitted for asked in found if (fitted := fitting(asked, names))]
    free = [slot.text for slot in match.slots if slot.open]
    return fitted if len(fitted) == len(found) and all(map(_stands_alone, free)) else []


def rank(match: Match) -> tuple[int, int, int, int]:
    """What sorts the best reading first: few and short open places, the longest name, many words of the template."""
    free = [slot for slot in match.slots if slot.open]
    name = match.slot("name") if not match.own else None
    return len(free), sum(len(slot.text) for slot in free), -len(name.text if name else ""), -match.literal


def _stands_alone(text: str) -> bool:
    return is_free(text) and len(text.split()) <= _MOST_WORDS


def _own(match: Match) -> list[Asked]:
    args = {name: str(value) for name, value in match.fixed.items()}
    settings: list[tuple[str, Slot]] = []
    for slot in sorted(match.slots, key=lambda slot: slot.start):
        if slot.name in _SETTINGS:
            settings.append((_SETTINGS[slot.name], slot))
        elif slot.name in _ORDER:
            args[slot.name] = _said(slot)
    if here := match.slot("here"):
        args["target"] = f"{args.get('target', '')} {here.text}"
    if match.intent != "home-control" or not settings:
        return [_task(match.intent, args)]
    return [_task(match.intent, {**args, "action": action, "value": _said(slot)}) for action, slot in settings]


def _said(slot: Slot) -> str:
    """What a slot holds, as it was said; what the home cannot read in words is there in digits."""
    value = slot.value if slot.name not in ("target", "color") and isinstance(slot.value, str) else slot.text
    plain = value.strip(" ,.'")
    return without_article(plain) if slot.name == "item" else plain


def _task(tool: str, args: Mapping[str, str]) -> Asked:
    return Asked(tool, {name: args[name] for name in _ORDER if args.get(name)})


def fitting(asked: Asked, names: Names) -> Asked | None:
    """The same if the home has what it is about, and that can do it; else None."""
    if asked.tool not in ("home-control", "home-state", "camera-snapshot"):
        place = asked.args.get("place", "")
        long = len(place.split()) > _PLACE_WORDS or bool(_HAN.search(place) and len(place) > _PLACE_SIGNS)
        strange = long or names.meant(place) or names.is_place(place)
        return None if place and strange else asked
    target = asked.args.get("target", "")
    said = words.HERE.sub(" ", target.casefold()).strip()
    things = names.meant(said) or names.spelled.get(said, ())
    if asked.tool == "home-state":
        return asked if any(thing.kind not in ("scene", "script", "camera", "button") for thing in things) else None
    if asked.tool == "camera-snapshot":
        exact = "camera" in terms(said) or said in names.spelled
        return asked if exact and any(thing.kind == "camera" for thing in things) else None
    action = asked.args["action"]
    if things and action == "turn_on" and all(thing.kind in ("scene", "script") for thing in things):
        asked = Asked(asked.tool, {**asked.args, "action": "activate"})
        action = "activate"
    return asked if any(action in thing.actions for thing in things) else None


# Intents of Home Assistant.


def _nothing(match: Match) -> list[Asked]:
    return []


def _target(match: Match) -> str:
    """What it is about: as it is said, or in words that a home understands in every language."""
    name, area = match.slot("name"), match.slot("area") or match.slot("floor")
    if name:
        return f"{name.text} {area.text}" if area else name.text
    kind = next((str(slot.value) for slot in match.slots if slot.name == "device_class"), "")
    about = "climate" if match.intent == "HassClimateSetTemperature" else next(iter(match.about), "")
    noun = _NOUNS.get(kind, "") if kind else _NOUNS.get(about, "")
    if (kind or about) and not noun:
        return ""
    if area:
        return f"{area.text} {noun}".strip()
    return f"all {noun}" if noun and not match.here else noun


def _control(match: Match, action: str, value: str = "") -> list[Asked]:
    target = _target(match)
    return [_task("home-control", {"action": action, "target": target, "value": value})] if target else []


_SWITCHED = {
    "cover": ("open", "close"),
    "valve": ("open", "close"),
    "lock": ("lock", "unlock"),
    "scene": ("activate", ""),
    "script": ("activate", ""),
    "button": ("activate", ""),
}


def _switched(match: Match, on: bool) -> list[Asked]:
    if match.literal <= _ARTICLE:  # A name alone asks for nothing.
        return []
    actions = _SWITCHED.get(next(iter(match.about), ""), ("turn_on", "turn_off"))
    action = actions[0] if on else actions[1]
    return _control(match, action) if action else []


_ARTICLE = 3
"""Characters of the words beside a name that ask for nothing: "the"."""


def _light(match: Match) -> list[Asked]:
    found: list[Asked] = []
    for slot in sorted(match.slots, key=lambda slot: slot.start):
        if slot.name == "brightness":
            found += _control(match, "set_brightness", _percent(slot))
        elif slot.name == "color":
            found += _control(match, "set_color", slot.text)
        elif slot.name == "temperature":
            return []
    return found


def _percent(slot: Slot) -> str:
    return f"{slot.value:g} %" if isinstance(slot.value, int | float) else slot.text


def _valued(slot_name: str, action: str, unit: str = "%") -> Callable[[Match], list[Asked]]:
    def read(match: Match) -> list[Asked]:
        slot = match.slot(slot_name)
        if slot is None or not isinstance(slot.value, int | float):
            return []
        return _control(match, action, f"{slot.value:g} {unit}")

    return read


def _louder(match: Match) -> list[Asked]:
    slot = match.slot("volume_step")
    return _control(match, "set_volume", str(slot.value)) if slot and slot.value in ("up", "down") else []


def _state(match: Match) -> list[Asked]:
    target = _target(match).removeprefix("all ")
    return [_task("home-state", {"target": target})] if target else []


def _temperature(match: Match) -> list[Asked]:
    area = match.slot("area") or match.slot("floor")
    if name := match.slot("name"):
        return [_task("home-state", {"target": name.text})]
    return [_task("home-state", {"target": f"temperature {area.text}"})] if area else []


def _listed(action: str) -> Callable[[Match], list[Asked]]:
    def read(match: Match) -> list[Asked]:
        item, name = match.slot("item"), match.slot("name")
        known = name.text if name else "shopping list"
        return [_task("list-item", {"action": action, "list": known, "item": item.text})] if item else []

    return read


def _timer(action: str) -> Callable[[Match], list[Asked]]:
    def read(match: Match) -> list[Asked]:
        strange = [slot.name for slot in match.slots if slot.name not in ("name", "hours", "minutes", "seconds")]
        label = match.slot("name")
        args = {"action": action, "duration": _length(match.slots), "label": label.text if label else ""}
        return [] if strange or (action == "start" and not args["duration"]) else [_task("timer", args)]

    return read


def _length(slots: Iterable[Slot]) -> str:
    """A length of time in the words that timers understand: "1 hour 5 minutes"."""
    given = {slot.name: slot.value for slot in slots if isinstance(slot.value, int | float)}
    parts = ((given.get(unit, 0), unit) for unit in ("hours", "minutes", "seconds"))
    return " ".join(f"{value:g} {unit if value != 1 else unit[:-1]}" for value, unit in parts if value)


_FOREIGN: dict[str, Callable[[Match], list[Asked]]] = {
    "HassTurnOn": lambda match: _switched(match, True),
    "HassTurnOff": lambda match: _switched(match, False),
    "HassLightSet": _light,
    "HassSetPosition": _valued("position", "open"),
    "HassSetVolume": _valued("volume_level", "set_volume"),
    "HassSetVolumeRelative": _louder,
    "HassMediaPlayerMute": lambda match: _control(match, "set_volume", "mute"),
    "HassMediaPause": lambda match: _control(match, "pause"),
    "HassMediaUnpause": lambda match: _control(match, "play"),
    "HassClimateSetTemperature": _valued("temperature", "set_temperature", "degrees"),
    "HassClimateGetTemperature": _temperature,
    "HassGetState": _state,
    "HassVacuumStart": lambda match: _control(match, "start"),
    "HassListAddItem": _listed("add"),
    "HassListRemoveItem": _listed("remove"),
    "HassListCompleteItem": _listed("remove"),
    "HassShoppingListAddItem": _listed("add"),
    "HassShoppingListCompleteItem": _listed("remove"),
    "HassStartTimer": _timer("start"),
    "HassCancelTimer": _timer("cancel"),
    "HassTimerStatus": _timer("status"),
}
