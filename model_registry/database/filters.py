"""What a search may ask for: words that a person typed, and what a card must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jarvis.model_registry.card import Format, ModelCard, Source
from jarvis.model_registry.database.words import ANY_LANGUAGE, MARK, card_words, fold, mark, room_for, words_of
from jarvis.model_registry.terms import CLASSES, names_of

Sort = Literal["relevance", "downloads", "likes", "age", "size", "quality", "speed"]

_MOST_WORDS = 8
_SHORTEST_PREFIX = 3
_TYPED = re.compile(r"(\S+?)(\*?)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a card must be; what is left empty does not matter."""

    task: str = ""
    language: str = ""
    """ISO 639-1 code: cards of that language, and of many."""
    license: str = ""
    """A class (`permissive`) or an SPDX identifier."""
    source: Source | Literal[""] = ""
    format: Format | Literal["any", ""] = ""
    """`any`: something of it can be loaded here without pickles."""
    gated: bool | None = None
    max_bytes: int | None = None
    """Its smallest variant may have so many; cards of unknown size are left out then."""

    def marks(self) -> Iterator[tuple[str, ...]]:
        """The marks that a card must have: of each group, one."""
        if self.task:
            yield (mark("task", self.task),)
        if self.language:
            yield mark("language", self.language), mark("language", ANY_LANGUAGE)
        if self.license:
            yield _license_marks(self.license)
        if self.source:
            yield (mark("source", self.source),)
        if self.format:
            yield (mark("format", self.format),)
        if self.gated is not None:
            yield (mark("gated", "yes" if self.gated else "no"),)
        if self.max_bytes is not None and (room := room_for(self.max_bytes)):
            yield (room,)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a query; `prefix` when words that begin so are meant too."""

    word: str
    prefix: bool = False

    @property
    def widens(self) -> bool:
        """Whether more words are looked up: one or two letters begin too many."""
        return self.prefix and (len(self.word) >= _SHORTEST_PREFIX or not self.word.isascii())


def terms_of(text: str) -> list[Term]:
    """The words that a person typed; whatever else stands there means nothing: quotes, brackets, AND."""
    found: list[Term] = []
    for match in _TYPED.finditer(fold(text).replace(MARK, " ")):
        words = words_of(match[1])
        found += [Term(word) for word in words[:-1]]
        found += [Term(word, bool(match[2]) or _is_one_sign(word)) for word in words[-1:]]
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def has_words(card: ModelCard, text: str) -> bool:
    """Whether a card that stands in no index has all words of a text, or words that begin so."""
    known = card_words(card)[0]
    return all(any(word.startswith(term.word) for word in known) for term in terms_of(text))


def _is_one_sign(word: str) -> bool:
    """Whether a word is one Han sign, which stands in the index only with its neighbour."""
    return len(word) == 1 and not word.isascii()


def _license_marks(wanted: str) -> tuple[str, ...]:
    low = wanted.strip().lower()
    return (mark("class", low),) if low in CLASSES else tuple(mark("license", name) for name in names_of(wanted))
