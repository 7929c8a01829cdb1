"""Calls that wait for a place on a cluster."""

from __future__ import annotations

import asyncio
import time

import pytest

from jarvis.execution.cluster.line import Line, Waiting
from jarvis.execution.cluster.placement import Need
from jarvis.model_registry.card import ModelCard
from tests.jarvis.execution.cards import registry_of

pytestmark = pytest.mark.anyio

CARDS = registry_of(("a", "b"), ["text-generation"])


def waiting(model: str) -> Waiting[str]:
    card: ModelCard = CARDS.get(model)
    return Waiting(Need(model, 1, 100), card, frozenset(), asyncio.get_running_loop().create_future())


async def test_the_oldest_is_served_first_whatever_its_model() -> None:
    line: Line[str] = Line()
    calls = [waiting(model) for model in "abba"]
    for call in calls:
        line.add(call)
    served: list[Waiting[str]] = []
    left: list[int] = []

    def take(call: Waiting[str], behind: int) -> bool:
        served.append(call)
        left.append(behind)
        return True

    line.serve(take)

    assert served == calls
    assert left == [1, 1, 0, 0]
    assert not line


async def test_one_who_must_wait_holds_up_only_calls_of_the_same_model() -> None:
    line: Line[str] = Line()
    first, second, third = calls = [waiting(model) for model in "aab"]
    for call in calls:
        line.add(call)

    line.serve(lambda call, behind: call.card.id == "b")

    assert list(line) == [first, second]
    line.leave(first)
    line.serve(lambda call, behind: call is second)
    assert not line
    assert not third.seat.done()


async def test_ten_thousand_who_wait_cost_no_time() -> None:
    line: Line[str] = Line()
    for _ in range(10_000):
        line.add(waiting("a"))

    began = time.monotonic()
    for _ in range(1_000):
        line.serve(lambda call, behind: False)

    assert time.monotonic() - began < 5
