"""Telling when someone speaks, and how long things last."""

from __future__ import annotations

from jarvis.responding.phrases import Phrases
from jarvis.responding.shapes import spans
from jarvis.responding.telling.telling import Telling

_LISTED = 6
"""Stretches of speech that are told one by one; of more, their number, sum and outer ends."""


def length(seconds: float, phrases: Phrases) -> str:
    """Like "3.2 s", from 100 seconds on "2 min 5 s", from an hour on "1 h 30 min"."""
    if seconds < 100:
        return phrases.say("seconds", number=phrases.number(seconds, 1))
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return phrases.say("minutes.seconds" if rest else "minutes", minutes=str(minutes), seconds=str(rest))
    hours, left = divmod(minutes, 60)
    return phrases.say("hours.minutes" if left else "hours", hours=str(hours), minutes=str(left))


def tell_voice(telling: Telling) -> str | None:
    """Like "Speech in voice.wav from 0.4 s to 3.2 s."."""
    found = spans(telling.value)
    if found is None:
        return None
    if not found:
        return telling.say("voice.none")
    phrases = telling.phrases
    if len(found) <= _LISTED:
        return telling.say("voice", spans=phrases.join([_span(start, end, phrases) for start, end in found]))
    total = length(sum(end - start for start, end in found), phrases)
    outer = _span(min(start for start, _ in found), max(end for _, end in found), phrases)
    return telling.say("voice.many", count=str(len(found)), total=total, spans=outer)


def _span(start: float, end: float, phrases: Phrases) -> str:
    return phrases.say("span", start=length(start, phrases), end=length(end, phrases))
