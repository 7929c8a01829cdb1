"""The keeper: it waits for the next due moment, tells timers, and runs standing plans. Each process may have one.

It sleeps until something is due, and is woken when another process writes a timer. Only because clocks are set and
machines sleep, which nothing tells, it looks at the clock every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from pathlib import Path

from jarvis.errors import JarvisError, StorageError
from jarvis.journal.presence import Presence
from jarvis.messages import Response
from jarvis.standing.clock import Clock, SystemClock, at
from jarvis.standing.events import (
    KeeperTroubled,
    PlanEvent,
    StandingEvent,
    StandingFailed,
    StandingMissed,
    StandingRan,
    TimerDue,
)
from jarvis.standing.records import Kept, Plan, Timer
from jarvis.standing.store import KeeperRow, Store
from jarvis.standing.waking import Waker
from jarvis.standing.watching import Changes, HomeWatch

HEARTBEAT = 10.0
"""Seconds after which the clock is looked at again: it may have been set, or the machine may have slept."""
GRACE = 1800.0
"""A plan that is later than this is not run any more, but told as missed: nobody wants the blinds opened at noon."""
PATIENCE = 5.0
"""Seconds that a keeper which suits better is given before another one tells a thing."""
IN_A_ROW = 3
"""Failed runs after which a plan rests."""
_JUMP = 2.0
_LOOK = 1.0
"""Seconds after which it is looked again whether a process that tells something still lives."""

_log = logging.getLogger(__name__)

Runner = Callable[[Plan], Awaitable[Response]]
"""Runs the tasks of a plan as a request, in the journal."""


class Keeper:
    """Rings and runs what is kept in one folder."""

    def __init__(
        self,
        data_dir: Path,
        run: Runner | None = None,
        *,
        home: Changes | None = None,
        rooms: Iterable[str] = (),
        speaks: bool = False,
        clock: Clock | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """`run` runs the tasks of plans; without it only timers are told. `home` tells changes, for conditions.

        Of several keepers the one tells a thing that serves its room, else one that `speaks`.
        """
        self.store = Store(data_dir)
        self._run, self._home = run, home
        self._rooms, self._speaks = frozenset(room.casefold() for room in rooms), speaks
        self._clock, self._zone = clock or SystemClock(), zone
        self._token = ""
        self._wake: asyncio.Event | None = None
        self._ready: deque[tuple[PlanEvent, Plan | None]] = deque()
        """What runs gave, and what is left of their plans; told in this order."""
        self._running: dict[str, asyncio.Task[None]] = {}
        self._trouble = ""
        self._told: set[tuple[str, float]] = set()
        """Told, though nobody could write it down."""
        self._offset = 0.0

    def serves(self, rooms: Iterable[str]) -> None:
        """From now on it can be heard in these rooms.

        Raises:
            StorageError: that cannot be written down for the others.
        """
        self._rooms = frozenset(room.casefold() for room in rooms)
        if self._token:
            self.store.present(self._row)

    @property
    def _row(self) -> KeeperRow:
        return KeeperRow(self._token, self._rooms, self._speaks)

    async def events(self) -> AsyncGenerator[StandingEvent, None]:
        """Each thing that is to be told, without end. It counts as told when the next one is asked for.

        Closed before that, another process tells it. What cannot be written or read is told as KeeperTroubled, once.
        """
        self._wake = asyncio.Event()
        presence, waker, watch = await self._begin(self._wake)
        try:
            while True:
                self._wake.clear()
                async with aclosing(self._due()) as due:
                    async for event in due:
                        yield event
                await self._clock.wait(self._wake, await self._pause(waker.works if waker else False))
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await self._end(presence, waker)

    async def _begin(self, wake: asyncio.Event) -> tuple[Presence | None, Waker | None, asyncio.Task[None]]:
        presence: Presence | None = None
        waker: Waker | None = None
        try:
            self.store.presences.mkdir(mode=0o700, parents=True, exist_ok=True)
            presence = Presence(self.store.presences)
            self._token = presence.token
            waker = Waker(self.store.folder, wake)
            await asyncio.to_thread(self.store.present, self._row)
        except (OSError, StorageError) as error:
            _log.info("%s", error)  # It is told as soon as something is to be claimed.
        self._token = self._token or "keeper-without-a-folder"
        self._offset = self._clock.now() - self._clock.steady()
        with suppress(StorageError):
            await asyncio.to_thread(self._realign)
        watching = HomeWatch(self.store, self._clock, self._zone, wake)
        return presence, waker, asyncio.create_task(watching.watch(self._home) if self._home else _nothing())

    async def _end(self, presence: Presence | None, waker: Waker | None) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if waker:
            waker.close()
        with suppress(StorageError):
            for event, _ in self._ready:  # They ran, and were not told: nobody else may run them again.
                self.store.settle(event.plan, self._token, _after(event.plan, self._clock.now(), self._zone))
            self.store.absent(self._token)
        if presence:
            presence.end()

    async def _due(self) -> AsyncGenerator[StandingEvent, None]:
        """Everything that is to be told now."""
        try:
            if abs(self._clock.now() - self._clock.steady() - self._offset) > _JUMP:
                self._offset = self._clock.now() - self._clock.steady()
                await asyncio.to_thread(self._realign)
            while True:
                while self._ready:
                    ran, left = self._ready[0]
                    yield ran
                    self._ready.popleft()
                    await self._settle(ran.plan, left)
                item = await self._claimed()
                if item is None:
                    break
                if isinstance(item, Plan):
                    await self._begin_run(item)
                    continue
                async with aclosing(self._ring(item)) as rung:
                    async for event in rung:
                        yield event
            if self._trouble:
                self._trouble = ""
                await asyncio.to_thread(self.store.present, self._row)
        except StorageError as error:
            async for event in self._unwritten(error):
                yield event

    async def _claimed(self) -> Kept | None:
        now, keepers = self._clock.now(), await asyncio.to_thread(self.store.keepers)
        others = [keeper for keeper in keepers if keeper.token != self._token]

        def may(item: Kept) -> bool:
            if isinstance(item, Plan) and (item.id in self._running or (item.tasks and self._run is None)):
                return False
            better = any(keeper.rank(item) > self._row.rank(item) for keeper in others)
            return not better or now - (item.due or now) >= PATIENCE

        return await asyncio.to_thread(self.store.claim, self._token, now, may=may)

    async def _ring(self, timer: Timer) -> AsyncGenerator[StandingEvent, None]:
        now, told = self._clock.now(), (timer.id, timer.due)
        if told not in self._told:
            finished = False
            try:
                yield TimerDue(timer, at(timer.due, self._zone), max(0.0, now - timer.due))
                finished = True
            finally:
                if not finished:
                    self.store.release(timer, self._token)
        self._told.add(told)
        await self._settle(timer, timer.after(self._clock.now(), self._zone))
        self._told.discard(told)

    async def _settle(self, item: Kept, left: Kept | None) -> None:
        """Ends the claim of what was told; also when the keeper is closed right then, so that nobody tells it again."""
        settle = partial(self.store.settle, item, self._token, left)
        try:
            await asyncio.to_thread(settle)
        except asyncio.CancelledError:
            settle()
            raise

    async def _unwritten(self, error: StorageError) -> AsyncGenerator[StandingEvent, None]:
        """Timers ring though their claim cannot be written: rather twice than never. The trouble is told once."""
        if self._note(str(error)):
            yield KeeperTroubled(str(error))
        with suppress(StorageError):
            now = self._clock.now()
            for timer in await asyncio.to_thread(self.store.timers):
                told = (timer.id, timer.due)
                if timer.due <= now and told not in self._told:
                    yield TimerDue(timer, at(timer.due, self._zone), max(0.0, now - timer.due))
                    self._told.add(told)

    def _note(self, trouble: str) -> bool:
        new, self._trouble = trouble != self._trouble, trouble
        return new

    async def _pause(self, woken: bool) -> float:
        """Seconds until there may be something to do."""
        longest = HEARTBEAT if woken else 1.0
        with suppress(StorageError):
            if await asyncio.to_thread(self.store.others_tell, self._token):
                longest = min(longest, _LOOK)
            due = await asyncio.to_thread(self.store.next_due)
            if due is not None and (wait := due - self._clock.now()) < longest:
                return wait if wait > 0 else min(1.0, longest)  # due, and left to a keeper that suits better
        return longest

    def _realign(self) -> None:
        """Everything by the clock as it is now: lengths of time go on, times of day are found anew."""
        now = self._clock.now()

        def shifted(item: Kept) -> Kept:
            if isinstance(item, Timer):
                item = item.on(self._clock)
                again = item.schedule is not None and item.due > now
                return (
                    replace(item, due=item.schedule.next(at(now, self._zone), self._zone).timestamp())
                    if again and item.schedule
                    else item
                )
            if item.schedule is None or item.paused or (item.due is not None and item.due <= now):
                return item
            return replace(item, due=item.next(now, self._zone))

        self.store.realign(shifted)

    async def _begin_run(self, plan: Plan) -> None:
        """Runs a claimed plan in the background, or tells why it does not run."""
        now = self._clock.now()
        due = plan.due if plan.due is not None else now
        left = _after(plan, now, self._zone)
        if plan.begun and plan.effect:
            self._failed(plan, "its last run was broken off; `jarvis resume` finishes it", now)
        elif now - due > GRACE:
            moment, count = at(due, self._zone), 1
            if plan.schedule:
                count += plan.schedule.between(moment, at(now, self._zone), self._zone)
            # It did not run: should the clock have been wrong, and be set back, it still may.
            left = left and replace(left, last=plan.last)
            self._ready.append((StandingMissed(plan, moment, count), left))
        elif not plan.tasks:
            self._ready.append((StandingRan(plan, at(due, self._zone), max(0.0, now - due)), left))
        else:
            begun = replace(plan, begun=True)
            if await asyncio.to_thread(self.store.begin, begun, self._token):
                self._running[plan.id] = asyncio.create_task(self._ran(begun, due))

    async def _ran(self, plan: Plan, due: float) -> None:
        assert self._run is not None
        late = max(0.0, self._clock.now() - due)
        try:
            response = await self._run(replace(plan, due=due))
        except JarvisError as error:
            self._failed(plan, str(error), self._clock.now())
        except Exception as error:  # noqa: BLE001 - one plan that breaks Jarvis does not end the others
            self._failed(plan, f"{type(error).__name__}: {error}", self._clock.now())
        else:
            now = self._clock.now()
            if response.ok and not response.ask:
                self._ready.append(
                    (StandingRan(plan, at(due, self._zone), late, response), _after(plan, now, self._zone))
                )
            else:
                self._failed(plan, _problem(response), now, response)
        finally:
            self._running.pop(plan.id, None)
            if self._wake:
                self._wake.set()

    def _failed(self, plan: Plan, problem: str, now: float, response: Response | None = None) -> None:
        count = plan.failures + 1
        paused = count >= IN_A_ROW and not plan.once
        left = _after(plan, now, self._zone)
        if left is not None:
            left = replace(left, failures=count, problem=problem, ran=plan.ran, paused=problem if paused else "")
            left = replace(left, due=None) if paused else left
        self._ready.append((StandingFailed(plan, problem, paused, response), left))


def _after(plan: Plan, now: float, zone: tzinfo | None) -> Plan | None:
    """What is left of a plan when a due moment was dealt with, and nothing went wrong; None for one that ends."""
    if plan.once:
        return None
    dealt = replace(plan, begun=False, failures=0, problem="", ran=now, last=plan.due or now)
    if plan.condition:
        dealt = replace(dealt, last=now)
    return replace(dealt, due=dealt.next(now, zone))


def _problem(response: Response) -> str:
    if response.ask:
        return f"it asked {response.ask!r}, and nobody was there to answer"
    failures = (result.failure.message for result in response.results.values() if result.failure)
    return next(failures, "it gave nothing")


async def _nothing() -> None:
    """Watches no home."""
