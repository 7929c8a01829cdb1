"""A clock that a test sets and turns; waiting on it takes no time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
"""A Saturday."""


class TurnedClock:
    """Stands still until `advance` or `set`. One that waits is woken when its time has come."""

    def __init__(self, start: datetime = START, boot: str = "this boot") -> None:
        self.boot = boot
        self._wall, self._steady = start.timestamp(), 1000.0
        self._moved = asyncio.Event()
        self.waits: list[float] = []
        """What was waited for, in seconds."""

    def now(self) -> float:
        return self._wall

    def steady(self) -> float:
        return self._steady

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        self.waits.append(seconds)
        end = self._steady + seconds
        while not event.is_set() and self._steady < end:
            tasks = [asyncio.create_task(one.wait()) for one in (event, self._moved)]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()

    async def advance(self, seconds: float) -> None:
        """Time passes, on both clocks."""
        self._wall += seconds
        self._steady += seconds
        await self._tell()

    async def set(self, wall: datetime, passed: float = 0.0) -> None:
        """Somebody sets the wall clock."""
        self._wall = wall.timestamp()
        self._steady += passed
        await self._tell()

    async def _tell(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        await asyncio.sleep(0)
