"""The graphs that are run, the same for everyone."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

NAP = 0.01
"""Seconds of a task that sleeps."""
WIDTH = 8
"""Tasks beside each other in the graphs of sleeping tasks, so that 8 slots are enough."""
CORES = 2
"""Slots where they are not enough."""

Needs = list[tuple[int, ...]]
"""A graph: for each task the tasks before it that it needs."""
Run = Callable[[], Any]
"""Runs a graph once and gives one result for each task."""
Prepare = Callable[[Needs, float, int | None], Run]
"""Makes ready to run a graph of tasks that sleep so many seconds, at most so many at once."""


def chain(count: int, width: int) -> Needs:
    return [(task - 1,) if task else () for task in range(count)]


def fan_out(count: int, width: int) -> Needs:
    """One task, and `width` branches that need it."""
    return [(max(task - width, 0),) if task else () for task in range(count)]


def diamond(count: int, width: int) -> Needs:
    """The same, and a last task that needs the end of every branch."""
    return [*fan_out(count - 1, width), tuple(range(count - 1 - min(width, count - 2), count - 1))]


def scattered(count: int, width: int) -> Needs:
    """Each needs up to two tasks before it, and the one `width` before it: no more than `width` are ever ready."""
    chance = random.Random(4)
    picked = [chance.sample(range(task), min(task, chance.randint(0, 2))) for task in range(count)]
    return [tuple(sorted({*some, *([task - width] if task >= width else [])})) for task, some in enumerate(picked)]


def depth(needs: Needs) -> int:
    """Tasks on the critical path."""
    ends: list[int] = []
    for before in needs:
        ends.append(1 + max((ends[task] for task in before), default=0))
    return max(ends)


GRAPHS = {"chain": chain, "fan-out": fan_out, "diamond": diamond, "random": scattered}
