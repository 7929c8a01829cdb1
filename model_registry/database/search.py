"""Searching: hits come in the order of popularity, and no search reads more of them than it needs.

A word such as "bert" has 100,000 hits among a million cards, and ranking them all would take a second. So the first few
hundred are ranked by where the words stand, hits are counted up to a bound, and other orders (likes, age, size,
quality) are read from the index too: each card stands in a bucket of each, and the buckets are asked one by one.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database.filters import Filters, Sort, Term, terms_of
from jarvis.model_registry.database.plan import Group, Wanted, in_names, stream, wanted
from jarvis.model_registry.database.words import Bucket, bucket_range, exactly, joined, words_of

COUNTED = 1000
"""Hits are counted so far."""
_RANKED = 400
_NAMED = 200
_GATHERED = 1500
"""So many hits are sorted by looking at each; when there are more, the buckets are asked."""
_PASSED = 15_000
"""Cards of buckets that are looked through for hits."""
_TOGETHER = 48
"""Buckets in one query."""
_FARTHEST = 10_000
_WIDENED = 3
"""The shortest word that is taken for a beginning when nothing else was found."""

_HERE = ("package", "folder", "endpoint")

_BUCKETS: dict[Sort, Bucket] = {"likes": "likes", "age": "age", "size": "size", "speed": "size", "quality": "quality"}
_Buckets = list[tuple[str, int]]
"""Words that stand for neighbouring buckets, and how many cards each has."""
_ASCENDING: frozenset[Bucket] = frozenset({"size"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found."""

    cards: tuple[ModelCard, ...]
    count: int
    """Hits in all; at least so many when `more`."""
    more: bool = False
    widened: bool = False
    """Nothing had the words themselves: these have words that begin so."""
    roughly: bool = False
    """The order was made from the most popular hits only."""


class Row(NamedTuple):
    """What the order of hits is made from."""

    place: int
    id: str
    source: str
    bytes: int | None
    downloads: int
    likes: int
    updated: int
    quality: float


@dataclass(frozen=True, slots=True)
class Found:
    """The places of a page of hits."""

    places: list[int]
    count: int
    more: bool
    widened: bool = False
    roughly: bool = False


def search(
    connection: sqlite3.Connection, text: str, filters: Filters, sort: Sort, *, limit: int, offset: int
) -> Found:
    """Finds cards that have all words and pass all filters."""
    terms = terms_of(text)
    found = _search(connection, terms, filters, sort, limit, offset)
    longer = [replace(term, prefix=True) for term in terms if len(term.word) >= _WIDENED]
    if found.count or len(longer) < len(terms) or not terms or all(term.prefix for term in terms):
        return found
    return replace(_search(connection, longer, filters, sort, limit, offset), widened=True)


def rows_of(connection: sqlite3.Connection, places: Sequence[int]) -> list[Row]:
    """What is known of the cards at these places, in the order of popularity."""
    listed = ",".join(map(str, places))
    query = "SELECT place, id, source, bytes, downloads, likes, updated, quality FROM cards WHERE place IN "
    return [Row(*row) for row in connection.execute(f"{query}({listed}) ORDER BY place")]


def _search(
    connection: sqlite3.Connection, terms: list[Term], filters: Filters, sort: Sort, limit: int, offset: int
) -> Found:
    asked = wanted(connection, terms, filters)
    far = min(limit + offset, _FARTHEST)
    hits = stream(connection, asked.plan(), max(COUNTED + 1, far))
    surely = True
    if sort in _BUCKETS:
        places, surely = _ordered(connection, asked, _BUCKETS[sort], filters.task, hits, far)
    elif sort == "downloads":
        places = _by_downloads(connection, hits, far)
    else:
        places = _ranked(connection, asked, [term.word for term in terms], hits, far) if terms else hits
    return Found(places[offset : offset + limit], min(len(hits), COUNTED), len(hits) > COUNTED, roughly=not surely)


def _by_downloads(connection: sqlite3.Connection, hits: list[int], far: int) -> list[int]:
    """Hits come so already, but for differences of 2 %."""
    rows = rows_of(connection, hits[: 2 * far])
    return [row.place for row in sorted(rows, key=lambda row: (-row.downloads, row.place))]


def _ranked(connection: sqlite3.Connection, asked: Wanted, words: list[str], hits: list[int], far: int) -> list[int]:
    """All hits by relevance; of very many, the most popular ones, and those whose names have the words."""
    if len(hits) <= COUNTED:
        return _by_relevance(connection, hits, words)
    exact = Group((exactly(words),), 1)
    filtered = replace(asked, groups=tuple(group for group in asked.groups if group.is_filter))
    first = [*stream(connection, filtered.plan(exact), 20), *stream(connection, in_names(asked).plan(), _NAMED)]
    return _by_relevance(connection, list(dict.fromkeys([*first, *hits[: max(_RANKED, far)]])), words)


def _by_relevance(connection: sqlite3.Connection, places: list[int], words: list[str]) -> list[int]:
    rows = rows_of(connection, places)
    return [row.place for row in sorted(rows, key=lambda row: (-relevance(row, words), row.place))]


def relevance(row: Row, words: Sequence[str]) -> float:
    """How well a card answers to words: they stand in its name, are much of its name, and many people use it."""
    owner, _, name = row.id.rpartition("/")
    own = words_of(name)
    inside = sum(_stands_in(word, own, owner) for word in words) / len(words)
    exact = joined(words) in (joined(own), joined(words_of(owner)) + joined(own))
    covered = min(1.0, len(joined(words)) / max(1, len(joined(own))))
    used = math.log10(row.downloads + 1) + 0.5 * math.log10(row.likes + 1)
    here = row.source in _HERE
    return (3.0 + covered) * inside + 2.0 * exact + 0.6 * used + 0.5 * row.quality + 3.0 * here


def _stands_in(word: str, own: Sequence[str], owner: str) -> float:
    if word in own:
        return 1.0
    return 0.6 if any(word in part for part in own) or word in words_of(owner) else 0.0


def _ordered(
    connection: sqlite3.Connection, asked: Wanted, kind: Bucket, task: str, hits: list[int], far: int
) -> tuple[list[int], bool]:
    """The first hits in another order than popularity, and whether they are surely the first.

    They are not when most of the buckets hold none of them ("the newest of a word that nobody uses any more"): then the
    most popular hits take their places.
    """
    if len(hits) <= COUNTED:
        return _sorted(connection, hits, kind), True
    found: list[int] = []
    passed = 0
    for group in _groups(connection, kind, task, far):
        passed += sum(cards for _, cards in group)
        if passed > _PASSED + 4 * far and not task:
            rest = _sorted(connection, hits, kind)
            return list(dict.fromkeys([*found, *rest])), False
        found += _inside(connection, asked, kind, group, far - len(found))
        if len(found) >= far:
            break
    return found, True


def _inside(connection: sqlite3.Connection, asked: Wanted, kind: Bucket, group: _Buckets, far: int) -> list[int]:
    """The hits of neighbouring buckets in order. Of one bucket, whose cards differ by 4 % at most, the most popular."""
    most = max(_GATHERED, far)
    both = Group(tuple(word for word, _ in group), sum(cards for _, cards in group))
    inside = stream(connection, asked.plan(both), most)
    if len(inside) < most or len(group) == 1:
        return _sorted(connection, inside, kind)
    half = len(group) // 2
    found = _inside(connection, asked, kind, group[:half], far)
    return found if len(found) >= far else found + _inside(connection, asked, kind, group[half:], far)


def _groups(connection: sqlite3.Connection, kind: Bucket, task: str, far: int) -> Iterator[_Buckets]:
    """Neighbouring buckets to ask together: few cards at first, and twice as many each time."""
    low, high = bucket_range(kind, task)
    order = "ASC" if kind in _ASCENDING else "DESC"
    query = f"SELECT word, cards FROM vocabulary WHERE word > ? AND word < ? ORDER BY word {order}"  # noqa: S608
    group: _Buckets = []
    held, room = 0, 4 * far
    for word, cards in connection.execute(query, (low, high)).fetchall():
        if group and (held + cards > room or len(group) >= _TOGETHER):
            yield group
            group, held, room = [], 0, 2 * room
        group.append((word, cards))
        held += cards
    if group:
        yield group


_KEYS: dict[Bucket, Callable[[Row], float]] = {
    "likes": lambda row: -row.likes,
    "age": lambda row: -row.updated,
    "size": lambda row: math.inf if row.bytes is None else row.bytes,
    "quality": lambda row: -row.quality,
}


def _sorted(connection: sqlite3.Connection, places: list[int], kind: Bucket) -> list[int]:
    key = _KEYS[kind]
    return [row.place for row in sorted(rows_of(connection, places), key=lambda row: (key(row), row.place))]
