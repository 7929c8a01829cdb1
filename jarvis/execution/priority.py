"""Which task comes first: the one with the longest way to the end of the plan still before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, Self


class Ranked(Protocol):
    """A task among those that need it."""

    seconds: float
    """How long it probably takes."""
    remaining: float
    """How long it and the longest chain after it probably take: its critical path to the end."""

    @property
    def dependants(self) -> Iterable[Self]:
        """The tasks that need its output."""
        ...


def rank(tasks: Sequence[Ranked]) -> None:
    """Finds the remaining critical path of each task; `tasks` come in an order in which each follows its needs."""
    for task in reversed(tasks):
        longest = 0.0
        for dependant in task.dependants:
            longest = max(longest, dependant.remaining)
        task.remaining = task.seconds + longest
