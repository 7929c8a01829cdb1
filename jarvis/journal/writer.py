"""The way into the journal's file: what arrives together is committed together.

Rows of one turn of an event loop are committed at its end, in its own thread: that takes less than waking another one.
What has to wait goes through a lane, a thread of its own: what is flushed to the disk, what finds the file locked by
another process, and everything that comes after it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, NamedTuple, TypeVar

from jarvis.errors import JournalError
from jarvis.journal.store import sentence

T = TypeVar("T")
_MOST_ROWS = 64
"""Rows of one statement. One statement is one step for SQLite, and the lock of the interpreter is asked for once: a
thread that steps row by row waits for it each time while the event loop is busy."""


_CHECKPOINT = 2000
"""Rows after which the log of SQLite is written back into the file."""


class Entry(NamedTuple):
    """One row of the journal."""

    run: int
    n: int
    kind: str
    task: int | None
    at: float
    body: str


Failed = Callable[[JournalError], None]
"""Told, in the lane, when something could not be written."""


class _Answer(Generic[T]):
    """A future that is filled from another thread."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self.loop.create_future()
        self.value: Any = None
        self.error: BaseException | None = None

    def fill(self) -> None:
        """In the loop: hands over what came."""
        if self.future.done():
            return
        if self.error:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class _Append:
    entry: Entry
    failed: Failed
    durable: bool = False
    answer: _Answer[None] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Statement:
    sql: str
    values: Sequence[object]
    failed: Failed


@dataclass(frozen=True, slots=True, eq=False)
class _Job(Generic[T]):
    work: Callable[[sqlite3.Connection], T]
    answer: _Answer[T]
    alone: bool


_Item = _Append | _Statement | _Job[Any]


class Writer:
    """Writes in the order in which things come, from any thread and event loop."""

    def __init__(self, connection: sqlite3.Connection, quick: sqlite3.Connection, folder: Path) -> None:
        """From now on the connections are the writer's: one for the lane, one for the event loops."""
        self._connection, self._quick = connection, quick
        self._folder = folder
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="jarvis-journal", daemon=True)
        self._lock, self._quick_lock = Lock(), Lock()
        self._closed = False
        self._waiting = 0
        """Items in the lane."""
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Append]] = {}
        self._unchecked = 0
        """Rows since the last checkpoint was asked for."""
        quick.execute("PRAGMA busy_timeout = 0")
        quick.execute("PRAGMA wal_autocheckpoint = 0")  # it flushes to the disk, so it is for the lane

    def append(self, entry: Entry, failed: Failed) -> None:
        """Writes a row soon."""
        self._gather(_Append(entry, failed))

    async def write(self, entry: Entry, failed: Failed, *, durable: bool = False) -> None:
        """Writes a row: it outlives this process when this returns, and with `durable` also a loss of power.

        When it cannot be written, `failed` was told when this returns.
        """
        answer: _Answer[None] = _Answer()
        self._gather(_Append(entry, failed, durable, answer))
        await answer.future

    def execute(self, sql: str, values: Sequence[object], failed: Failed) -> None:
        """Executes a statement soon, after everything that came before."""
        self._put(*self._taken(), _Statement(sql, values, failed))

    async def call(self, work: Callable[[sqlite3.Connection], T], *, alone: bool = False) -> T:
        """Does `work` in a transaction of its own, or with `alone` in none, after everything that came before.

        Raises:
            JournalError: SQLite failed, or the journal is closed.
        """
        answer: _Answer[T] = _Answer()
        self._put(*self._taken(), _Job(work, answer, alone))
        return await answer.future

    async def settled(self) -> None:
        """Waits until everything that came before is written, or told to have failed."""
        with suppress(JournalError):  # told already
            await self.call(_nothing)

    def close(self) -> None:
        """Writes what waits and closes the file."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            started = self._thread.is_alive()
            for rows in list(self._gathered.values()):
                for row in rows:
                    self._queue.put(row)
            self._gathered.clear()
            self._queue.put(None)
        if started:
            self._thread.join()
        else:
            self._serve()
        with self._quick_lock:
            self._quick.close()

    def _gather(self, item: _Append) -> None:
        """Keeps a row until the turn of the event loop ends."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a thread of its own
            self._put(item)
            return
        rows = self._gathered.get(loop)
        if rows is None:
            rows = self._gathered[loop] = []
            loop.call_soon(self._flush, loop)
        rows.append(item)

    def _taken(self) -> list[_Append]:
        """What this event loop gathered, for something that is to come after it."""
        return self._gathered.pop(asyncio.get_running_loop(), [])

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        items = self._gathered.pop(loop, [])
        if items and not self._written_here(items):
            self._put(*items)

    def _written_here(self, items: Sequence[_Append]) -> bool:
        """Commits rows in this thread, where nothing has to wait."""
        if self._waiting or self._closed or any(item.durable for item in items):
            return False
        if not self._quick_lock.acquire(blocking=False):
            return False
        try:
            error = self._attempt(self._quick, lambda: self._insert(self._quick, items))
        finally:
            self._quick_lock.release()
        if isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError):  # locked, or one row is wrong
            return False
        self._tell(items, error, asyncio.get_running_loop())
        self._unchecked += len(items)
        if self._unchecked > _CHECKPOINT and not error:
            self._unchecked = 0
            answer: _Answer[None] = _Answer()
            answer.future.add_done_callback(asyncio.Future.exception)  # nobody waits; the next one does it as well
            self._put(_Job(_checkpointed, answer, alone=True))
        return True

    def _put(self, *items: _Item) -> None:
        with self._lock:
            if not self._closed:
                if not self._thread.ident:
                    self._thread.start()
                self._waiting += len(items)
                for item in items:
                    self._queue.put(item)
                return
        self._tell(items, JournalError("the journal is closed; open Jarvis again"))

    # The methods below run in the lane.

    def _serve(self) -> None:
        open_still = True
        while open_still:
            batch = [self._queue.get()]
            with suppress(Empty):
                while True:
                    batch.append(self._queue.get_nowait())
            open_still = None not in batch
            self._work_off([item for item in batch if item is not None])
            with self._lock:
                self._waiting -= sum(item is not None for item in batch)
        self._connection.close()

    def _work_off(self, batch: Sequence[_Item]) -> None:
        """In their order; rows without anything between them together."""
        rows: list[_Append] = []
        for item in batch:
            if isinstance(item, _Append):
                rows.append(item)
                continue
            if rows:
                self._append(rows)
                rows = []
            self._do(item)
        if rows:
            self._append(rows)

    def _append(self, items: Sequence[_Append]) -> None:
        error = self._attempt(self._connection, lambda: self._insert(self._connection, items))
        if isinstance(error, sqlite3.IntegrityError) and len(items) > 1:  # one row is wrong; the others are not
            for item in items:
                self._append([item])
        else:
            self._tell(items, error)

    def _insert(self, connection: sqlite3.Connection, items: Sequence[_Append]) -> None:
        execute = connection.execute
        chunks = [items[start : start + _MOST_ROWS] for start in range(0, len(items), _MOST_ROWS)]
        durable = any(item.durable for item in items)
        if durable:
            execute("PRAGMA synchronous = FULL")
        if len(chunks) > 1:
            execute("BEGIN IMMEDIATE")
        for chunk in chunks:
            rows = ",".join(["(?,?,?,?,?,?)"] * len(chunk))
            execute(f"INSERT INTO events VALUES {rows}", [field for item in chunk for field in item.entry])  # noqa: S608
        if len(chunks) > 1:
            execute("COMMIT")
        if durable:
            execute("PRAGMA synchronous = NORMAL")

    def _do(self, item: _Item) -> None:
        self._tell([item], self._attempt(self._connection, lambda: self._done(item)))

    def _done(self, item: _Item) -> None:
        if isinstance(item, _Job) and item.alone:
            item.answer.value = item.work(self._connection)
            return
        self._connection.execute("BEGIN IMMEDIATE")
        if isinstance(item, _Statement):
            self._connection.execute(item.sql, item.values)
        elif isinstance(item, _Job):
            item.answer.value = item.work(self._connection)
        self._connection.execute("COMMIT")

    def _attempt(self, connection: sqlite3.Connection, work: Callable[[], None]) -> Exception | None:
        """What went wrong, with everything as it was before; None when nothing did."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - carried over to the one who waits
            with suppress(sqlite3.Error):  # What went wrong first is told.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                connection.execute("PRAGMA synchronous = NORMAL")
            return error
        return None

    def _tell(
        self, items: Sequence[_Item], error: Exception | None, here: asyncio.AbstractEventLoop | None = None
    ) -> None:
        """Tells the outcome to those who wait; to those of the event loop `here` at once."""
        told = JournalError(sentence(error, self._folder)) if isinstance(error, sqlite3.Error) else error
        answers: dict[asyncio.AbstractEventLoop, list[_Answer[Any]]] = {}
        for item in items:
            if isinstance(item, _Job):
                item.answer.error = told
            elif isinstance(told, JournalError):
                item.failed(told)
            answer = None if isinstance(item, _Statement) else item.answer
            if answer:
                answers.setdefault(answer.loop, []).append(answer)
        for loop, its in answers.items():  # one wake-up for each event loop
            if here is loop:
                _fill(its)
                continue
            with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
                loop.call_soon_threadsafe(_fill, its)


def _fill(answers: Sequence[_Answer[Any]]) -> None:
    for answer in answers:
        answer.fill()


def _nothing(connection: sqlite3.Connection) -> None:
    pass


def _checkpointed(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
