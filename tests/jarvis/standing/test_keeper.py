"""The keeper rings on time, once, says when it is late, runs plans and tells what became of them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from jarvis.errors import PlannerError
from jarvis.standing.events import KeeperTroubled, StandingFailed, StandingMissed, StandingRan, TimerDue
from jarvis.standing.keeper import HEARTBEAT, Keeper
from jarvis.standing.records import Kind, Timer
from jarvis.standing.schedule import Schedule
from jarvis.standing.store import Store
from tests.jarvis.standing.clocks import START, TurnedClock
from tests.jarvis.standing.made import NOW, Runs, answer, at_clock, followed, plan, timer, waiting

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_timer_rings_when_it_is_due_and_once(tmp_path: Path) -> None:
    Store(tmp_path).add(timer())
    async with followed(tmp_path) as keeper:
        await keeper.silent()
        await keeper.clock.advance(179)
        assert await keeper.silent()
        await keeper.clock.advance(1)
        event = await keeper.told()
        assert isinstance(event, TimerDue)
        assert (event.label, event.late, event.said()) == ("pasta", 0.0, "Your pasta timer has ended.")
        assert await keeper.silent()
    assert Store(tmp_path).timers() == []


async def test_one_that_became_due_while_nothing_ran_is_told_late_and_honestly(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(timer("a", after=-180))
    store.add(replace(timer("b", after=-7200, label="call mum", kind=Kind.REMINDER), language="de"))
    async with followed(tmp_path) as keeper:
        told = [(await keeper.told()).said() for _ in range(2)]
    assert told == [
        "Erinnerung: call mum. Sie war für 04:00, vor 2 Stunden.",
        "Your pasta timer ended 3 minutes ago.",
    ]


async def test_a_timer_that_another_process_writes_wakes_it_at_once(tmp_path: Path) -> None:
    async with followed(tmp_path) as keeper:
        assert await keeper.silent()
        assert keeper.clock.waits == [HEARTBEAT]
        await asyncio.to_thread(Store(tmp_path).add, timer(after=0))
        assert isinstance(await keeper.told(), TimerDue)


async def test_it_waits_for_the_due_moment_itself_and_not_longer(tmp_path: Path) -> None:
    Store(tmp_path).add(timer(after=4))
    async with followed(tmp_path) as keeper:
        assert await keeper.silent()
        assert keeper.clock.waits == [pytest.approx(4.0)]


async def test_what_was_not_told_to_the_end_is_told_by_another(tmp_path: Path) -> None:
    Store(tmp_path).add(timer(after=0))
    async with followed(tmp_path) as first:
        await first.told()  # and then it breaks off, before asking for the next
    async with followed(tmp_path) as second:
        assert isinstance(await second.told(), TimerDue)
        assert await second.silent()


async def test_what_was_told_is_not_told_again_though_the_keeper_is_closed_right_then(tmp_path: Path) -> None:
    for number in range(20):
        Store(tmp_path).add(timer(f"t{number}", after=0))
    for left in range(20, 0, -1):
        events = Keeper(tmp_path, clock=TurnedClock(), zone=UTC).events()
        assert isinstance(await anext(events), TimerDue)
        asked = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)  # it was told: the next one is asked for
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await events.aclose()
        assert len(Store(tmp_path).timers()) == left - 1


async def test_of_two_keepers_one_rings(tmp_path: Path) -> None:
    for number in range(20):
        Store(tmp_path).add(timer(f"t{number}", after=number / 100))
    clock = TurnedClock()
    told: list[str] = []

    async def follow() -> None:
        async with aclosing(Keeper(tmp_path, clock=clock, zone=UTC).events()) as events:
            async for event in events:
                assert isinstance(event, TimerDue)
                told.append(event.timer.id)
                await asyncio.sleep(0)

    tasks = [asyncio.create_task(follow()) for _ in range(3)]
    for _ in range(100):
        await clock.advance(0.1)
        await asyncio.sleep(0.05)
        if len(told) == 20:
            break
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(told) == sorted({f"t{number}" for number in range(20)})


async def test_the_keeper_of_the_room_rings_and_another_only_when_it_does_not(tmp_path: Path) -> None:
    clock = TurnedClock()
    Store(tmp_path).add(timer(after=10, room="Kitchen"))
    async with followed(tmp_path, clock=clock, speaks=True) as hall:
        await hall.silent()
        async with followed(tmp_path, clock=clock, rooms=("kitchen",), speaks=True) as kitchen:
            await kitchen.silent()
            await clock.advance(10)
            assert isinstance(await kitchen.told(), TimerDue)
            assert await hall.silent()
            # It breaks off before the next: another one tells it.
        await clock.advance(6)
        assert isinstance(await hall.told(), TimerDue)


async def test_ten_minutes_are_ten_minutes_when_the_clock_is_set(tmp_path: Path) -> None:
    clock = TurnedClock()
    length = Timer("t", Kind.TIMER, "tea", NOW + 600, boot=clock.boot, steady=clock.steady() + 600)
    Store(tmp_path).add(length)
    async with followed(tmp_path, clock=clock) as keeper:
        await keeper.silent()
        await clock.set(START + timedelta(days=200), passed=HEARTBEAT)
        assert await keeper.silent(), "a clock that was set forward rings nothing early"
        await clock.set(START - timedelta(days=200), passed=HEARTBEAT)
        assert await keeper.silent()
        await clock.advance(600 - 2 * HEARTBEAT)
        event = await keeper.told()
    assert isinstance(event, TimerDue)
    assert event.late < 1


async def test_an_alarm_comes_again_and_of_many_that_were_missed_one_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(Timer("a", Kind.ALARM, "", NOW - 3 * 86_400, Schedule((360,)), "every day at six"))
    async with followed(tmp_path) as keeper:
        event = await keeper.told()
        assert event.said() == "Your alarm was for 06:00, 3 days ago."
        assert await keeper.silent()
        assert [timer.due for timer in store.timers()] == [NOW + 86_400]
        await keeper.clock.advance(86_400)
        assert (await keeper.told()).said() == "It is 06:00."


async def test_a_plan_runs_when_it_is_due_tells_its_answer_and_is_due_again(tmp_path: Path) -> None:
    store, runs = Store(tmp_path), Runs()
    store.add(plan())
    async with followed(tmp_path, runs) as keeper:
        await keeper.silent()
        await keeper.clock.set(at_clock(7), passed=3600)
        event = await keeper.told()
        assert isinstance(event, StandingRan)
        assert event.said() == "sunny"
        assert await keeper.silent()
    (left,) = store.plans()
    assert (runs.ran, left.due, left.begun) == (["p1"], at_clock(7, day=22).timestamp(), False)


async def test_a_timer_rings_while_a_plan_runs(tmp_path: Path) -> None:
    runs = Runs(go_on=asyncio.Event())
    Store(tmp_path).add(plan(due=NOW))
    Store(tmp_path).add(timer(after=1))
    async with followed(tmp_path, runs) as keeper:
        assert await keeper.silent()
        await keeper.clock.advance(1)
        assert isinstance(await keeper.told(), TimerDue)
        assert runs.go_on
        runs.go_on.set()
        assert isinstance(await keeper.told(), StandingRan)


@pytest.mark.parametrize(("hours", "kind"), [(0.2, StandingRan), (2, StandingMissed)])
async def test_a_missed_run_is_made_up_for_soon_and_later_only_told(tmp_path: Path, hours: float, kind: type) -> None:
    runs = Runs()
    Store(tmp_path).add(plan(due=NOW + 3600))
    clock = TurnedClock(START + timedelta(hours=1 + hours))
    async with followed(tmp_path, runs, clock=clock) as keeper:
        event = await keeper.told()
        assert isinstance(event, kind)
        assert await keeper.silent()
    assert len(runs.ran) == (kind is StandingRan)
    said = {0.2: "12 minutes late: sunny", 2: "“tell me the weather” was missed at 07:00, because I was not running."}
    assert event.said() == said[hours]


async def test_of_many_missed_runs_none_is_made_up_for_and_their_number_is_told(tmp_path: Path) -> None:
    runs = Runs()
    Store(tmp_path).add(plan(due=NOW + 3600))
    async with followed(tmp_path, runs, clock=TurnedClock(START + timedelta(days=3, hours=5))) as keeper:
        event = await keeper.told()
    assert isinstance(event, StandingMissed)
    assert (event.count, runs.ran) == (4, [])


async def test_a_plan_that_fails_says_why_and_rests_after_the_third_time(tmp_path: Path) -> None:
    runs = Runs([answer(problem="no sky"), PlannerError("no plan"), ValueError("bug"), answer()])
    store = Store(tmp_path)
    store.add(plan(due=NOW))
    said: list[str] = []
    async with followed(tmp_path, runs) as keeper:
        for _ in range(3):
            event = await keeper.told()
            assert isinstance(event, StandingFailed)
            said.append(event.said())
            await keeper.silent()
            await keeper.clock.set(at_clock(7, day=21 + len(said) - 1), passed=86_400)
        assert await keeper.silent()
    assert said == [
        "“tell me the weather” failed: no sky",
        "“tell me the weather” failed: no plan",
        "“tell me the weather” failed three times in a row and is paused now: ValueError: bug",
    ]
    assert (store.plans()[0].paused, store.next_due()) == ("ValueError: bug", None)


async def test_a_run_with_an_effect_that_was_broken_off_is_not_repeated_and_told(tmp_path: Path) -> None:
    runs = Runs()
    store = Store(tmp_path)
    store.add(replace(plan(due=NOW), begun=True, effect=True))
    store.add(replace(plan("pure", due=NOW + 1), begun=True))
    async with followed(tmp_path, runs, clock=TurnedClock(START + timedelta(seconds=2))) as keeper:
        events = [await keeper.told() for _ in range(2)]
    assert [type(event) for event in events] == [StandingFailed, StandingRan]
    assert "was broken off; `jarvis resume` finishes it" in events[0].said()
    assert runs.ran == ["pure"]


async def test_a_clock_that_is_set_back_repeats_nothing_and_one_that_was_far_ahead_delays_nothing(
    tmp_path: Path,
) -> None:
    runs, store = Runs(), Store(tmp_path)
    store.add(plan(due=NOW + 3600))
    async with followed(tmp_path, runs) as keeper:
        await keeper.silent()
        await keeper.clock.set(at_clock(7), passed=3600)
        await keeper.told()
        await keeper.silent()
        await keeper.clock.set(at_clock(6, 30), passed=HEARTBEAT)
        await keeper.silent()
        assert store.next_due() == at_clock(7, day=22).timestamp()
        await keeper.clock.set(at_clock(6) + timedelta(days=4000), passed=HEARTBEAT)
        await keeper.told()  # the one of tomorrow counts as missed
        await keeper.silent()
        await keeper.clock.set(at_clock(8), passed=HEARTBEAT)
        await keeper.silent()
    assert store.next_due() == at_clock(7, day=22).timestamp()
    assert runs.ran == ["p1"]


async def test_a_damaged_file_is_told_once_and_it_goes_on_when_it_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.folder.mkdir(parents=True)
    store.path.write_bytes(b"nonsense" * 500)
    async with followed(tmp_path) as keeper:
        event = await keeper.told()
        assert isinstance(event, KeeperTroubled)
        assert "are damaged" in event.said()
        for _ in range(3):
            assert await keeper.silent()
            await keeper.clock.advance(HEARTBEAT)
        store.path.unlink()
        await asyncio.to_thread(store.add, timer(after=0))
        assert isinstance(await keeper.told(), TimerDue)


async def test_a_timer_rings_once_though_nothing_can_be_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(timer(after=1))
    async with followed(tmp_path) as keeper:
        await keeper.silent()
        with closing(sqlite3.connect(store.path)) as db:
            db.execute("CREATE TRIGGER full BEFORE UPDATE ON kept BEGIN SELECT RAISE(ABORT, 'no room'); END")
        await keeper.clock.advance(1)
        assert isinstance(await keeper.told(), KeeperTroubled)
        assert isinstance(await keeper.told(), TimerDue)
        await keeper.silent()
        await keeper.clock.advance(HEARTBEAT)
        assert await keeper.silent()


@dataclass
class Door:
    name: str = "front door"
    entity_id: str = "cover.front"


@dataclass
class Opened:
    before: str
    after: str
    thing: Door
    row: dict[str, object]


class OneDoor:
    """A home with a door that the test opens."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[Opened] = asyncio.Queue()

    async def watch(self) -> AsyncIterator[Opened]:
        while True:
            yield await self.changes.get()

    def meant(self, name: str) -> list[Door]:
        return [Door()] if "door" in name else []

    def becomes(self, before: str, after: str) -> None:
        self.changes.put_nowait(Opened(before, after, Door(), {}))


async def test_a_condition_is_told_when_it_becomes_true_and_not_while_it_is(tmp_path: Path) -> None:
    home = OneDoor()
    Store(tmp_path).add(waiting())
    async with followed(tmp_path, home=home) as keeper:
        await keeper.silent()
        home.becomes("", "open")  # it is not known to have been closed
        assert await keeper.silent()
        home.becomes("closed", "open")
        event = await keeper.told()
        assert (event.said(), event.room) == ("Front door opens.", "kitchen")
        await keeper.silent()
        for before, after in (("open", "closed"), ("closed", "open")):  # a contact that bounces
            home.becomes(before, after)
        assert await keeper.silent()
        await keeper.clock.advance(60)
        home.becomes("closed", "open")
        assert isinstance(await keeper.told(), StandingRan)


async def test_a_condition_that_must_last_is_told_when_it_has_and_forgotten_when_it_does_not(tmp_path: Path) -> None:
    home = OneDoor()
    Store(tmp_path).add(waiting(hold=600))
    async with followed(tmp_path, home=home) as keeper:
        await keeper.silent()
        home.becomes("closed", "open")
        await keeper.silent()
        await keeper.clock.advance(300)
        home.becomes("open", "closed")
        await keeper.silent()
        await keeper.clock.advance(600)
        assert await keeper.silent()
        home.becomes("closed", "open")
        await keeper.silent()
        await keeper.clock.advance(600)
        assert isinstance(await keeper.told(), StandingRan)


async def test_two_keepers_that_see_the_same_door_tell_it_once(tmp_path: Path) -> None:
    homes = OneDoor(), OneDoor()
    Store(tmp_path).add(waiting())
    clock = TurnedClock()
    async with (
        followed(tmp_path, home=homes[0], clock=clock) as first,
        followed(tmp_path, home=homes[1], clock=clock) as second,
    ):
        await first.silent()
        await second.silent()
        for home in homes:
            home.becomes("closed", "open")
        await asyncio.sleep(0.3)
        told = [not await keeper.silent() for keeper in (first, second)]
    assert sum(told) == 1
