"""Circuit breakers: an endpoint or a model that fails again and again is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from jarvis.errors import ModelError, TaskTimeoutError
from jarvis.execution.retry import is_transient
from jarvis.model_registry.card import ModelCard


class BreakerOpenError(ModelError):
    """A model is not asked, because it failed too often a moment ago."""


@dataclass(slots=True)
class _Record:
    failures: int = 0
    """In a row."""
    since: float = 0.0
    """When the last one happened."""
    probing: bool = False
    """Whether one task is trying whether it works again."""


class Breakers:
    """One for each endpoint, or for each model that runs here. Shared by all runs."""

    def __init__(self, failures: int = 5, seconds: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        """After `failures` in a row nothing is asked for `seconds`; then one task tries, and the rest wait for it."""
        self.failures = failures
        self.seconds = seconds
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._lock = Lock()

    def enter(self, card: ModelCard) -> None:
        """Before a try. `leave` must follow when it raises nothing.

        Raises:
            BreakerOpenError: it failed too often; the message says when it is asked again.
        """
        record = self._records.get(_key(card))
        if record is None or record.failures < self.failures:
            return
        with self._lock:
            left = record.since + self.seconds - self._clock()
            if left > 0 or record.probing:
                times = f"failed {record.failures} times in a row"
                when = f"in {left:.0f} s" if left > 0 else "right now, by another task"
                raise BreakerOpenError(f"{card.name} {times}; it is tried again {when}")
            record.probing = True

    def leave(self, card: ModelCard, error: BaseException | None, *, ended: bool = True) -> None:
        """After a try: with the error that it ended with, or `ended=False` when it was given up without a verdict."""
        key = _key(card)
        if key not in self._records and not (error and _counts(error)):
            return
        with self._lock:
            record = self._records.setdefault(key, _Record())
            record.probing = False
            if error and _counts(error):
                record.failures += 1
                record.since = self._clock()
            elif ended:
                record.failures = 0


def _key(card: ModelCard) -> str:
    """Models behind one endpoint fail together."""
    return str(card.parameters.get("endpoint") or card.id)


def _counts(error: BaseException) -> bool:
    """Whether an error speaks of the endpoint or the model's process, not of the input."""
    return isinstance(error, TaskTimeoutError) or is_transient(error)
