"""Slots: never more in use than there is, the most urgent first, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.execution.need import Need
from jarvis.execution.slots import Slots, Turn, usable_cores
from tests.jarvis.execution.virtual import virtually


@dataclass(frozen=True)
class Ask:
    """Someone who wants slots at some time, and for how long."""

    need: Need
    key: float
    at: float
    lasts: float
    gives_up: bool


needs = st.builds(
    Need,
    cores=st.integers(0, 4),
    memory_mb=st.integers(0, 150),
    accelerator=st.booleans(),
    model=st.sampled_from(["", "", "a", "b"]),
)
asks = st.builds(
    Ask,
    needs,
    key=st.integers(0, 5).map(float),
    at=st.integers(0, 6).map(float),
    lasts=st.integers(0, 5).map(float),
    gives_up=st.integers(0, 5).map(lambda n: n == 0),
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(asks, max_size=14))
def test_no_more_is_in_use_than_there_is_and_everyone_is_served(crowd: list[Ask]) -> None:
    slots = Slots(cores=3, memory_mb=100, accelerators=1)
    inside: list[Need] = []
    served: list[int] = []

    async def come(number: int, ask: Ask) -> None:
        await asyncio.sleep(ask.at)
        turn = slots.ask(ask.need, ask.key)
        try:
            await a_moment()
            if ask.gives_up and not turn.held:
                return
            await turn.granted()
            served.append(number)
            inside.append(turn.need)
            assert sum(need.cores for need in inside) <= 3
            assert sum(need.memory_mb for need in inside) <= 100
            assert sum(need.accelerator for need in inside) <= 1
            models = [need.model for need in inside if need.model]
            assert len(models) == len(set(models))
            await asyncio.sleep(ask.lasts)
            inside.remove(turn.need)
        finally:
            slots.leave(turn)

    async def all_come() -> None:
        async with asyncio.TaskGroup() as group:
            for number, ask in enumerate(crowd):
                group.create_task(come(number, ask))

    virtually(all_come())
    patient = {number for number, ask in enumerate(crowd) if not ask.gives_up}
    assert patient <= set(served)
    assert len(served) == len(set(served))


async def a_moment() -> None:
    """Until everyone who can have slots has them."""
    for _ in range(3):
        await asyncio.sleep(0)


def _order(*keys: float, again: dict[int, float] | None = None) -> list[int]:
    """In which order those with these keys are served, one after another; some change their key while they wait."""
    slots = Slots(cores=1)
    served: list[int] = []

    async def wait(number: int, turn: Turn) -> None:
        await turn.granted()
        served.append(number)
        slots.leave(turn)

    async def scenario() -> None:
        first = slots.ask(Need(cores=1), 0)
        await first.granted()
        turns = [slots.ask(Need(cores=1), key) for key in keys]
        for number, key in (again or {}).items():
            slots.urge(turns[number], key)
        async with asyncio.TaskGroup() as group:
            for number, turn in enumerate(turns):
                group.create_task(wait(number, turn))
            slots.leave(first)

    virtually(scenario())
    return served


def test_who_asks_at_the_same_moment_is_compared_and_who_asks_after_a_result_comes_in_time() -> None:
    async def scenario() -> list[bool]:
        slots = Slots(cores=1)
        later, urgent = slots.ask(Need(cores=1), 2), slots.ask(Need(cores=1), 1)
        await a_moment()
        first = [later.held, urgent.held]
        slots.leave(urgent)
        await asyncio.sleep(0)  # as long as it takes until a task that waited for a result has started
        most = slots.ask(Need(cores=1), 0)
        await a_moment()
        return [*first, later.held, most.held]

    assert virtually(scenario()) == [False, True, False, True]


def test_the_most_urgent_is_served_first_and_equals_in_the_order_in_which_they_came() -> None:
    assert _order(3, 1, 2, 1) == [1, 3, 2, 0]


def test_urgency_can_change_while_one_waits() -> None:
    assert _order(3, 1, 2, again={0: 0}) == [0, 1, 2]


def test_who_fits_goes_before_a_more_urgent_one_that_does_not_but_not_for_ever() -> None:
    async def scenario() -> tuple[int, list[bool]]:
        slots = Slots(cores=2)
        running = slots.ask(Need(cores=1), 0)
        await running.granted()
        large = slots.ask(Need(cores=2), 1)
        overtaken = 0
        for _ in range(1000):
            small = slots.ask(Need(cores=1), 2)
            await a_moment()
            if not small.held:
                slots.leave(small)
                break
            overtaken += 1
            slots.leave(small)
        before = large.held
        slots.leave(running)
        await a_moment()
        return overtaken, [before, large.held]

    overtaken, held = virtually(scenario())
    assert held == [False, True]
    assert 0 < overtaken < 1000


def test_what_needs_more_than_there_is_runs_alone() -> None:
    async def scenario() -> None:
        slots = Slots(cores=2, memory_mb=100, accelerators=0)
        large = slots.ask(Need(cores=8, memory_mb=500, accelerator=True), 0)
        other = slots.ask(Need(cores=1), 0)
        await a_moment()
        assert (large.held, other.held) == (True, False)
        slots.leave(large)
        await a_moment()
        assert other.held

    virtually(scenario())


def test_slots_are_shared_by_event_loops_in_several_threads() -> None:
    slots = Slots(cores=1)
    inside: list[int] = []
    most: list[int] = []

    async def use() -> None:
        for _ in range(20):
            turn = slots.ask(Need(cores=1), 0)
            try:
                await turn.granted()
                inside.append(1)
                most.append(len(inside))
                await asyncio.sleep(0)
                inside.pop()
            finally:
                slots.leave(turn)

    threads = [threading.Thread(target=lambda: asyncio.run(use())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(most), max(most)) == (60, 1)


def test_a_closed_loop_keeps_nobody_else_waiting() -> None:
    slots = Slots(cores=1)

    async def hold() -> Turn:
        turn = slots.ask(Need(cores=1), 0)
        await turn.granted()
        return turn

    async def wait_and_vanish() -> None:
        slots.ask(Need(cores=1), 0)

    held = asyncio.run(hold())
    thread = threading.Thread(target=lambda: asyncio.run(wait_and_vanish()))
    thread.start()
    thread.join(60)
    slots.leave(held)

    assert asyncio.run(hold()).held


def test_by_default_there_are_the_cores_that_this_process_may_use() -> None:
    assert Slots().cores == usable_cores() >= 1
