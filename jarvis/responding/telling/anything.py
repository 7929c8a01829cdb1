"""Telling values that no other teller knows: the JSON data of functions and endpoints of other people."""

from __future__ import annotations

from typing import cast

from jarvis.artifacts import Artifact
from jarvis.messages import JsonValue
from jarvis.responding.phrases import Phrases
from jarvis.responding.telling.telling import Telling


def tell_anything(telling: Telling) -> str:
    """Like "The result of unit_price: 12.5."; objects as "name: value" pairs, lists as lists."""
    value = telling.value
    if value is None:
        return telling.say("value.none")
    if isinstance(value, str):
        return telling.say("text.*", text=value)
    paths = [str(item.path) for item in value if isinstance(item, Artifact)] if isinstance(value, list) else []
    if isinstance(value, Artifact) or paths:
        return telling.say("value", value=telling.phrases.join(paths) if paths else str(cast(Artifact, value).path))
    return telling.say("value", value=in_words(cast(JsonValue, value), telling.phrases))


def in_words(value: JsonValue, phrases: Phrases) -> str:
    """A JSON value for people."""
    if value is None:
        return phrases.texts["nothing"]
    if isinstance(value, bool):
        return phrases.texts["yes" if value else "no"]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return phrases.plain_number(value)
    if isinstance(value, list):
        return phrases.join([_within(item, phrases) for item in value]) or phrases.texts["nothing"]
    if isinstance(value, dict):
        pairs = [phrases.say("group", kind=_key(key), items=_within(item, phrases)) for key, item in value.items()]
        return phrases.comma.join(pairs) or phrases.texts["nothing"]
    return value


def _within(value: JsonValue, phrases: Phrases) -> str:
    said = in_words(value, phrases)
    return phrases.bracketed(said).strip() if isinstance(value, list | dict) else said


def _key(key: str) -> str:
    return key.replace("_", " ")
