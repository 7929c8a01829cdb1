"""What is kept is kept whole, claimed by one, and left for another when the claimer dies."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.errors import StorageError
from jarvis.graph import Ref, Task
from jarvis.journal.presence import Presence
from jarvis.standing.conditions import Condition
from jarvis.standing.records import Kind, Plan, Timer
from jarvis.standing.schedule import Schedule
from jarvis.standing.store import KeeperRow, Store
from tests.jarvis.standing.made import NOW, plan, timer


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def alive(store: Store) -> Iterator[str]:
    store.presences.mkdir(parents=True)
    presence = Presence(store.presences)
    yield presence.token
    presence.end()


def test_timers_and_plans_are_read_as_they_were_written(store: Store) -> None:
    whole = Plan(
        "p9", "if the front door opens after ten", "turn on the light and read it", None,
        Condition("front door", "open", None, (1320, 360), 60, "opens"),
        (Task(0, "home-state", {"target": "hall"}), Task(1, "text-to-speech", {"text": Ref(0)})),
        allowed=True, effect=True, tell=True, room="kitchen", language="de", once=True, failures=2, problem="no",
    )  # fmt: skip
    alarm = Timer("a1", Kind.ALARM, "", NOW, Schedule((420,)), "every day at 7", "hall", "fr", "boot", 12.5)
    for item in (whole, plan(), alarm, timer()):
        store.add(item)
    assert store.plans() == [whole, plan()]
    assert store.timers() == [alarm, timer()]


def test_nothing_is_made_by_looking(store: Store) -> None:
    assert (store.timers(), store.plans(), store.next_due(), store.claim("me", NOW)) == ([], [], None, None)
    assert not store.folder.exists()


def test_what_is_due_is_claimed_by_one_and_the_longest_due_first(store: Store, alive: str) -> None:
    store.add(timer("late", after=-5))
    store.add(timer("later", after=-50))
    store.add(timer("not yet", after=50))

    claimed = [store.claim(alive, NOW) for _ in range(3)]

    assert [item.id for item in claimed if item] == ["later", "late"]
    assert store.next_due() == NOW + 50


def test_many_threads_claim_each_thing_once(store: Store, alive: str) -> None:
    for number in range(40):
        store.add(timer(f"t{number}", after=-number))
    found: list[str] = []

    def claim() -> None:
        while item := store.claim(alive, NOW):
            found.append(item.id)

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted({f"t{number}" for number in range(40)})


def test_the_claim_of_the_dead_is_free_and_that_of_the_living_is_not(store: Store, alive: str) -> None:
    store.add(timer(after=-1))
    assert store.claim("1234-abcdef", NOW)  # no such process
    assert store.claim(alive, NOW)
    assert store.claim("another", NOW + 60) is None
    assert store.claim("another", NOW + 121), "one that lives but never tells counts as stuck"
    assert not store.settle(timer(after=-1), alive, None), "and has lost it"


def test_a_claim_that_is_given_back_can_be_taken_at_once(store: Store, alive: str) -> None:
    store.add(timer(after=-1))
    item = store.claim(alive, NOW)
    assert item
    store.release(item, alive)
    assert store.claim("another", NOW)


def test_a_condition_is_noted_once_by_all_who_see_it_and_rests_then(store: Store, alive: str) -> None:
    waits = replace(plan("c1", due=None), schedule=None, condition=Condition("door", "open"))
    store.add(waits)
    assert [store.came_true("c1", NOW, 10.0) for _ in range(3)] == [True, False, False]
    item = store.claim(alive, NOW)
    assert item and item.due == NOW
    store.settle(item, alive, replace(waits, last=NOW))
    assert [store.came_true("c1", NOW + after, 10.0) for after in (5, 11)] == [False, True]
    assert not store.came_true("nothing", NOW, 10.0)


def test_what_was_deleted_meanwhile_does_not_come_back(store: Store, alive: str) -> None:
    store.add(plan(due=NOW))
    item = store.claim(alive, NOW)
    assert item
    store.remove([item.id])
    assert isinstance(item, Plan)
    assert not store.begin(replace(item, begun=True), alive)
    assert not store.settle(item, alive, item)
    assert store.plans() == []


def test_keepers_that_live_are_known_with_their_rooms(store: Store, alive: str) -> None:
    store.present(KeeperRow(alive, frozenset({"kitchen"}), True))
    store.present(KeeperRow("99999999-dead", frozenset(), False))
    assert store.keepers() == [KeeperRow(alive, frozenset({"kitchen"}), True)]
    assert [store.keepers()[0].rank(timer(room=room)) for room in ("Kitchen", "hall", "")] == [2, 1, 1]


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be read as one" * 20, b"SQLite format 3\x00" + b"\xff" * 4000]
)
def test_a_damaged_file_is_told_with_its_name(store: Store, content: bytes) -> None:
    store.folder.mkdir(parents=True)
    store.path.write_bytes(content)
    with pytest.raises(StorageError, match=r"standing\.db are damaged .* move that file away"):
        store.timers()


def test_a_file_of_another_version_is_left_as_it_is(store: Store) -> None:
    store.add(timer())
    with closing(sqlite3.connect(store.path)) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(StorageError, match=r"another version of Jarvis \(format 7\)"):
        store.timers()


def test_one_row_that_cannot_be_read_keeps_no_other_from_being_told(store: Store, alive: str) -> None:
    store.add(timer("good", after=-1))
    with closing(sqlite3.connect(store.path)) as db, db:
        db.execute("INSERT INTO kept (id, kind, due, body) VALUES ('bad', 'timer', ?, '{broken')", (NOW - 50,))
    item = store.claim(alive, NOW)
    assert item and item.id == "good"


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "standing").write_text("a file", "utf-8")
    with pytest.raises(StorageError, match="choose a folder with JARVIS_DATA_DIR"):
        Store(tmp_path).add(timer())


def test_ten_thousand_are_enough_and_looking_at_them_takes_no_time(store: Store, alive: str) -> None:
    store.add(timer("first", after=500))
    with closing(sqlite3.connect(store.path)) as db, db:
        body = "{}"
        rows = ((f"x{n}", "timer", NOW + 1000 + n, body) for n in range(9_999))
        db.executemany("INSERT INTO kept (id, kind, due, body) VALUES (?, ?, ?, ?)", rows)
    assert store.next_due() == NOW + 500
    item = store.claim(alive, NOW + 500)
    assert item and item.id == "first"
    with pytest.raises(StorageError, match="10000 timers and standing plans are kept already"):
        store.add(timer("one more"))
