"""The journal of a user: runs begin here, are found again, taken up, listed and, when they are old, dropped."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jarvis.artifacts import file_digest
from jarvis.errors import JournalError, UsageError
from jarvis.journal.leftovers import clear_leftovers
from jarvis.journal.presence import Presence, is_present
from jarvis.journal.recorder import Recorder
from jarvis.journal.records import UNFINISHED, RunRecord, State, Summary, record_of, title_of
from jarvis.journal.redaction import Redaction
from jarvis.journal.rows import dumped, request_row
from jarvis.journal.store import open_store, reading
from jarvis.journal.writer import Writer
from jarvis.messages import Request, Result

_PRUNE_EVERY = 50
"""Runs that one process begins between two looks for old ones; each look drops up to twice as many."""
_AT_ONCE = 50
"""Runs that are dropped in one transaction: others wait no longer than for that."""
_PAGES = 1000
"""Free pages of the file that are given back to the disk at once."""
_DAY = 86_400.0
_COLUMNS = "seq, id, began, owner, state, title, seconds, tasks, failed"
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept; a run that goes on always is."""

    days: float = 90.0
    runs: int = 10_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run comes from and goes."""

    request: Request
    out: Path
    parent: str = ""
    """The run of the turn before, in a conversation."""
    replays: str = ""
    """The run whose plan is run again."""
    version: str = ""
    planner: str = ""

    def row(self) -> dict[str, Any]:
        """As the journal keeps it: paths are absolute."""
        names = ("parent", "replays", "version", "planner")
        told = {name: getattr(self, name) for name in names if getattr(self, name)}
        places = {"cwd": str(Path.cwd()), "out": str(self.out.absolute())}
        return {"request": request_row(self.request)} | places | told


class Journal:
    """The runs of a folder. One Jarvis opens it once; processes may share it."""

    def __init__(self, folder: Path, retention: Retention | None = None) -> None:
        """Opens the journal, and makes it where there is none.

        Raises:
            JournalError: it cannot be used.
        """
        self.folder = folder
        self._retention = retention or Retention()
        self._writer = Writer(open_store(folder), open_store(folder), folder)
        self._redact = Redaction()
        self._begun = 0
        try:
            self._presence = Presence(folder / "live")
        except OSError as error:
            self._writer.close()
            message = f"cannot write to the journal's folder {folder} ({error}); choose one with JARVIS_DATA_DIR"
            raise JournalError(message) from error

    def close(self) -> None:
        """Writes what waits and closes the file."""
        self._writer.close()
        self._presence.end()

    async def begin(
        self, origin: Origin, warn: Warn | None = None, known: Mapping[int, Result] | None = None
    ) -> Recorder:
        """Begins a run; what came before its first task is on disk when this returns. What is `known` is not done.

        Raises:
            JournalError: it cannot be written.
        """
        if self._begun % _PRUNE_EVERY == 0:
            await self.prune(2 * _PRUNE_EVERY)
        self._begun += 1
        now = time.time()
        run_id = f"{datetime.fromtimestamp(now, UTC):%y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        title = self._redact(title_of(origin.request.text)).encode("utf-8", "replace").decode()
        body = self._redact(dumped(origin.row()))

        def insert(connection: sqlite3.Connection) -> int:
            sql = "INSERT INTO runs (id, began, owner, state, title) VALUES (?, ?, ?, ?, ?)"
            seq = connection.execute(sql, (run_id, now, self._presence.token, State.RUNNING.value, title)).lastrowid
            assert seq is not None
            connection.execute("INSERT INTO events VALUES (?, 0, 'began', NULL, 0.0, ?)", (seq, body))
            return seq

        seq = await self._writer.call(insert)
        return Recorder(self._writer, seq, run_id, self._redact, began=now, known=known, warn=warn)

    async def take_up(self, record: RunRecord, warn: Warn | None = None) -> Recorder:
        """Goes on with a run that was broken off. Its results are kept where their files still are what they were.

        Raises:
            UsageError: the run is over, or another process is at it.
            JournalError: the journal cannot be written.
        """
        check_resumable(record)
        known, lost = await asyncio.to_thread(verified, record)
        at = max(record.seconds, time.time() - record.began)

        def claim(connection: sqlite3.Connection) -> bool:
            sql = "UPDATE runs SET owner = ?, state = 'running' WHERE seq = ? AND owner = ? AND state = ?"
            values = (self._presence.token, record.seq, record.owner, record.state.value)
            if connection.execute(sql, values).rowcount != 1:
                return False
            for task_id in lost:
                sql = "UPDATE events SET kind = 'superseded' WHERE run = ? AND task = ? AND kind = 'finished'"
                connection.execute(sql, (record.seq, task_id))
            row = (record.seq, record.last + 1, at)
            connection.execute("INSERT INTO events VALUES (?, ?, 'resumed', NULL, ?, '{}')", row)
            return True

        if not await self._writer.call(claim):
            raise UsageError(f"run {record.id} was taken up by another process; `jarvis runs` shows where it stands")
        await asyncio.to_thread(self._clear_leftovers, record)
        return Recorder(
            self._writer,
            record.seq,
            record.id,
            self._redact,
            began=record.began,
            earlier=record,
            known=known,
            warn=warn,
        )

    def runs(self, limit: int | None = None, *, unfinished: bool = False) -> list[Summary]:
        """The newest runs first.

        Raises:
            JournalError: the journal cannot be read.
        """
        which = f"WHERE state IN ({','.join(repr(state.value) for state in UNFINISHED)})" if unfinished else ""
        sql = f"SELECT {_COLUMNS} FROM runs {which} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - states of our own
        with reading(self.folder) as connection:
            rows = connection.execute(sql, (-1 if limit is None else limit,)).fetchall()
        found = [self._summary(row) for row in rows]
        return [summary for summary in found if summary.resumable or summary.alive] if unfinished else found

    def read(self, run_id: str = "") -> RunRecord:
        """A run by its id, or by a part of it that no other run has; without one, the newest.

        Raises:
            UsageError: there is no such run, or several.
            JournalError: the journal cannot be read.
        """
        with reading(self.folder) as connection:
            row = _found(connection, run_id)
            seq, found, began, owner, state = row[:5]
            sql = "SELECT n, kind, task, at, body FROM events WHERE run = ? ORDER BY n"
            events = connection.execute(sql, (seq,)).fetchall()
            if not events:
                raise JournalError(f"the journal holds no events of run {found}; it was damaged, or dropped just now")
        return record_of(seq, found, began, owner, state, self._alive(owner, state), events)

    def unfinished(self) -> RunRecord:
        """The newest run that was broken off.

        Raises:
            UsageError: there is none.
            JournalError: the journal cannot be read.
        """
        for summary in self.runs(unfinished=True):
            if summary.resumable:
                return self.read(summary.id)
        raise UsageError("no run was broken off; `jarvis runs` lists all, and `jarvis replay RUN` runs one again")

    async def prune(self, most: int | None = None) -> int:
        """Drops runs that are too old or too many, and gives their room back; gives how many were dropped.

        At most `most` of them, so that nobody waits long.

        Raises:
            JournalError: the journal cannot be written.
        """
        dropped = 0
        while most is None or dropped < most:
            count = await self._writer.call(self._prune)
            dropped += count
            if count < _AT_ONCE:
                break
        return dropped

    async def vacuum(self) -> None:
        """Packs the file, and gives back to the disk what is free.

        Raises:
            JournalError: it cannot be done.
        """
        await self._writer.call(_packed, alone=True)

    def _clear_leftovers(self, record: RunRecord) -> None:
        others = [summary.id for summary in self.runs(unfinished=True) if summary.alive and summary.id != record.id]
        if all(self.read(run_id).out != record.out for run_id in others):
            clear_leftovers(record.out, record.began)

    def _prune(self, connection: sqlite3.Connection) -> int:
        oldest = time.time() - self._retention.days * _DAY
        sql = (
            "SELECT seq, owner, state FROM runs "
            "WHERE seq <= (SELECT seq FROM runs ORDER BY seq DESC LIMIT 1 OFFSET ?) OR began < ? ORDER BY seq LIMIT ?"
        )
        rows = connection.execute(sql, (max(self._retention.runs, 1), oldest, _AT_ONCE)).fetchall()
        gone = [(seq,) for seq, owner, state in rows if not self._alive(owner, state)]
        connection.executemany("DELETE FROM events WHERE run = ?", gone)
        connection.executemany("DELETE FROM runs WHERE seq = ?", gone)
        if gone:
            connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        return len(gone)

    def _summary(self, row: Sequence[Any]) -> Summary:
        _, run_id, began, owner, state, title, seconds, tasks, failed = row
        return Summary(run_id, began, State(state), title, seconds, tasks, failed, self._alive(owner, state))

    def _alive(self, owner: str, state: str) -> bool:
        return state == State.RUNNING.value and is_present(self.folder / "live", owner)


def _packed(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def check_resumable(record: RunRecord) -> None:
    """Looks whether a run may be taken up.

    Raises:
        UsageError: it is over, or goes on.
    """
    if record.alive:
        raise UsageError(f"run {record.id} goes on in another process; wait for it, or end that process first")
    if record.state.over:
        raise UsageError(f"run {record.id} is finished; `jarvis replay {record.id}` runs its plan again")


def verified(record: RunRecord) -> tuple[dict[int, Result], list[int]]:
    """The results of a run that still hold, and the tasks whose files are gone or changed and are to be done again.

    An effect is never done again for the sake of a file.
    """
    known: dict[int, Result] = {}
    lost: list[int] = []
    for task_id, row in record.tasks.items():
        if row.result is None:
            continue
        if row.intent is None and any(not _holds(file.path, file.digest) for file in row.result.files):
            lost.append(task_id)
        else:
            known[task_id] = row.result
    return known, lost


def check_inputs(record: RunRecord) -> None:
    """Looks whether the files that went into a run still are what they were.

    Raises:
        UsageError: one is gone or changed.
    """
    for file in record.inputs:
        if not _holds(file.path, file.digest):
            message = f"{file.path} is not what it was when run {record.id} began; put it back, or ask anew"
            raise UsageError(message)


def _holds(path: Path, digest: str) -> bool:
    try:
        return file_digest(path) == digest
    except OSError:  # gone, or not to be read
        return False


def _found(connection: sqlite3.Connection, run_id: str) -> Sequence[Any]:
    exact = connection.execute(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run_id,)).fetchone()  # noqa: S608
    if exact:
        return list(exact)
    sql = f"SELECT {_COLUMNS} FROM runs WHERE instr(id, ?) ORDER BY seq DESC LIMIT 2"  # noqa: S608
    rows = connection.execute(sql, (run_id,)).fetchall()
    if not rows:
        raise UsageError(
            f"there is no run {run_id}; `jarvis runs` lists them" if run_id else "no run is in the journal"
        )
    if run_id and len(rows) > 1:
        raise UsageError(f"several runs have {run_id} in their id ({rows[0][1]}, {rows[1][1]}, ...); write more of it")
    return list(rows[0])
