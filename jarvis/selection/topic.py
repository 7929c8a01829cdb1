"""What a request is about, and how well a model's name and tags fit that: "finance news", a model tagged `financial`.

Only names, tags and data sets of figures are read, never descriptions, and the whole is worth little: whoever stuffs
tags gains no more than a model that really fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from jarvis.model_registry.card import ModelCard

_WORD = re.compile(r"[a-z]{3,}")
_MOST = 64
"""Words of a card that are read."""
_LATEST = 40
"""Words of a request that are read."""
_COMMON = frozenset(
    "and the for with from this that these those what which who how are was has have does not all any can you your "
    "please into out then make give tell find show use using model models text image images picture photo file audio "
    "video sentence sentences word words base large small tiny mini english transformers pytorch onnx "
    "dataset".split()
)


def topic_words(request: str) -> frozenset[str]:
    """The words of a request that may tell its subject, without endings that change with grammar."""
    words = (_stem(word) for word in _WORD.findall(request.lower()) if word not in _COMMON)
    return frozenset(list(dict.fromkeys(words))[:_LATEST])


def card_words(card: ModelCard) -> frozenset[str]:
    """The words of a card that may tell what it is good for."""
    texts = (card.id.split("/")[-1], *card.tags, *(row.dataset for row in card.evaluations))
    words = (_stem(word) for text in texts for word in _WORD.findall(text.lower()) if word not in _COMMON)
    return frozenset(list(dict.fromkeys(words))[:_MOST])


class Topics:
    """The words of a task's cards, each with the cards that have it."""

    def __init__(self, cards: Sequence[ModelCard]) -> None:
        self._places: dict[str, list[int]] = {}
        for place, card in enumerate(cards):
            for word in card_words(card):
                self._places.setdefault(word, []).append(place)
        self._count = len(cards)

    def fits(self, words: Iterable[str]) -> Mapping[int, float]:
        """By place of the card, from 0 to 1, how much of a subject it names; rare words say more than common ones."""
        found: dict[int, float] = {}
        known = [(places, self._weight(places)) for word in sorted(words) if (places := self._places.get(word))]
        most = sum(weight for _, weight in known)
        for places, weight in known:
            for place in places:
                found[place] = found.get(place, 0.0) + weight / most if most else 0.0
        return found

    def _weight(self, places: Sequence[int]) -> float:
        """0 for a word that all cards have."""
        return math.log(self._count / len(places))


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "ial", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
