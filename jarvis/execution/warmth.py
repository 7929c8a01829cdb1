"""Which models stay in memory: those whose loss would cost the most seconds for the memory that they take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_FADES = 600.0
"""Seconds after which a use counts for 1/e of a use now: a household asks in bursts of some minutes."""


@dataclass(frozen=True, slots=True)
class Use:
    """How dear a loaded model is."""

    reload_seconds: float
    """How long loading it took."""
    uses: float = 0.0
    """How often it was used, older uses counting less."""
    at: float = 0.0
    """When that was so, in seconds of a clock."""

    def again(self, now: float) -> Use:
        """The same after one more use."""
        return Use(self.reload_seconds, self.recent(now) + 1, now)

    def recent(self, now: float) -> float:
        """How often it was used, as seen from now."""
        return self.uses * math.exp((self.at - now) / _FADES)

    def worth(self, now: float) -> float:
        """Seconds that keeping it will likely save."""
        return self.reload_seconds * self.recent(now)


@dataclass(frozen=True, slots=True)
class Kept:
    """One process with loaded models, as the choice sees it."""

    mb: float
    worth: float
    """Seconds that keeping it will likely save."""
    free: bool
    """Whether it may go: it does nothing, and nobody pinned what it holds."""

    @property
    def value(self) -> float:
        """Seconds saved by each MB that it takes."""
        return self.worth / max(self.mb, 1.0)


def to_evict(kept: Sequence[Kept], budget_mb: float) -> list[int]:
    """Which of them must go so that all fit into the budget, by index, least valuable first.

    When those that may go are not enough, all of them are given: what runs is never stopped for the budget.
    """
    over = sum(one.mb for one in kept) - budget_mb
    chosen: list[int] = []
    for index in sorted((i for i, one in enumerate(kept) if one.free), key=lambda i: kept[i].value):
        if over <= 0:
            break
        chosen.append(index)
        over -= kept[index].mb
    return chosen


def leak_limit(expected_mb: float, factor: float) -> float:
    """Memory from which on a process is taken to leak, when its models are said to take `expected_mb`.

    At least 256 MB more than said: what one large input takes for a moment is not a leak.
    """
    return max(expected_mb * factor, expected_mb + 256.0)
