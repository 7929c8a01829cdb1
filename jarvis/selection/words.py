"""Why a model was chosen, or none, in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.messages import Rejected
from jarvis.model_registry.registry import Registry
from jarvis.selection.available import Availability
from jarvis.selection.facts import Facts
from jarvis.selection.score import Scale
from jarvis.spec import ToolSpec

_SEEN_OFTEN = 1.5
"""Outcomes, faded, after which it is told how often a model worked."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many models there are for a task."""

    known: int
    fit: int


def reason(
    place: int, count: Count, card: Facts, rejected: Sequence[Rejected], scale: Scale, available: Availability
) -> str:
    """Why a candidate stands in its place: "best of 2: quality .80, 3.5 s"."""
    told = f"{_standing(place, count)}: {figures(card, scale, available)}"
    if card.id in available.wishes.only:
        told = f"named by the request; {told}"
    elif card.id in available.preferred or card.id in available.wishes.prefer:
        told = f"preferred by the settings; {told}"
    return told + (_ruled_out(count.known - count.fit, rejected) if place == 0 else "")


def figures(card: Facts, scale: Scale, available: Availability) -> str:
    """What speaks for and against a model: "quality .80, 3.5 s, in memory"."""
    quality = f"quality {card.quality.mean:.2f}".replace("0.", ".", 1) if card.quality.known else "quality unknown"
    told = [quality]
    lesson = scale.lesson(card)
    if card.card.measured or card.predicted or lesson.ok:
        about = "about " if card.predicted and not lesson.ok else ""
        told.append(f"{about}{scale.wait(card):.1f} s")
    if card.id in available.loaded:
        told.append("in memory")
    seen = lesson.ok + lesson.failed
    if seen >= _SEEN_OFTEN and lesson.failed >= 0.5:
        told.append(f"failed {lesson.failed:.0f} of the last {seen:.0f} times here")
    return ", ".join(told)


def _standing(place: int, count: Count) -> str:
    if count.known == 1:
        return "the only model for it"
    if count.fit == 1:
        return f"the only one of {count.known} that can run"
    return f"best of {count.fit}" if place == 0 else f"number {place + 1} of {count.fit}"


def _ruled_out(number: int, rejected: Sequence[Rejected]) -> str:
    if number == 1 and rejected:
        return f"; {rejected[0].model_id} is out: {rejected[0].reason}"
    return f"; {number} others cannot run" if number else ""


def advice(tool: ToolSpec, registry: Registry, rejected: Sequence[Rejected], offered: Sequence[Facts]) -> str:
    """What to do when no model can run."""
    if offered:
        ways = " or ".join(f"`jarvis models pull {card.id}` ({_terms(card)})" for card in offered)
        return f"no model for {tool.name} is installed here; {ways} brings one"
    if rejected:
        reasons = "; ".join(f"{row.model_id}: {row.reason}" for row in rejected[:2])
        return f"no model for {tool.name} can run here ({reasons})"
    known = [f"{s.id} ({s.license})" if s.license else s.id for s in registry.suggestions(tool.name)[:2]]
    if known:
        return f"no model for {tool.name} is registered; from the Hugging Face Hub {' or '.join(known)} would do it"
    return f"no model for {tool.name} is registered, and none is known to the catalog; add a tool of your own for it"


def _terms(card: Facts) -> str:
    license_words = card.card.license or "licence not stated"
    return f"{license_words}, {card.weights_mb:.0f} MB" if card.weights_mb else license_words
