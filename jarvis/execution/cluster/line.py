"""Calls that wait for a place: first come first served, but one who must wait holds up only calls of the same model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from jarvis.execution.cluster.placement import Need
from jarvis.model_registry.card import ModelCard

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Waiting(Generic[T]):
    """A call that has no place yet."""

    need: Need
    card: ModelCard
    avoid: frozenset[str]
    """Nodes on which it was lost before."""
    seat: asyncio.Future[T]
    """Its place, once there is one."""
    ticket: int = 0


class Line(Generic[T]):
    """Those who wait, however many; serving takes as long as there are different models, not calls."""

    def __init__(self) -> None:
        self._queues: dict[tuple[str, frozenset[str]], deque[Waiting[T]]] = {}
        self._tickets = count()

    def __bool__(self) -> bool:
        return bool(self._queues)

    def __iter__(self) -> Iterator[Waiting[T]]:
        return (waiting for queue in list(self._queues.values()) for waiting in list(queue))

    def add(self, waiting: Waiting[T]) -> None:
        """Puts a call at the end."""
        waiting.ticket = next(self._tickets)
        self._queues.setdefault(_kind(waiting), deque()).append(waiting)

    def leave(self, waiting: Waiting[T]) -> None:
        """Takes a call out, wherever it stands."""
        queue = self._queues[_kind(waiting)]
        queue.remove(waiting)
        if not queue:
            del self._queues[_kind(waiting)]

    def serve(self, settled: Callable[[Waiting[T], int], bool]) -> None:
        """Offers a place to the first of each model, oldest first, until all that are left must wait.

        `settled`, given a call and how many of its kind stand behind it, says whether it got a place or an error, and
        so stands in the line no more.
        """
        heads = {kind: queue[0] for kind, queue in self._queues.items()}
        while heads:
            first = min(heads.values(), key=lambda waiting: waiting.ticket)
            kind = _kind(first)
            del heads[kind]
            if settled(first, len(self._queues[kind]) - 1):
                self.leave(first)
                if kind in self._queues:
                    heads[kind] = self._queues[kind][0]


def _kind(waiting: Waiting[T]) -> tuple[str, frozenset[str]]:
    return waiting.card.id, waiting.avoid
