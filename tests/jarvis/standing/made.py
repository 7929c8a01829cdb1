"""Timers and plans for tests, and a keeper that is followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from jarvis.graph import Task, TaskGraph
from jarvis.messages import Failure, Response, Result
from jarvis.standing.conditions import Condition
from jarvis.standing.events import StandingEvent
from jarvis.standing.keeper import Keeper
from jarvis.standing.records import Kind, Plan, Timer
from jarvis.standing.schedule import Schedule
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.standing.clocks import START, TurnedClock

NOW = START.timestamp()
WEATHER = Task(0, "weather")
SEVEN = Schedule((420,))


def timer(
    name: str = "t1", *, after: float = 180.0, label: str = "pasta", room: str = "", kind: Kind = Kind.TIMER
) -> Timer:
    return Timer(name, kind, label, NOW + after, room=room, said="3 minutes")


def plan(name: str = "p1", *, due: float | None = NOW + 3600, tasks: tuple[Task, ...] = (WEATHER,)) -> Plan:
    return Plan(name, "every day at seven", "tell me the weather", SEVEN, tasks=tasks, due=due)


def waiting(name: str = "c1", becomes: str = "open", hold: int = 0, thing: str = "front door") -> Plan:
    said = {"open": "opens", "done": "is done"}[becomes]
    condition = Condition(thing, becomes, hold=hold, said=said)
    return Plan(name, "when the front door opens", "", condition=condition, tell=True, room="kitchen")


def answer(text: str = "sunny", problem: str = "") -> Response:
    failure = Failure(problem, "TaskError") if problem else None
    return Response(text, (), {}, TaskGraph((), builtin_tools()), {0: Result(0, None if problem else text, failure)})


@dataclass
class Runs:
    """Runs plans and remembers it; may fail, and may take until it is let go on."""

    answers: list[Response | Exception] = field(default_factory=list[Response | Exception])
    ran: list[str] = field(default_factory=list[str])
    go_on: asyncio.Event | None = None

    async def __call__(self, plan: Plan) -> Response:
        self.ran.append(plan.id)
        if self.go_on:
            await self.go_on.wait()
        given = self.answers.pop(0) if self.answers else answer()
        if isinstance(given, Exception):
            raise given
        return given


class Followed:
    """What a keeper told, one after the other."""

    def __init__(self, events: AsyncGenerator[StandingEvent, None], clock: TurnedClock) -> None:
        self._events, self.clock = events, clock
        self._next: asyncio.Task[StandingEvent] | None = None

    async def told(self, seconds: float = 5.0) -> StandingEvent:
        """The next event; the one before is thereby told."""
        task, self._next = self._next or asyncio.ensure_future(anext(self._events)), None
        return await asyncio.wait_for(task, seconds)

    async def silent(self) -> bool:
        """Whether nothing is told now."""
        self._next = self._next or asyncio.ensure_future(anext(self._events))
        done, _ = await asyncio.wait({self._next}, timeout=0.3)
        return not done

    async def close(self) -> None:
        if self._next and not self._next.done():
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)


@asynccontextmanager
async def followed(
    folder: Path, run: Callable[[Plan], object] | None = None, *, clock: TurnedClock | None = None, **parts: object
) -> AsyncIterator[Followed]:
    """A keeper on a clock that the test turns; UTC."""
    clock = clock or TurnedClock()
    keeper = Keeper(folder, run, clock=clock, zone=UTC, **parts)  # type: ignore[arg-type]
    async with aclosing(keeper.events()) as events:
        following = Followed(events, clock)
        try:
            yield following
        finally:
            await following.close()


def at_clock(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


__all__ = ["NOW", "Followed", "Runs", "answer", "at_clock", "followed", "plan", "replace", "timer", "waiting"]
