"""Telling what is in a picture and where: found objects, faces, body poses."""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.responding.phrases import Phrases
from jarvis.responding.shapes import Labelled, Row, labelled, number, rows
from jarvis.responding.telling.telling import Telling

_SCORES = 5
"""Scores of one kind of thing that are listed one by one; of more, the range is told."""
_KINDS = 8
"""Kinds of things that are named; the others are counted."""
_VISIBLE = 0.3
"""Score from which a keypoint counts as visible."""


def tell_found(telling: Telling) -> str | None:
    """Like "Found 3 things in photo.jpg: 2 cups (0.91, 0.77) and a spoon (0.64)."."""
    found = labelled(telling.value)
    if found is None:
        return None
    if not found:
        return _nothing(telling)
    phrases = telling.phrases
    groups = _by_label(found, phrases)
    if len(groups) == 1:
        label, things = groups[0]
        return telling.say("found.one", things=phrases.counted(label, len(things)), scores=_scores(things, phrases))
    named = [phrases.counted(label, len(things)) + _scores(things, phrases) for label, things in groups[:_KINDS]]
    rest = sum(len(things) for _, things in groups[_KINDS:])
    if rest:
        named.append(phrases.say("more", count=str(rest)))
    return telling.say("found.many", count=str(len(found)), things=phrases.join(named))


def _nothing(telling: Telling) -> str:
    labels = telling.task.args.get("labels", ())
    wanted = labels if isinstance(labels, tuple) else (labels,)
    named = [label for label in wanted if isinstance(label, str)]
    if not named or len(named) < len(wanted):
        return telling.say("found.none")
    return telling.say("found.none.named", labels=telling.phrases.all_quoted(named))


def _by_label(found: Sequence[Labelled], phrases: Phrases) -> list[tuple[str, list[Labelled]]]:
    """Groups in the order of their best thing, each best first."""
    groups: dict[str, list[Labelled]] = {}
    for thing in found:
        name = phrases.own_name(thing.label, thing.seen_as) if thing.seen_as else thing.label
        groups.setdefault(name, []).append(thing)
    return list(groups.items())


def _scores(things: Sequence[Labelled], phrases: Phrases) -> str:
    scores = [thing.score for thing in things if thing.score is not None]
    if not scores:
        return ""
    if len(scores) <= _SCORES:
        return phrases.bracketed(phrases.score_comma.join(phrases.number(score) for score in scores))
    high, low = phrases.number(max(scores)), phrases.number(min(scores))
    return phrases.bracketed(high if high == low else phrases.say("range", high=high, low=low))


def tell_poses(telling: Telling) -> str | None:
    """Like "Found a person in photo.jpg with 14 visible keypoints."."""
    people = rows(telling.value)
    if people is None:
        return None
    counts = [_visible(person) for person in people]
    if not counts:
        return telling.say("pose.none")
    phrases = telling.phrases
    label = str(people[0].get("label") or "person")
    who = phrases.counted(label, len(counts))
    if len(counts) == 1:
        key = "keypoint" if counts[0] == 1 else "keypoints"
        return telling.say("pose.one", people=who, points=phrases.say(key, count=str(counts[0])))
    return telling.say("pose.many", people=who, counts=phrases.join([str(count) for count in counts]))


def _visible(person: Row) -> int:
    points = person.get("keypoints")
    found = [point for point in points if isinstance(point, dict)] if isinstance(points, list) else []
    scores = [number(point.get("score")) for point in found]
    return sum(score is None or score >= _VISIBLE for score in scores)
