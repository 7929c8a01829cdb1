"""How long models take: what their cards say, bettered by what was measured here."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.model_registry.card import ModelCard

UNKNOWN_SECONDS = 1.0
"""What a model is taken for that nobody has measured."""
_NEWEST = 0.3
"""How much the newest time counts against the average of those before it."""


class Durations:
    """Seconds of one run, by model."""

    def __init__(self, seconds: Mapping[str, float] | None = None) -> None:
        """`seconds` by model id: what earlier runs took on this machine."""
        self._seconds = dict(seconds or {})

    def seconds(self, card: ModelCard) -> float:
        """How long one run of this model probably takes."""
        if card.id in self._seconds:
            return self._seconds[card.id]
        return card.measured.seconds if card.measured else UNKNOWN_SECONDS

    def learn(self, model_id: str, seconds: float) -> None:
        """Takes in what one run took. The average moves with it, so that a machine that got busy is noticed."""
        known = self._seconds.get(model_id, seconds)
        self._seconds[model_id] = known + _NEWEST * (seconds - known)
