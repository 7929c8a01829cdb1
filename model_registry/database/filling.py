"""Writing cards: a batch at a time, each of them whole or not at all."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database.packing import Packing, to_card, to_text
from jarvis.model_registry.database.words import card_words, day_of, filter_marks, smallest_bytes

BATCH = 4000
"""Cards of one transaction: others wait for it to end before they write, and a killed process loses so many."""
_ROOM = 24
"""Bits of `place` that number the cards of the same popularity."""
_TOP = 1023
_HERE = ("package", "folder", "endpoint")


@dataclass
class Batch:
    """What a batch does to the index; it is faster in the order of places."""

    index: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    """(place, 0 to take out or 1 to put in, words)."""
    vocabulary: Counter[str] = field(default_factory=Counter[str])
    next_place: dict[int, int] = field(default_factory=dict[int, int])


def put(connection: sqlite3.Connection, cards: Iterable[ModelCard], packing: Packing) -> int:
    """Writes cards within a transaction; of two with the same id the later one counts. Gives how many were changed."""
    batch = Batch()
    changed = sum(_put(connection, card, packing, batch) for card in {card.id: card for card in cards}.values())
    _index(connection, batch)
    return changed


def remove(connection: sqlite3.Connection, ids: Sequence[str], packing: Packing) -> int:
    """Takes cards out within a transaction; gives how many were there."""
    batch = Batch()
    gone = 0
    for card_id in dict.fromkeys(ids):
        old = _stored(connection, card_id)
        if old is not None:
            _take_out(connection, old[0], to_card(packing.unpack(old[1])), batch)
            gone += 1
    _index(connection, batch)
    return gone


def index_again(connection: sqlite3.Connection, packing: Packing) -> None:
    """Makes the index anew from the cards, within a transaction: their words are chosen in another way now."""
    connection.execute("INSERT INTO found (found) VALUES ('delete-all')")
    connection.execute("DELETE FROM vocabulary")
    last = -1
    while True:
        query = "SELECT place, body FROM bodies WHERE place > ? ORDER BY place LIMIT ?"
        rows = connection.execute(query, (last, BATCH)).fetchall()
        if not rows:
            return
        batch = Batch()
        for place, body in rows:
            card = to_card(packing.unpack(body))
            connection.execute("UPDATE cards SET marks = ? WHERE place = ?", (_marks(card), place))
            _put_in(place, card, batch)
        _index(connection, batch)
        last = rows[-1][0]


def popularity(card: ModelCard) -> int:
    """Which of 65,536 ranks a card has, 0 first: one's own, then by downloads in steps of 2 %, then by likes."""
    downloads = _TOP if card.source in _HERE else min(_TOP, int(math.log2(max(0, card.downloads or 0) + 1) * 32))
    likes = min(63, int(math.log2(max(0, card.likes or 0) + 1) * 4))
    return (_TOP - downloads) * 64 + 63 - likes


def _put(connection: sqlite3.Connection, card: ModelCard, packing: Packing, batch: Batch) -> bool:
    text = to_text(card)
    old = _stored(connection, card.id)
    if old is not None:
        before = packing.unpack(old[1])
        if before == text:
            return False
        _take_out(connection, old[0], to_card(before), batch)
    rank = popularity(card)
    keeps = old is not None and old[0] >> _ROOM == rank
    place = old[0] if old is not None and keeps else _free_place(connection, rank, batch)
    row = (
        place,
        card.id,
        card.source,
        smallest_bytes(card),
        card.downloads or 0,
        card.likes or 0,
        day_of(card.updated),
        card.quality,
        _marks(card),
    )
    connection.execute("INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.execute("INSERT INTO bodies VALUES (?, ?)", (place, packing.pack(text)))
    _put_in(place, card, batch)
    return True


def _marks(card: ModelCard) -> str:
    """For `instr`: with a space on both sides of each, without the sign that all have."""
    return f" {' '.join(word[1:] for word in dict.fromkeys(filter_marks(card)))} "


def _stored(connection: sqlite3.Connection, card_id: str) -> tuple[int, bytes] | None:
    query = "SELECT place, body FROM cards JOIN bodies USING (place) WHERE id = ?"
    row: tuple[int, bytes] | None = connection.execute(query, (card_id,)).fetchone()
    return row


def _free_place(connection: sqlite3.Connection, rank: int, batch: Batch) -> int:
    place = batch.next_place.get(rank)
    if place is None:
        first, end = rank << _ROOM, (rank + 1) << _ROOM
        query = "SELECT max(place) FROM cards WHERE place >= ? AND place < ?"
        (last,) = connection.execute(query, (first, end)).fetchone()
        place = first if last is None else last + 1
    batch.next_place[rank] = place + 1
    return place


def _take_out(connection: sqlite3.Connection, place: int, card: ModelCard, batch: Batch) -> None:
    connection.execute("DELETE FROM cards WHERE place = ?", (place,))
    connection.execute("DELETE FROM bodies WHERE place = ?", (place,))
    counted, names = card_words(card)
    batch.index.append((place, 0, " ".join([*counted, *names])))
    batch.vocabulary.subtract(counted)


def _put_in(place: int, card: ModelCard, batch: Batch) -> None:
    counted, names = card_words(card)
    batch.index.append((place, 1, " ".join([*counted, *names])))
    batch.vocabulary.update(counted)


def _index(connection: sqlite3.Connection, batch: Batch) -> None:
    delete = "INSERT INTO found (found, rowid, words) VALUES ('delete', ?, ?)"
    for place, puts_in, words in sorted(batch.index):
        connection.execute("INSERT INTO found (rowid, words) VALUES (?, ?)" if puts_in else delete, (place, words))
    upsert = (
        "INSERT INTO vocabulary (word, cards) VALUES (?, ?) "
        "ON CONFLICT (word) DO UPDATE SET cards = cards + excluded.cards"
    )
    connection.executemany(upsert, sorted((word, count) for word, count in batch.vocabulary.items() if count))
    fewer = sorted((word,) for word, count in batch.vocabulary.items() if count < 0)
    connection.executemany("DELETE FROM vocabulary WHERE word = ? AND cards <= 0", fewer)
