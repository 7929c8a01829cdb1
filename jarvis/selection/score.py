"""What a model that can run is worth for a task: one number, made of parts that can be shown.

    quality x (success / the success that is expected of any) + fit to the subject - wait - memory - energy + preference

Popularity is no part of it: it orders near-ties, because what many took says little about what is best here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from jarvis.selection.available import Availability
from jarvis.selection.facts import Facts
from jarvis.selection.learning import PRIOR_SUCCESS, UNSEEN, Lesson
from jarvis.selection.limits import Demand
from jarvis.selection.wishes import Aim

NEAR = 0.02
"""Scores that are no further apart are as good as equal: figures of quality are not better than that."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much."""

    wait: float = 0.3
    """What an endless wait costs on the quality scale of 0 to 1; two seconds cost half of it."""
    memory: float = 0.02
    """What it costs to take all the memory that is free."""
    energy: float = 0.02
    """What endless energy costs; fifty joules cost half of it."""
    size: float = 0.0
    """What endless weights cost; 200 MB cost half of it."""


WEIGHTS: Mapping[Aim, Weights] = {
    "": Weights(),
    "fast": Weights(wait=1.5),
    "best": Weights(wait=0.02, memory=0.0, energy=0.0),
    "small": Weights(wait=0.15, memory=0.1, size=1.0),
}
_PREFERRED = 1.0
_FITTING = 0.25
"""For a model whose name and tags tell all that the request is about."""
_UNSTATED_LANGUAGE = -0.15
"""For a model of a hub that lists no language, where the text is not English: most such models know English alone."""
_OTHER_LANGUAGE = -0.5
"""For a model that hears or sees text and does not list the language of the request."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A score, taken apart; the parts add up to it."""

    quality: float
    fit: float
    """How well its name and tags fit the subject of the request."""
    learned: float
    """What runs here taught about how often it works."""
    wait: float
    memory: float
    energy: float
    size: float
    language: float
    preferred: float

    @property
    def total(self) -> float:
        """The score."""
        return (
            self.quality
            + self.fit
            + self.learned
            + self.wait
            + self.memory
            + self.energy
            + self.size
            + self.language
            + self.preferred
        )


class Scale:
    """Scores the candidates of one task, all by the same measure."""

    def __init__(self, demand: Demand, available: Availability, pace: float = 1.0) -> None:
        """`pace`: how much longer than its card says a model takes on this machine."""
        self._task, self._language = demand.task, demand.language
        self._fits = demand.fits
        self._lessons = available.lessons
        self._loaded = available.loaded
        self._preferred = available.preferred | available.wishes.prefer
        self._free_mb = available.free_memory_mb or 0
        self._weights = WEIGHTS[available.wishes.aim]
        self._pace = pace

    def lesson(self, card: Facts) -> Lesson:
        """What runs here taught about a card."""
        return self._lessons.get((self._task, card.id), UNSEEN)

    def seconds(self, card: Facts) -> float:
        """How long a run takes here, with the model in memory: as seen, else as measured elsewhere or predicted."""
        seen = self.lesson(card).seconds if self._lessons else None
        return card.seconds * self._pace if seen is None else seen

    def wait(self, card: Facts) -> float:
        """How long a run takes now, with loading where that is needed."""
        return self.seconds(card) + (0.0 if card.id in self._loaded else card.load_seconds * self._pace)

    def score(self, card: Facts) -> float:
        """`parts(card).total`."""
        return self.worth(card, self.lesson(card).success if self._lessons else PRIOR_SUCCESS, self.wait(card))

    def worth(self, card: Facts, success: float, wait: float) -> float:
        """The score that a card would have with this success rate and this wait."""
        weights = self._weights
        total = card.careful * success / PRIOR_SUCCESS - weights.wait * wait / (wait + 2)
        if self._free_mb:
            total -= weights.memory * min(card.memory_mb / self._free_mb, 1.0)
        if card.joules:
            total -= weights.energy * card.joules / (card.joules + 50)
        if weights.size:
            total -= weights.size * card.weights_mb / (card.weights_mb + 200)
        if card.id in self._preferred:
            total += _PREFERRED
        if self._fits:
            total += _FITTING * self._fits.get(card.id, 0.0)
        return total + self._foreign(card)

    def parts(self, card: Facts) -> Parts:
        """The score, part by part."""
        weights, wait = self._weights, self.wait(card)
        learned = card.careful * (self.lesson(card).success / PRIOR_SUCCESS - 1)
        memory = weights.memory * min(card.memory_mb / self._free_mb, 1.0) if self._free_mb else 0.0
        return Parts(
            quality=card.careful,
            fit=_FITTING * self._fits.get(card.id, 0.0),
            learned=learned,
            wait=-weights.wait * wait / (wait + 2),
            memory=-memory,
            energy=-weights.energy * card.joules / (card.joules + 50) if card.joules else 0.0,
            size=-weights.size * card.weights_mb / (card.weights_mb + 200) if weights.size else 0.0,
            language=self._foreign(card),
            preferred=_PREFERRED if card.id in self._preferred else 0.0,
        )

    def _foreign(self, card: Facts) -> float:
        language = self._language
        if not language or language in card.languages:
            return 0.0
        if card.any_language:
            return 0.0 if card.stated or language == "en" else _UNSTATED_LANGUAGE
        return _OTHER_LANGUAGE


def pace_of(cards: Sequence[Facts], task: str, available: Availability) -> float:
    """How much longer models take here than their cards say: the median of those that have run here."""
    if not available.lessons:
        return 1.0
    seen = ((card, available.lessons.get((task, card.id), UNSEEN).seconds) for card in cards if not card.predicted)
    ratios = [seconds / card.seconds for card, seconds in seen if seconds and card.seconds > 0]
    return min(max(median(ratios), 0.1), 10.0) if ratios else 1.0
