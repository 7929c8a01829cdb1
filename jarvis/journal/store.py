"""The file of the journal: its form, its owner, and what is said when it is damaged or of another version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jarvis.errors import JournalError

FORMAT = 1
"""Version of the tables; kept in the file."""
_APPLICATION = 0x4A525653
"""SQLite's mark of whose file it is: "JRVS"."""
_BUSY_SECONDS = 30.0
_SCHEMA = f"""
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    began REAL NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    seconds REAL,
    tasks INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_age ON runs (began);
CREATE INDEX runs_unfinished ON runs (seq) WHERE state IN ('running', 'stopped', 'broken');
CREATE TABLE events (
    run INTEGER NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    task INTEGER,
    at REAL NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, n)
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_result_each ON events (run, task) WHERE kind = 'finished';
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {FORMAT};
"""


def journal_file(folder: Path) -> Path:
    """The file in the folder of a journal."""
    return folder / "journal.db"


def open_store(folder: Path) -> sqlite3.Connection:
    """Opens the journal of a folder, and makes both where they are missing, for their owner alone (mode 0700).

    The connection may be used by one thread at a time.

    Raises:
        JournalError: the folder cannot be used or belongs to someone else; the file is damaged or of another version.
    """
    path = journal_file(folder)
    try:
        _make_private(folder, path)
    except OSError as error:
        message = f"cannot use the journal's folder {folder} ({error.strerror}); choose one with JARVIS_DATA_DIR"
        raise JournalError(message) from error
    with translated(folder):
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection for reading; other processes may write meanwhile.

    Raises:
        JournalError: there is nothing that can be read.
    """
    with closing(open_store(folder)) as connection, translated(folder):
        yield connection


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turns what SQLite says into a sentence.

    Raises:
        JournalError: SQLite failed within.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(sentence(error, folder)) from error


def sentence(error: sqlite3.Error, folder: Path) -> str:
    """What went wrong with the journal of a folder, and what to do."""
    path = journal_file(folder)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return f"the disk is full at {folder}; free some space or choose another folder with JARVIS_DATA_DIR"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"the journal {path} is damaged ({error}); move that file away to begin a new one"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"another program keeps the journal {path} locked; end it, or choose a folder with JARVIS_DATA_DIR"
    return f"the journal {path} cannot be used ({error}); choose another folder with JARVIS_DATA_DIR"


def _make_private(folder: Path, path: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        message = f"the journal's folder {folder} belongs to another user; choose one with JARVIS_DATA_DIR"
        raise JournalError(message)
    folder.chmod(0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    if _is_new(connection):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN EXCLUSIVE")  # of two processes that begin at once, one makes the tables
        if _is_new(connection):
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
        connection.execute("COMMIT")
    _check(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _is_new(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        message = f"{path} is not a journal of Jarvis; move it away, or choose another folder with JARVIS_DATA_DIR"
        raise JournalError(message)
    if found != FORMAT:
        whose = "a newer" if found > FORMAT else "an older"
        raise JournalError(
            f"the journal {path} was written by {whose} Jarvis (format {found}, this one writes {FORMAT}); "
            "finish its runs with that one, or move the file away to begin a new one"
        )
