"""Puts candidates in order: by score, near-ties by popularity, and near-equals by what a try of them may show."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest

from jarvis.selection.available import Availability
from jarvis.selection.facts import Facts
from jarvis.selection.learning import dice, draw
from jarvis.selection.limits import Demand
from jarvis.selection.score import NEAR, Scale
from jarvis.spec import Effect

SHOWN = 16
"""How many candidates an assignment has at most: nobody waits for the seventeenth model to fail."""
TRIED = 0.05
"""How much worse a model may look and still be tried out."""
_LONGER, _SECONDS = 1.3, 0.3
"""How much longer it may take: so many times as long, and so many seconds."""
_HEARD = frozenset({"text-to-speech"})
"""Tasks for which nothing is tried out: a voice that changes from run to run is worse than the second-best one."""


def ranked(
    cards: Sequence[Facts], demand: Demand, available: Availability, scale: Scale, *, most: int = SHOWN
) -> list[tuple[float, Facts]]:
    """The best candidates with their scores, in the order to try them."""
    scores = [(scale.score(card), -place) for place, card in enumerate(cards)]
    best = [(score, cards[-place]) for score, place in _best(scores, cards, most)]
    best = _popular(best, available.loaded)
    return _tried(best, demand, available, scale) if explores(demand, available) else best


def explores(demand: Demand, available: Availability) -> bool:
    """Whether models may be tried out: only with a seed, where nothing happens in the world, and nobody chose."""
    chosen = available.wishes.only or demand.task in available.pinned
    return available.seed is not None and demand.effect is Effect.NONE and demand.task not in _HEARD and not chosen


def _best(scores: list[tuple[float, int]], cards: Sequence[Facts], most: int) -> list[tuple[float, int]]:
    """The highest scores; of equal ones those with the lower id, whatever the order of the registry."""
    top = nlargest(most, scores) if len(scores) > most else scores
    if len(scores) > most:
        least = top[-1][0]
        top = [row for row in scores if row[0] >= least]
    return sorted(top, key=lambda row: (-row[0], cards[-row[1]].id))[:most]


def _popular(best: list[tuple[float, Facts]], loaded: frozenset[str]) -> list[tuple[float, Facts]]:
    """Runs of near-ties, each counted from its best: what is in memory first, then by popularity, the last word."""
    done: list[tuple[float, Facts]] = []
    rest = best
    while rest:
        count = sum(score >= rest[0][0] - NEAR for score, _ in rest)
        group = rest[:count]
        done += sorted(group, key=lambda row: (row[1].id not in loaded, -row[1].popularity)) if count > 1 else group
        rest = rest[count:]
    return done


def _tried(
    best: list[tuple[float, Facts]], demand: Demand, available: Availability, scale: Scale
) -> list[tuple[float, Facts]]:
    """Near-equals of the best, ordered by a draw from what is believed of each (Thompson sampling)."""
    assert available.seed is not None
    highest = max((score for score, _ in best), default=0.0)
    longest = _LONGER * scale.wait(best[0][1]) + _SECONDS if best else 0.0
    near = [row for row in best if row[0] >= highest - TRIED and scale.wait(row[1]) <= longest]
    if len(near) < 2:
        return best
    drawn: list[tuple[float, tuple[float, Facts]]] = []
    for score, card in near:
        seconds = scale.seconds(card)
        luck = draw(scale.lesson(card), seconds, dice(available.seed, demand.task, card.id))
        drawn.append((scale.worth(card, luck.success, scale.wait(card) - seconds + luck.seconds), (score, card)))
    drawn.sort(key=lambda row: -row[0])
    tried = [row for _, row in drawn]
    return tried + [row for row in best if row not in tried]
