"""The file of timers and standing plans: several processes share it, and each due moment is claimed by one of them.

A claim names a process that lives. One that died before it told what it had claimed leaves it for another.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from jarvis.errors import JarvisError, StorageError
from jarvis.journal.presence import is_present
from jarvis.standing.records import Kept, Plan, Timer
from jarvis.standing.waking import FOLDER, wake

FORMAT = 1
AT_MOST = 10_000
"""Timers and plans that are kept together."""
HELD = {"timer": 120.0, "plan": 3600.0}
"""Seconds that a process which lives may hold a claim; then it counts as stuck, and another takes over."""
_BUSY_SECONDS = 10.0
_SCHEMA = f"""
CREATE TABLE kept (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, due REAL, claim TEXT NOT NULL DEFAULT '', claimed REAL NOT NULL DEFAULT 0,
    body TEXT NOT NULL
);
CREATE INDEX kept_by_due ON kept (due) WHERE due IS NOT NULL;
CREATE TABLE keepers (token TEXT PRIMARY KEY, rooms TEXT NOT NULL, speaks INTEGER NOT NULL);
PRAGMA user_version = {FORMAT};
"""


def standing_folder(data_dir: Path) -> Path:
    """Where it lies in the folder of Jarvis' data."""
    return data_dir / "standing"


@dataclass(frozen=True, slots=True)
class KeeperRow:
    """A process that rings and runs."""

    token: str
    rooms: frozenset[str]
    """Rooms that it can be heard in, in small letters."""
    speaks: bool
    """Whether it says things aloud."""

    def rank(self, item: Kept) -> int:
        """How well it suits to tell something: 2 in the room where it was set, 1 when it speaks at all."""
        return 2 if item.room and item.room.casefold() in self.rooms else 1 if self.speaks else 0


class Store:
    """What is kept in one folder. Safe to use from several threads and processes: each call opens the file anew."""

    def __init__(self, data_dir: Path) -> None:
        """Looks at nothing yet."""
        self.folder = standing_folder(data_dir)
        self.path = self.folder / "standing.db"

    @property
    def presences(self) -> Path:
        """The folder of the signs of life of keepers."""
        return self.folder / FOLDER

    def mark(self) -> object:
        """What changes whenever something is written; None when there is no file."""
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def timers(self) -> list[Timer]:
        """All timers, the next one first.

        Raises:
            StorageError: the file cannot be read.
        """
        return [item for item in self._all("timer") if isinstance(item, Timer)]

    def plans(self) -> list[Plan]:
        """All standing plans, in the order in which they were made.

        Raises:
            StorageError: the file cannot be read.
        """
        return [item for item in self._all("plan") if isinstance(item, Plan)]

    def _all(self, kind: str) -> list[Kept]:
        if not self.path.exists():
            return []
        order = "due" if kind == "timer" else "rowid"
        with self._open() as db:
            rows = db.execute(f"SELECT kind, body FROM kept WHERE kind = ? ORDER BY {order}", (kind,))  # noqa: S608 - one of two words
            return [_read(row) for row in rows]

    def add(self, item: Kept) -> None:
        """Keeps something new, and wakes whoever waits.

        Raises:
            StorageError: it cannot be written, or there are AT_MOST already.
        """
        with self._changing() as db:
            (count,) = db.execute("SELECT count(*) FROM kept").fetchone()
            if count >= AT_MOST:
                raise StorageError(f"{AT_MOST} timers and standing plans are kept already; delete some first")
            db.execute("INSERT INTO kept (id, kind, due, body) VALUES (?, ?, ?, ?)", _row(item))
        wake(self.folder)

    def change(self, item: Kept) -> bool:
        """Keeps it as it is now, and takes it from whoever claimed it; False when it is not there any more.

        Raises:
            StorageError: it cannot be written.
        """
        id_, _, due, body = _row(item)
        with self._changing() as db:
            found = db.execute("UPDATE kept SET due = ?, body = ?, claim = '' WHERE id = ?", (due, body, id_)).rowcount
        wake(self.folder)
        return bool(found)

    def remove(self, ids: Iterable[str]) -> int:
        """Forgets some; gives how many were there.

        Raises:
            StorageError: it cannot be written.
        """
        with self._changing() as db:
            count = sum(db.execute("DELETE FROM kept WHERE id = ?", (id_,)).rowcount for id_ in ids)
        wake(self.folder)
        return count

    def next_due(self) -> float | None:
        """When the next unclaimed thing is due.

        Raises:
            StorageError: the file cannot be read.
        """
        if not self.path.exists():
            return None
        with self._open() as db:
            (due,) = db.execute("SELECT min(due) FROM kept WHERE due IS NOT NULL AND claim = ''").fetchone()
        return None if due is None else float(due)

    def others_tell(self, me: str) -> bool:
        """Whether another process has claimed something: should it die, that is to be noticed soon.

        Raises:
            StorageError: the file cannot be read.
        """
        if not self.path.exists():
            return False
        with self._open() as db:
            found = db.execute("SELECT 1 FROM kept WHERE due IS NOT NULL AND claim NOT IN ('', ?) LIMIT 1", (me,))
            return found.fetchone() is not None

    def claim(self, me: str, now: float, *, may: Callable[[Kept], bool] = lambda item: True) -> Kept | None:
        """What is due and nobody who lives has claimed, the longest due first; it is now claimed by `me`.

        Raises:
            StorageError: the file cannot be written.
        """
        if not self.path.exists():
            return None
        query = "SELECT id, kind, due, claim, claimed, body FROM kept WHERE due <= ? ORDER BY due LIMIT 500"
        with self._open() as db:  # Looked at without a lock first: mostly there is nothing.
            if not db.execute("SELECT 1 FROM kept WHERE due <= ? LIMIT 1", (now,)).fetchone():
                return None
        with self._changing() as db:
            for id_, kind, due, claim, claimed, body in db.execute(query, (now,)).fetchall():
                if claim and not self._forfeit(kind, claim, claimed, me, now):
                    continue
                with suppress(StorageError):  # One that cannot be read keeps none of the others from being told.
                    item = replace(_read((kind, body)), due=due)
                    if not may(item):
                        continue
                    db.execute("UPDATE kept SET claim = ?, claimed = ? WHERE id = ?", (me, now, id_))
                    return item
        return None

    def _forfeit(self, kind: str, claim: str, claimed: float, me: str, now: float) -> bool:
        if claim == me:
            return False
        held = now - claimed
        # Less than nothing: the clock was set back since.
        return held > HELD[kind] or held < -HELD[kind] or not is_present(self.presences, claim)

    def begin(self, plan: Plan, me: str) -> bool:
        """Notes that a run of a claimed plan begins; False when another has taken it.

        Raises:
            StorageError: it cannot be written; then nothing may be done.
        """
        with self._changing() as db:
            row = (json.dumps(plan.to_json(), ensure_ascii=False), plan.id, me)
            return bool(db.execute("UPDATE kept SET body = ? WHERE id = ? AND claim = ?", row).rowcount)

    def settle(self, item: Kept, me: str, left: Kept | None) -> bool:
        """Ends a claim: with what is left of it, or nothing. False when another has taken it meanwhile.

        Raises:
            StorageError: it cannot be written.
        """
        with self._changing() as db:
            if left is None:
                return bool(db.execute("DELETE FROM kept WHERE id = ? AND claim = ?", (item.id, me)).rowcount)
            _, _, due, body = _row(left)
            query = "UPDATE kept SET due = ?, body = ?, claim = '' WHERE id = ? AND claim = ?"
            return bool(db.execute(query, (due, body, item.id, me)).rowcount)

    def release(self, item: Kept, me: str) -> None:
        """Gives a claim back untold, for another process.

        Raises:
            StorageError: it cannot be written.
        """
        with self._changing() as db:
            db.execute("UPDATE kept SET claim = '' WHERE id = ? AND claim = ?", (item.id, me))
        wake(self.folder)

    def came_true(self, plan_id: str, now: float, rest: float) -> bool:
        """Notes that the condition of a plan became true, unless it rests, is noted already, or was `rest` ago.

        Of several processes that see the same change one notes it.

        Raises:
            StorageError: it cannot be written.
        """
        with self._changing() as db:
            found = db.execute("SELECT body FROM kept WHERE id = ? AND due IS NULL", (plan_id,)).fetchone()
            plan = _read(("plan", found[0])) if found else None
            if not isinstance(plan, Plan) or plan.paused or 0 <= now - plan.last < rest:
                return False
            db.execute("UPDATE kept SET due = ? WHERE id = ?", (now, plan_id))
        return True

    def realign(self, shift: Callable[[Kept], Kept]) -> None:
        """Puts what `shift` gives in place of everything that nobody has claimed: after the clock was set.

        Raises:
            StorageError: it cannot be written.
        """
        if not self.path.exists():
            return
        with self._changing() as db:
            for kind, body in db.execute("SELECT kind, body FROM kept WHERE claim = ''").fetchall():
                item = _read((kind, body))
                shifted = shift(item)
                if shifted != item:
                    id_, _, due, changed = _row(shifted)
                    db.execute("UPDATE kept SET due = ?, body = ? WHERE id = ?", (due, changed, id_))

    def present(self, keeper: KeeperRow) -> None:
        """Makes a keeper known to the others.

        Raises:
            StorageError: it cannot be written.
        """
        with self._changing() as db:
            row = (keeper.token, json.dumps(sorted(keeper.rooms)), int(keeper.speaks))
            db.execute("INSERT OR REPLACE INTO keepers VALUES (?, ?, ?)", row)

    def absent(self, token: str) -> None:
        """Forgets a keeper.

        Raises:
            StorageError: it cannot be written.
        """
        with self._changing() as db:
            db.execute("DELETE FROM keepers WHERE token = ?", (token,))
        wake(self.folder)

    def keepers(self) -> list[KeeperRow]:
        """Those that live.

        Raises:
            StorageError: the file cannot be read.
        """
        if not self.path.exists():
            return []
        with self._open() as db:
            rows = db.execute("SELECT token, rooms, speaks FROM keepers").fetchall()
        known = [KeeperRow(token, frozenset(json.loads(rooms)), bool(speaks)) for token, rooms, speaks in rows]
        return [keeper for keeper in known if is_present(self.presences, keeper.token)]

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
                self._prepare(db)
                yield db
        except OSError as error:
            message = f"cannot use {self.path} ({error.strerror}); choose a folder with JARVIS_DATA_DIR"
            raise StorageError(message) from error
        except sqlite3.Error as error:
            raise StorageError(self._sentence(error)) from error

    def _prepare(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            db.execute("BEGIN EXCLUSIVE")  # Of two processes that begin at once, one makes the tables.
            if not db.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall():
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
            db.execute("COMMIT")
        elif version != FORMAT:
            message = f"{self.path} was written by another version of Jarvis (format {version}); move it away"
            raise StorageError(message)

    def _sentence(self, error: sqlite3.Error) -> str:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return f"the disk is full at {self.folder}; free some space, and say it again"
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return f"the timers and standing plans in {self.path} are damaged ({error}); move that file away"
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"another program keeps {self.path} locked; end it"
        return f"{self.path} cannot be used ({error}); choose a folder with JARVIS_DATA_DIR"


def _row(item: Kept) -> tuple[str, str, float | None, str]:
    kind = "timer" if isinstance(item, Timer) else "plan"
    due = None if isinstance(item, Plan) and item.paused else item.due
    return item.id, kind, due, json.dumps(item.to_json(), ensure_ascii=False)


def _read(row: tuple[str, str]) -> Kept:
    kind, body = row
    try:
        found = json.loads(body)
        return Timer.from_json(found) if kind == "timer" else Plan.from_json(found)
    except (ValueError, KeyError, TypeError, JarvisError) as error:
        raise StorageError(f"a {kind} that is kept cannot be read ({error}): {body[:80]}") from error
