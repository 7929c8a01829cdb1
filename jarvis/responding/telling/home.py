"""Telling what happened at home: devices, timers, lists."""

from __future__ import annotations

import re

from jarvis.messages import JsonValue
from jarvis.responding.phrases import Phrases
from jarvis.responding.shapes import Row, is_scalar, number, rows, text
from jarvis.responding.telling.anything import in_words
from jarvis.responding.telling.sounds import length
from jarvis.responding.telling.telling import Telling

_PARTS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"set to (.+)", "home.set"),
        (r"now (.+)", "home.present"),
        (r"volume (.+)", "home.volume"),
        (r"playing (.+)", "home.plays"),
        (r"paused at (.+)", "home.pauses"),
        (r"(.+ %) open", "home.position"),
    )
)
"""Parts of states that carry a value, and the phrases for them."""


def tell_control(telling: Telling) -> str | None:
    """Like "In the simulated home, kitchen light is now off."."""
    return _tell_devices(telling, "home.now")


def tell_state(telling: Telling) -> str | None:
    """Like "In the simulated home, kitchen light is off."."""
    return _tell_devices(telling, "home.is")


def _tell_devices(telling: Telling, key: str) -> str | None:
    value = telling.value
    devices = [value] if isinstance(value, dict) else rows(value)
    if not devices or not all(text(row.get("device")) and "state" in row for row in devices):
        return None
    phrases = telling.phrases
    told = [_tell_device(row, key, telling) for row in devices]
    statement = phrases.join(told)
    if any(row.get("simulated") for row in devices):
        return phrases.say("home.simulated", statement=statement)
    return phrases.say("home.real", statement=phrases.capital(statement))


def _tell_device(row: Row, key: str, telling: Telling) -> str:
    """What is confirmed is told as done; what is not, as what it is."""
    phrases, device = telling.phrases, text(row["device"])
    if problem := text(row.get("problem")):
        told = "home.problem" if key == "home.now" else "home.unread"
        return phrases.say(told, device=device, problem=problem)
    if row.get("confirmed") is False:
        told = "home.pending" if row.get("pending") else "home.unconfirmed"
        wanted = _words(text(row.get("wanted")), phrases)
        return phrases.say(told, device=device, state=_state(row, telling), wanted=wanted)
    return phrases.say(key, device=device, state=_state(row, telling))


def _state(row: Row, telling: Telling) -> str:
    state, unit = row["state"], text(row.get("unit"))
    said = state if isinstance(state, str) else in_words(state, telling.phrases)
    return telling.phrases.state(f"{said} {unit}" if unit else _words(said, telling.phrases, alone=True))


def _words(state: str, phrases: Phrases, *, alone: bool = False) -> str:
    """A state in the language of the answer, part by part: "set to 21 °C", "on, 60 %"."""
    if alone and ", " not in state and state.lower() in phrases.words:
        return state  # Phrases.state knows it as a predicate.
    return phrases.comma.join(_part(part, phrases) for part in state.split(", "))


def _part(part: str, phrases: Phrases) -> str:
    if part.lower() in phrases.words:
        return phrases.words[part.lower()]
    for pattern, key in _PARTS:
        if found := pattern.fullmatch(part):
            return phrases.say(key, value=found[1])
    return part


def tell_timer(telling: Telling) -> str | None:
    """Like "Timer “pasta” was set (10 min)."; the data has `action`, `label`, `seconds`, `at` or `timers`."""
    value = telling.value
    if not isinstance(value, dict):
        return None
    timers = rows(value["timers"]) if "timers" in value else None
    if timers is not None:
        return _tell_timers(timers, telling)
    action = text(value.get("action")) or telling.literal("action")
    if f"timer.{action}" not in telling.phrases.texts:
        return None
    return telling.say(f"timer.{action}", **_timer_words(value, telling))


def _tell_timers(timers: list[Row], telling: Telling) -> str:
    if not timers:
        return telling.say("timer.none")
    return telling.phrases.texts["between"].join(
        telling.say("timer.status", **_timer_words(row, telling)) for row in timers
    )


def _timer_words(row: Row, telling: Telling) -> dict[str, str]:
    phrases = telling.phrases
    label = text(row.get("label")) or telling.literal("label")
    seconds = number(row.get("remaining", row.get("seconds")))
    when = text(row.get("at")) or telling.literal("at") or text(row.get("duration")) or telling.literal("duration")
    details = when if seconds is None else length(seconds, phrases)
    return {
        "label": phrases.say("timer.label", label=phrases.quoted(label)) if label else "",
        "details": phrases.bracketed(details) if details else "",
    }


def tell_list(telling: Telling) -> str | None:
    """Like "“milk” was put on the shopping list. It now has milk and eggs."; the data has `items`, maybe `list`."""
    value = telling.value
    items = _items(value.get("items") if isinstance(value, dict) else None)
    if items is None or not isinstance(value, dict):
        return None
    phrases, action = telling.phrases, text(value.get("action")) or telling.literal("action")
    item = text(value.get("item")) or telling.literal("item")
    name = text(value.get("list")) or telling.literal("list")
    if action in ("add", "remove") and item:
        confirmed = value.get("confirmed") is not False
        done = telling.say(f"list.{action}" if confirmed else "list.unconfirmed", item=phrases.quoted(item), list=name)
        now = [phrases.say("list.now", items=phrases.join(items))] if items else []
        return phrases.texts["between"].join([done, *now])
    return telling.say("list.read" if items else "list.empty", list=name, items=phrases.join(items))


def _items(value: JsonValue) -> list[str] | None:
    if isinstance(value, list) and all(is_scalar(item) for item in value):
        return [str(item) for item in value]
    return None
