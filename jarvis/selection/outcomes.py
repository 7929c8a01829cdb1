"""Keeps what the runs on this machine taught, in one small SQLite file that processes share.

One row a task and model, so it stays small whatever is run. Each outcome is one statement that reads and writes its row
under SQLite's lock: nothing is lost when several processes record at once.
"""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path

from jarvis.errors import StorageError
from jarvis.messages import Result
from jarvis.selection.learning import FADING, Lesson

_log = logging.getLogger(__name__)
_VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS lesson (
    task TEXT NOT NULL, model TEXT NOT NULL, ok REAL NOT NULL, failed REAL NOT NULL, log_seconds REAL NOT NULL,
    squares REAL NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (task, model)
) WITHOUT ROWID, STRICT
"""
# On conflict the right-hand sides see the row as it was: the same sums as in Lesson.after.
_WORKED = """
INSERT INTO lesson VALUES (:task, :model, 1.0, 0.0, :log, 0.0, unixepoch())
ON CONFLICT (task, model) DO UPDATE SET
    ok = ok * :fading + 1,
    failed = failed * :fading,
    squares = squares * :fading + (:log - log_seconds) * (:log - log_seconds) * (1 - 1 / (ok * :fading + 1)),
    log_seconds = log_seconds + (:log - log_seconds) / (ok * :fading + 1),
    changed = unixepoch()
"""
_FAILED = """
INSERT INTO lesson VALUES (:task, :model, 0.0, 1.0, 0.0, 0.0, unixepoch())
ON CONFLICT (task, model) DO UPDATE SET
    ok = ok * :fading, failed = failed * :fading + 1, squares = squares * :fading, changed = unixepoch()
"""
_BLAMELESS = frozenset(
    {
        "AmbiguousError",
        "HomeError",
        "InputError",
        "UsageError",
        "PlanError",
        "BudgetError",
        "NotApproved",
        "Skipped",
        "StorageError",
    }
)
"""Failures that say nothing about the model."""


def lessons_file(folder: Path) -> Path:
    """The file in a folder of data that holds the lessons."""
    return folder / "lessons.sqlite3"


class Outcomes:
    """The lessons of this machine. Threads and processes may share it; close it at the end."""

    def __init__(self, folder: Path) -> None:
        """Opens or makes `lessons.sqlite3` in a folder for its owner alone.

        Raises:
            StorageError: the folder or the file cannot be used.
        """
        self.path = lessons_file(folder)
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Lesson] = {}
        self._seen: tuple[int, int] | None = None
        try:
            _make_private(folder, self.path)
            self._connection = sqlite3.connect(self.path, timeout=5, isolation_level=None, check_same_thread=False)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            way_out = "move the file away to begin anew, or choose another folder with JARVIS_DATA_DIR"
            raise StorageError(
                f"what was learned about models cannot be kept in {self.path} ({error}); {way_out}"
            ) from error

    def _prepare(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise sqlite3.DatabaseError(f"it was written by a newer version of this program, {version}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_TABLE)
        self._connection.execute(f"PRAGMA user_version = {_VERSION}")

    def record(self, task: str, model_id: str, ok: bool, seconds: float) -> None:
        """Takes in what became of one run. If the file cannot be written, the lesson is lost, and the log tells."""
        row = {"task": task, "model": model_id, "log": math.log(max(seconds, 1e-4)), "fading": FADING}
        try:
            with self._lock:
                self._connection.execute(_WORKED if ok else _FAILED, row)
        except sqlite3.Error as error:
            _log.warning("what was learned about %s is lost: %s: %s", model_id, self.path, error)

    def snapshot(self) -> Mapping[tuple[str, str], Lesson]:
        """Everything that is known now, by task and model id. Read again only after something was written."""
        try:
            with self._lock:
                mark = self._mark()
                if mark != self._seen:
                    rows = self._connection.execute("SELECT task, model, ok, failed, log_seconds, squares FROM lesson")
                    self._known = {(task, model): Lesson(*numbers) for task, model, *numbers in rows}
                    self._seen = mark
                return self._known
        except sqlite3.Error as error:
            _log.warning("what was learned about models cannot be read: %s: %s", self.path, error)
            return {}

    def forget(self, model_id: str) -> None:
        """Drops what is known about a model, such as one that was replaced.

        Raises:
            StorageError: the file cannot be written.
        """
        try:
            with self._lock:
                self._connection.execute("DELETE FROM lesson WHERE model = ?", (model_id,))
        except sqlite3.Error as error:
            raise StorageError(f"cannot write to {self.path} ({error})") from error

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._connection.close()

    def _mark(self) -> tuple[int, int]:
        """Changes with every write: of other connections, and of this one."""
        return self._connection.execute("PRAGMA data_version").fetchone()[0], self._connection.total_changes


def lesson_of(result: Result) -> tuple[bool, float] | None:
    """Whether the result speaks for or against its model, and its seconds; None when it says nothing about it."""
    if not result.model or result.cached:
        return None
    if result.failure is None:
        return True, result.seconds
    return None if result.failure.kind in _BLAMELESS else (False, result.seconds)


def blames_the_model(kind: str) -> bool:
    """Whether a failure of this kind (`Failure.kind`) speaks against the model that was tried."""
    return kind not in _BLAMELESS


def _make_private(folder: Path, path: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise OSError(f"the folder {folder} belongs to another user")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
