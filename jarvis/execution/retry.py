"""Trying again: only what has no effect, only when the error says that it passes, and less and less often."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and after which waits a failed try is repeated with the same model."""

    times: int = 2
    """Repetitions after the first try; 0 turns them off."""
    first: float = 0.2
    """Seconds before the first repetition; each further wait is twice as long."""
    longest: float = 10.0
    """Seconds that a wait never exceeds. A server that wants a longer one is not asked again."""
    jitter: Callable[[], float] = random.random
    """A number from 0 to 1: the wait is between half and all of its length, so that many do not come back at once."""

    def wait(self, tried: int, error: BaseException) -> float | None:
        """Seconds until the next try, after `tried` repetitions; None when there is to be none."""
        if tried >= self.times or not is_transient(error):
            return None
        asked = getattr(error, "retry_after", None)
        if isinstance(asked, int | float):
            return max(float(asked), 0.0) if asked <= self.longest else None
        longest: float = min(self.first * 2.0**tried, self.longest)
        return longest * (1 + self.jitter()) / 2


def is_transient(error: BaseException) -> bool:
    """Whether the same try may go well a moment later: the error has `transient` set, or a connection was lost."""
    return bool(getattr(error, "transient", isinstance(error, ConnectionError)))
