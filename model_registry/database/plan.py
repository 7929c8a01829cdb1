"""How a search is done: what the full-text index is asked, and what is looked up in the rows of its hits.

The index walks through the hits of all its words together, so a word that half of all cards have makes a rare one slow.
The vocabulary says how many cards have each word: beside a rare word, filters are looked up in the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jarvis.model_registry.database.filters import Filters, Term
from jarvis.model_registry.database.words import mark, named

_RARE = 4000
"""Hits whose rows can be looked up in a few milliseconds."""
_EXPANDED = 40
"""Words that a prefix stands for at most, the commonest; rarer ones count while all of them together have few cards."""
_FEW = 20_000


@dataclass(frozen=True, slots=True)
class Group:
    """Words of which a card must have one."""

    words: tuple[str, ...]
    cards: int
    """How many have one, at most."""
    is_filter: bool = False
    begins: bool = False
    """Whether the word is the beginning of one."""

    def match(self) -> str:
        """As the index writes it."""
        if self.begins:
            return f'"{self.words[0]}" *'
        quoted = [f'"{word}"' for word in self.words]
        return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the index is asked, and what the rows must have besides."""

    match: str
    """Empty when every card may be a hit."""
    checks: tuple[tuple[str, ...], ...] = ()
    max_bytes: int | None = None
    hopeless: bool = False
    """Whether it is known already that nothing matches."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search as groups of words."""

    groups: tuple[Group, ...]
    total: int
    """How many cards there are."""
    max_bytes: int | None = None

    def plan(self, *more: Group) -> Plan:
        """How to find the cards that have one word of each group, and of `more`."""
        groups = sorted((*self.groups, *more), key=lambda group: group.cards)
        if groups and groups[0].cards == 0:
            return Plan("", hopeless=True)
        rare = bool(groups) and groups[0].cards <= _RARE
        asked = [group for place, group in enumerate(groups) if place == 0 or not (rare and group.is_filter)]
        checked = [group.words for group in groups if group not in asked]
        return Plan(" AND ".join(group.match() for group in asked), tuple(checked), self.max_bytes)


def wanted(connection: sqlite3.Connection, terms: Sequence[Term], filters: Filters) -> Wanted:
    """The groups of a search, with how many cards have them."""
    marks = list(filters.marks())
    all_cards = (mark("gated", "no"), mark("gated", "yes"))
    said = [*(term.word for term in terms), *(word for group in marks for word in group), *all_cards]
    counts = _counts(connection, said)
    total = sum(counts.get(word, 0) for word in all_cards)
    groups = [_term(connection, term, counts) for term in terms]
    for words in marks:
        cards = sum(counts.get(word, 0) for word in words)
        if cards < total:  # else all have it
            groups.append(Group(words, cards, is_filter=True))
    return Wanted(tuple(groups), total, filters.max_bytes)


def in_names(search: Wanted) -> Wanted:
    """The same search for cards that have the words in their names."""
    groups = [
        group if group.is_filter else Group(tuple(map(named, group.words)), group.cards, begins=group.begins)
        for group in search.groups
    ]
    return Wanted(tuple(groups), search.total, search.max_bytes)


def stream(connection: sqlite3.Connection, plan: Plan, limit: int) -> list[int]:
    """The places of the most popular cards that match."""
    if plan.hopeless:
        return []
    if not plan.checks and plan.max_bytes is None:
        if not plan.match:
            return _places(connection, "SELECT place FROM cards ORDER BY place LIMIT ?", limit)
        return _places(
            connection, "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid LIMIT ?", plan.match, limit
        )
    conditions: list[str] = []
    values: list[str | int] = []
    for words in plan.checks:
        conditions.append(f"({' OR '.join(['instr(c.marks, ?)'] * len(words))})")
        values += [f" {word[1:]} " for word in words]
    if plan.max_bytes is not None:
        conditions.append("c.bytes <= ?")
        values.append(plan.max_bytes)
    where = " AND ".join(conditions)
    if not plan.match:
        query = f"SELECT place FROM cards AS c WHERE {where} ORDER BY place LIMIT ?"  # noqa: S608 - placeholders
        return _places(connection, query, *values, limit)
    query = (
        "SELECT f.rowid FROM found AS f CROSS JOIN cards AS c ON c.place = f.rowid "  # noqa: S608 - placeholders
        f"WHERE f.found MATCH ? AND {where} ORDER BY f.rowid LIMIT ?"
    )
    return _places(connection, query, plan.match, *values, limit)


def _places(connection: sqlite3.Connection, query: str, *values: str | int) -> list[int]:
    return [place for (place,) in connection.execute(query, values)]


def _counts(connection: sqlite3.Connection, words: Iterable[str]) -> dict[str, int]:
    distinct = list(dict.fromkeys(words))
    places = ",".join("?" * len(distinct))
    query = f"SELECT word, cards FROM vocabulary WHERE word IN ({places})"  # noqa: S608 - placeholders
    return dict(connection.execute(query, distinct).fetchall())


def _term(connection: sqlite3.Connection, term: Term, counts: dict[str, int]) -> Group:
    if not term.widens:
        return Group((term.word,), counts.get(term.word, 0))
    query = "SELECT word, cards FROM vocabulary WHERE word >= ? AND word < ?"
    rows = connection.execute(query, (term.word, term.word + "\U0010ffff")).fetchall()
    cards = sum(count for _, count in rows)
    if len(rows) > _EXPANDED and cards <= _FEW:
        return Group((term.word,), cards, begins=True)
    rows.sort(key=lambda row: (-row[1], row[0]))
    return Group(tuple(word for word, _ in rows[:_EXPANDED]) or (term.word,), cards)
