"""The database of model cards: written by a sync, read by many processes beside it."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import filling, search, syncs
from jarvis.model_registry.database.filters import Filters, Sort
from jarvis.model_registry.database.packing import Packing, to_card
from jarvis.model_registry.database.plan import stream, wanted
from jarvis.model_registry.database.search import Page, Row
from jarvis.model_registry.database.store import damaged, one_view, open_store, translated, writing
from jarvis.model_registry.database.syncs import Sync
from jarvis.model_registry.database.words import VERSION

_MANY = 20_000
"""Changed cards after which the index is packed as a whole."""
_KEPT = 8
"""Lists of candidates that are kept."""


def card_file(data_dir: Path) -> Path:
    """Where the database lies in the data folder of the settings."""
    return data_dir / "models" / "cards.sqlite3"


class CardDatabase:
    """All cards that were synced. Threads may share one; processes open their own, and one of them writes at a time.

    Nothing is opened or made before it is needed: reading where there is no file finds nothing.

    Every method raises StorageError when the file cannot be used, is damaged, or is a newer Jarvis's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._packing = Packing()
        self._kept: dict[tuple[str, int, Filters], tuple[ModelCard, ...]] = {}
        self._kept_version = (0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # Reading.

    def get(self, card_id: str) -> ModelCard | None:
        """The card with this id."""
        with self._reading() as connection:
            if connection is None:
                return None
            query = "SELECT body FROM cards JOIN bodies USING (place) WHERE id = ?"
            row = connection.execute(query, (_sayable(card_id),)).fetchone()
            return self._unpacked(row[0]) if row else None

    def count(self, source: str = "") -> int:
        """How many cards there are, of all sources or of one."""
        with self._reading() as connection:
            if connection is None:
                return 0
            found = connection.execute("SELECT count(*) FROM cards WHERE ? IN ('', source)", (source,)).fetchone()
            return int(found[0])

    def ids(self, source: str = "") -> list[str]:
        """The ids of all cards, or of one source."""
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute("SELECT id FROM cards WHERE ? IN ('', source)", (source,))
            return [card_id for (card_id,) in rows]

    def search(
        self,
        text: str = "",
        filters: Filters = Filters(),  # noqa: B008 - frozen
        sort: Sort = "relevance",
        *,
        limit: int = 20,
        offset: int = 0,
    ) -> Page:
        """Cards that have all words of a text and pass all filters.

        A word may end in `*`: words that begin so. Any text may be given; signs mean nothing. Without words,
        `relevance` is popularity. Hits are counted up to 1,000; orders are exact to 4 % of a size and 2 % of likes.
        """
        with self._viewing() as connection:
            if connection is None:
                return Page((), 0)
            found = search.search(connection, text, filters, sort, limit=limit, offset=offset)
            cards = tuple(self._at(connection, found.places))
            return Page(cards, found.count, found.more, found.widened, found.roughly)

    def candidates(self, task: str, limit: int = 1000, filters: Filters = Filters()) -> tuple[ModelCard, ...]:  # noqa: B008
        """The most popular cards for a task of which something can be loaded here, at most `limit`.

        Reading 1,000 cards takes tens of milliseconds, once: they are kept until the database changes.
        """
        with self._viewing() as connection:
            if connection is None:
                return ()
            version = connection.execute("PRAGMA data_version").fetchone()[0], connection.total_changes
            if version != self._kept_version:
                self._kept, self._kept_version = {}, version
            key = (task, limit, filters)
            if key not in self._kept:
                self._kept = dict(list(self._kept.items())[1 - _KEPT :])
                self._kept[key] = tuple(self._at(connection, self._promising(connection, task, limit, filters)))
            return self._kept[key]

    def prospects(self, task: str, limit: int = 1000, filters: Filters = Filters()) -> list[Row]:  # noqa: B008
        """What the order of `candidates` is made from, without their cards: a few milliseconds for 1,000."""
        with self._viewing() as connection:
            if connection is None:
                return []
            return search.rows_of(connection, self._promising(connection, task, limit, filters))

    def last_sync(self, source: str) -> Sync | None:
        """When a source was last synced; None when it never was."""
        return next((sync for sync in self.syncs() if sync.source == source), None)

    def syncs(self) -> list[Sync]:
        """The last sync of each source, the newest first."""
        with self._reading() as connection:
            return syncs.read(connection) if connection else []

    # Writing.

    def put(self, cards: Iterable[ModelCard]) -> int:
        """Writes cards, in place of those with the same ids; gives how many were new or changed.

        They are taken from the iterable in batches. A batch is written as a whole or not at all, also when the
        process is killed.
        """
        changed = 0
        rest = iter(cards)
        while batch := list(islice(rest, filling.BATCH)):
            with self._writing() as connection:
                now = filling.put(connection, batch, self._packing)
                _note_changes(connection, now)
            changed += now
        return changed

    def remove(self, ids: Iterable[str]) -> int:
        """Takes cards out; gives how many there were."""
        gone = 0
        rest = iter(ids)
        while batch := [_sayable(card_id) for card_id in islice(rest, filling.BATCH)]:
            with self._writing() as connection:
                now = filling.remove(connection, batch, self._packing)
                _note_changes(connection, now)
            gone += now
        return gone

    def note_sync(self, source: str, when: datetime, count: int, cursor: str = "") -> None:
        """Remembers that a source was synced: when (with its time zone), how many cards, and where to go on."""
        with self._writing() as connection:
            syncs.write(connection, Sync(source, when, count, cursor))

    def finish(self) -> None:
        """At the end of a sync: packs the index, gives free space back, and empties the write-ahead file.

        Searches are right without it, and slower. Others may read meanwhile.
        """
        with self._lock, translated(self.path):
            connection = self._opened()
            (changed,) = connection.execute(
                "SELECT coalesce(max(value), 0) FROM facts WHERE name = 'changed'"
            ).fetchone()
            with writing(connection):
                if changed >= _MANY:
                    connection.execute("INSERT INTO found (found) VALUES ('optimize')")
                    connection.execute("DELETE FROM facts WHERE name = 'changed'")
                else:
                    connection.execute("INSERT INTO found (found, rank) VALUES ('merge', 500)")
            connection.execute("PRAGMA incremental_vacuum").fetchall()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # Within.

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = open_store(self.path)
            try:
                self._take_over(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _take_over(self, connection: sqlite3.Connection) -> None:
        """Reads the dictionary of the file, and indexes it again when its words were chosen in another way."""
        with translated(self.path):
            facts = dict(connection.execute("SELECT name, value FROM facts WHERE name IN ('dictionary', 'words')"))
            if not isinstance(facts.get("dictionary"), bytes):
                raise damaged(self.path, "it has no dictionary")
            self._packing = Packing(facts["dictionary"])
            if facts.get("words") != VERSION:
                with writing(connection), self._sound():
                    filling.index_again(connection, self._packing)
                    connection.execute("UPDATE facts SET value = ? WHERE name = 'words'", (VERSION,))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        with self._lock:
            if self._connection is None and not self.path.exists():
                yield None
                return
            connection = self._opened()
            with translated(self.path), self._sound():
                yield connection

    @contextmanager
    def _viewing(self) -> Iterator[sqlite3.Connection | None]:
        with self._reading() as connection:
            if connection is None:
                yield None
                return
            with one_view(connection):
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._opened()
            with translated(self.path), self._sound(), writing(connection):
                yield connection

    @contextmanager
    def _sound(self) -> Iterator[None]:
        try:
            yield
        except (zlib.error, ValidationError, ValueError) as error:
            raise damaged(self.path, f"a card cannot be read: {type(error).__name__}") from error

    def _promising(self, connection: sqlite3.Connection, task: str, limit: int, filters: Filters) -> list[int]:
        chosen = replace(filters, task=task, format=filters.format or "any")
        return stream(connection, wanted(connection, (), chosen).plan(), limit)

    def _at(self, connection: sqlite3.Connection, places: list[int]) -> Iterator[ModelCard]:
        """The cards at these places, in this order."""
        listed = ",".join(map(str, places))
        rows = connection.execute(f"SELECT place, body FROM bodies WHERE place IN ({listed})")  # noqa: S608 - numbers
        bodies = dict(rows.fetchall())
        return (self._unpacked(bodies[place]) for place in places if place in bodies)

    def _unpacked(self, body: bytes) -> ModelCard:
        return to_card(self._packing.unpack(body))


def _note_changes(connection: sqlite3.Connection, cards: int) -> None:
    """How much was written since the index was packed; read by `finish`."""
    upsert = "INSERT INTO facts VALUES ('changed', ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
    connection.execute(upsert, (cards,))


def _sayable(card_id: str) -> str:
    """An id without lone surrogates, which a command line may hold and SQLite does not take."""
    return card_id.encode("utf-8", "replace").decode("utf-8")
