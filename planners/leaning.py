"""What speaks for an added tool besides the model's reading of it: how near its description is to the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NATS = 16.0
"""How many nats a fit of 1 is worth above the mean fit of the tools that are listed."""
AGAIN = 0.0
"""What is left of it for a tool that the plan has used already."""
ANY = 0.5
"""The share of the best fit that speaks for a further task at all."""


class NameLeaning:
    """Nats for each way to go on with the name of a task."""

    def __init__(self, fits: Mapping[str, float], learned: Iterable[str] = ()) -> None:
        """`fits`: how well each listed tool fits the request, in [0, 1]; `learned`: names of which nothing is said."""
        mean = sum(fits.values()) / max(len(fits), 1)
        self._listed = frozenset(fits)
        self._nats = dict.fromkeys(learned, 0.0) | {name: NATS * (fit - mean) for name, fit in fits.items()}

    def used(self, name: str) -> None:
        """The plan has a task of this tool now."""
        if name in self._listed:
            self._nats[name] = min(self._nats[name] * AGAIN, self._nats[name])

    def __call__(self, written: str, ways: Sequence[str]) -> NDArray[np.float32]:
        """Nats for each way; those of a beginning are those of the best name that begins so."""
        if not self._listed:
            return np.zeros(len(ways), np.float32)
        number, space, name = written.partition(" ")
        if not space:
            best = max(self._nats[name] for name in self._listed)
            further = [ANY * best if way[:1].isdigit() and not number else 0.0 for way in ways]
            return np.asarray(further, np.float32)
        before = self._best(name)
        return np.asarray([self._best(name + way) - before for way in ways], np.float32)

    def _best(self, beginning: str) -> float:
        if not beginning:
            return 0.0
        meant = [nats for name, nats in self._nats.items() if f"{name} ".startswith(beginning)]
        return max(meant, default=0.0)
