"""Conditions: changes of the home are compared with what plans wait for; who sees one first notes it for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from datetime import tzinfo
from typing import Protocol

from jarvis.errors import JarvisError, StorageError
from jarvis.standing.clock import Clock, at
from jarvis.standing.records import Plan
from jarvis.standing.store import Store

REST = 10.0
"""Seconds in which a condition is not taken to have become true again: contacts bounce, and keepers are several."""
_AGAIN = 30.0
_NAMES = 60.0
"""Seconds after which it is asked again which thing a name means: a home gets new things."""
_log = logging.getLogger(__name__)


class Seen(Protocol):
    """A thing of a home."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def entity_id(self) -> str:
        """By which the home knows it."""
        ...


class Changed(Protocol):
    """A thing that has another state than before."""

    @property
    def thing(self) -> Seen:
        """Which."""
        ...

    @property
    def before(self) -> str:
        """The state before; empty when it is not known."""
        ...

    @property
    def after(self) -> str:
        """The state now."""
        ...

    @property
    def row(self) -> Mapping[str, object]:
        """What the home tells of it."""
        ...


class Changes(Protocol):
    """What the keeper needs of a home."""

    def watch(self) -> AsyncIterator[Changed]:
        """Changes from now on."""
        ...

    def meant(self, name: str) -> Iterable[Seen]:
        """The things that a name means; none when there is none of this name."""
        ...


class HomeWatch:
    """Notes in the store which conditions became true."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo | None, wake: asyncio.Event) -> None:
        self._store, self._clock, self._zone, self._wake = store, clock, zone, wake
        self._holding: dict[str, asyncio.Task[None]] = {}
        self._plans: list[Plan] = []
        self._mark: object = None
        self._things: dict[str, tuple[float, frozenset[tuple[str, str]]]] = {}
        """What a name means, and when it was asked."""

    async def watch(self, home: Changes) -> None:
        """Goes on until it is cancelled; a home that cannot be asked is asked again."""
        try:
            while True:
                try:
                    async with aclosing(home.watch()) as changes:  # type: ignore[type-var]
                        async for change in changes:
                            await self._seen(home, change)
                except JarvisError as error:
                    _log.warning("the home cannot be watched (%s); it is tried again", error)
                await asyncio.sleep(_AGAIN)
        finally:
            for task in self._holding.values():
                task.cancel()

    async def _seen(self, home: Changes, change: Changed) -> None:
        try:
            await asyncio.to_thread(self._look)
        except StorageError as error:
            _log.warning("%s", error)  # the keeper itself tells it
            return
        changed = (change.thing.entity_id, change.thing.name)
        for plan in self._plans:
            assert plan.condition is not None
            if changed in await self._meant(home, plan.condition.thing):
                await self._compared(plan, change)

    def _look(self) -> None:
        """Reads the plans again when they were written since: homes tell many changes a second."""
        mark = self._store.mark()
        if mark is None or mark != self._mark:
            self._plans = [plan for plan in self._store.plans() if plan.condition and not plan.paused]
            self._mark = mark

    async def _meant(self, home: Changes, name: str) -> frozenset[tuple[str, str]]:
        asked, found = self._things.get(name, (0.0, frozenset[tuple[str, str]]()))
        if not asked or not 0 <= self._clock.steady() - asked < _NAMES:
            things = await asyncio.to_thread(home.meant, name)
            found = frozenset((thing.entity_id, thing.name) for thing in things)
            self._things[name] = self._clock.steady(), found
        return found

    async def _compared(self, plan: Plan, change: Changed) -> None:
        condition = plan.condition
        assert condition is not None
        before, after = change.before, change.after
        if condition.holds(after) is not True and (waiting := self._holding.pop(plan.id, None)):
            waiting.cancel()
        if not condition.became(before, after) or not condition.counts_at(at(self._clock.now(), self._zone)):
            return
        if condition.hold:
            self._holding[plan.id] = asyncio.create_task(self._held(plan, condition.hold))
        else:
            await self._note(plan)

    async def _held(self, plan: Plan, seconds: int) -> None:
        await self._clock.wait(asyncio.Event(), seconds)
        self._holding.pop(plan.id, None)
        await self._note(plan)

    async def _note(self, plan: Plan) -> None:
        try:
            noted = await asyncio.to_thread(self._store.came_true, plan.id, self._clock.now(), REST)
        except StorageError as error:
            _log.warning("%s", error)
            return
        if noted:
            self._wake.set()
