"""When each source was last synced, and where its next sync begins."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Sync:
    """The last sync of one source."""

    source: str
    """`huggingface`, `modelscope`, ..."""
    when: datetime
    """In UTC."""
    count: int
    """Cards that it brought."""
    cursor: str
    """Where the next one goes on; in the source's own words."""


def write(connection: sqlite3.Connection, sync: Sync) -> None:
    """Takes the place of what is known of that source."""
    row = (sync.source, sync.when.timestamp(), sync.count, sync.cursor)
    connection.execute("INSERT OR REPLACE INTO syncs (source, at, count, cursor) VALUES (?, ?, ?, ?)", row)


def read(connection: sqlite3.Connection) -> list[Sync]:
    """All sources, the newest sync first."""
    rows = connection.execute("SELECT source, at, count, cursor FROM syncs ORDER BY at DESC, source").fetchall()
    return [Sync(source, datetime.fromtimestamp(at, UTC), count, cursor) for source, at, count, cursor in rows]
