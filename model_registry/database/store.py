"""The file of the cards: its tables, its versions, and what is said when it is damaged or of a newer Jarvis."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jarvis.errors import StorageError
from jarvis.model_registry.database.packing import DICTIONARY

FORMAT = 1
"""Version of the tables; kept in the file."""
_APPLICATION = 0x4A52434D
"""SQLite's mark of whose file it is: "JRCM"."""
_BUSY_SECONDS = 30.0
_CACHE_KB = 65_536

# `place` puts the cards in the order of their popularity: the full-text index gives its hits in that order, so that a
# word with 100,000 hits costs no more than the first few hundred of them. The index holds no text, and no positions:
# what a card is filtered by stands in it as words of its own (words.py).
_SCHEMA = """
CREATE TABLE cards (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    bytes INTEGER,
    downloads INTEGER NOT NULL,
    likes INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    quality REAL NOT NULL,
    marks TEXT NOT NULL
);
CREATE TABLE bodies (place INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE VIRTUAL TABLE found USING fts5 (words, content='', detail='none', columnsize=0, tokenize='ascii');
CREATE TABLE vocabulary (word TEXT PRIMARY KEY, cards INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE syncs (source TEXT PRIMARY KEY, at REAL NOT NULL, count INTEGER NOT NULL, cursor TEXT NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO found (found, rank) VALUES ('hashsize', 33554432);
"""

Step = Callable[[sqlite3.Connection], None]
STEPS: Mapping[int, Step] = {}
"""By the version that a file has, what brings it to the next one."""


def open_store(path: Path, *, version: int = FORMAT, steps: Mapping[int, Step] = STEPS) -> sqlite3.Connection:
    """Opens the file of the cards; makes it where it is missing, and brings one of an older version up to date.

    Raises:
        StorageError: the folder or the file cannot be used; the message says what to do.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot use {path.parent} ({error.strerror}); choose a folder with JARVIS_DATA_DIR"
        ) from error
    with translated(path):
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            _prepare(connection, path, version, steps)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what SQLite says into a sentence.

    Raises:
        StorageError: SQLite failed within.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(_sentence(error, path)) from error


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: what is written within is there as a whole, or, when it fails or the process dies, not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # SQLite ends it by itself when the disk is full
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def one_view(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything that is read within is of one moment, whatever others write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def damaged(path: Path, why: object) -> StorageError:
    """What to say of a file whose content cannot be right."""
    return StorageError(f"the model database {path} is damaged ({why}); {_anew(path)}")


def _sentence(error: sqlite3.Error, path: Path) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return f"the disk is full at {path.parent}; free some space or choose another folder with JARVIS_DATA_DIR"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return str(damaged(path, error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"another program keeps the model database {path} locked; wait for its sync to end, or end it"
    return f"the model database {path} cannot be used ({error}); choose another folder with JARVIS_DATA_DIR"


def _anew(path: Path) -> str:
    return f"delete {path} and run `jarvis models sync` to make it anew"


def _prepare(connection: sqlite3.Connection, path: Path, version: int, steps: Mapping[int, Step]) -> None:
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    connection.execute("PRAGMA secure_delete = OFF")  # public cards: writing zeros over old ones only costs time
    if _is_new(connection):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN EXCLUSIVE")  # of two processes that begin at once, one makes the tables
        if _is_new(connection):
            _make(connection)
        connection.execute("COMMIT")
    _check(connection, path, version)
    _migrate(connection, path, version, steps)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 8192")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _is_new(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()


def _make(connection: sqlite3.Connection) -> None:
    from jarvis.model_registry.database.words import VERSION

    for statement in _SCHEMA.split(";\n"):
        connection.execute(statement)
    rows = [("dictionary", DICTIONARY), ("words", VERSION)]
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.executemany("INSERT INTO facts (name, value) VALUES (?, ?)", rows)


def _check(connection: sqlite3.Connection, path: Path, version: int) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        raise StorageError(f"{path} is not a model database of Jarvis; move it away, then run `jarvis models sync`")
    if found > version:
        raise StorageError(
            f"the model database {path} was written by a newer Jarvis (format {found}, this one knows {version}); "
            f"update Jarvis, or {_anew(path)}"
        )


def _migrate(connection: sqlite3.Connection, path: Path, version: int, steps: Mapping[int, Step]) -> None:
    """One step and its new version number are one transaction: whatever breaks off, the file is of some version."""
    while True:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found == version:
            return
        if found not in steps:
            raise StorageError(f"the model database {path} is of format {found}, which is too old; {_anew(path)}")
        with writing(connection):
            (now,) = connection.execute("PRAGMA user_version").fetchone()
            if now == found:  # another process may have been quicker
                steps[found](connection)
                connection.execute(f"PRAGMA user_version = {found + 1}")
