"""An event loop with a clock of its own: seconds pass as soon as nothing else is to be done, and a hang is an error."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class HangError(RuntimeError):
    """Nothing is left that could ever happen, and the program is not done."""


class _Jumping(selectors.SelectSelector):
    """Does not wait, but sets the clock forward."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout != 0:
            if timeout is None:
                raise HangError("everyone waits and nobody will ever be woken")
            self.now += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """For what happens in one thread only: other threads take real time, which this clock does not see."""

    def __init__(self) -> None:
        self._clock = _Jumping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def virtually(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end without waiting for anything."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
