"""Settings as people say them: "60 percent", "half", "brighter", "a bit warmer", "max", for homes of every make."""

from __future__ import annotations

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.homes.numbers import number, share

_MORE = frozenset(
    "more up higher raise increase brighter louder warmer hotter lauter heller wärmer höher plus mehr sube más".split()
)
_LESS = frozenset(
    "less down lower dimmer darker quieter cooler colder leiser dunkler kälter moins weniger baja menos".split()
)
_MOST = frozenset("max maximum full highest brightest loudest".split())
_LEAST = frozenset("min minimum lowest mute silent off".split())
_FAINT = 20
"""Percent that "dim" means."""
_CHINESE = {
    "亮一点": "brighter",
    "暗一点": "darker",
    "大声": "louder",
    "小声": "quieter",
    "暖": "warmer",
    "冷": "colder",
}


def as_words(value: Value) -> str:
    """A value in short words: the name of a file, the start of a text."""
    if isinstance(value, Artifact):
        return value.path.name
    if isinstance(value, list):
        return ", ".join(as_words(item) for item in value)
    return " ".join(str(value).split())[:80] if value is not None else ""


def level(value: Value, now: float, step: float, who: str, what: str) -> int:
    """The percentage that is wanted, of a thing that is at `now`; "brighter" is a `step` more.

    Raises:
        TaskError: it is none from 0 to 100; the message names `who` and `what` (brightness, volume).
    """
    said = as_words(value)
    plain = _plain(said)
    wanted = share(said)
    if plain & _MOST:
        wanted = 100
    elif plain & _LEAST:
        wanted = 0
    elif "dim" in plain and wanted is None:
        wanted = _FAINT
    elif wanted is None and plain & (_MORE | _LESS):
        wanted = max(5, min(100, now + (step if plain & _MORE else -step)))
    if wanted is None or not 0 <= wanted <= 100:
        raise TaskError(f"{who} cannot take {said!r} for {what}; say a percentage from 0 to 100")
    return round(wanted)


def temperature(value: Value, now: float, low: float, high: float, who: str, unit: str = "°C") -> float:
    """The temperature that is wanted, of a thing that is set to `now`; "warmer" is one degree more.

    Raises:
        TaskError: it is none from `low` to `high`.
    """
    said = as_words(value)
    plain = _plain(said)
    wanted = number(said)
    if wanted is None and plain & (_MORE | _LESS):
        wanted = now + (1 if plain & _MORE else -1)
    if wanted is None or not low <= wanted <= high:
        raise TaskError(f"{who} cannot take {said!r} as a temperature; say one from {low:g} to {high:g} {unit}")
    return wanted


def position(value: Value, default: int) -> int:
    """How far a cover is to be open, in percent: `default` when nothing is said of that."""
    wanted = share(as_words(value)) if value is not None else None
    return default if wanted is None else round(max(0, min(100, wanted)))


def _plain(said: str) -> frozenset[str]:
    found = {word for chinese, word in _CHINESE.items() if chinese in said}
    return frozenset(said.casefold().split()) | found
