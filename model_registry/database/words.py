"""What of a card stands in the full-text index: its words, and what it is filtered and sorted by as words of their own.

A mark is a word that nobody can type: `§` and a letter before it. `§ttextclassification` stands for a task, `§k000160`
for a number of likes. So a search for words within a task and a licence is one query of the index, popular cards first.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Literal

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.terms import license_class, names_of

VERSION = 1
"""Changes with everything that `card_words` gives: a file that was indexed by another version is indexed again."""

MARK = "§"
_LONGEST = 40
_DESCRIPTION = 400
_MOST = 200
"""Words of one card; a hundred thousand tags must not fill the index."""
_UNKNOWN = 9999
_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_HEAD = re.compile(r"([^\W\d_]{3,})\d")
_CAMEL = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{3,}(?![a-z])")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_SILENT_TAGS = ("region:", "license:", "endpoints_compatible", "autotrain_compatible", "text-generation-inference")

_ROOMS = tuple(int(step * 10**power) for power in range(6, 11) for step in (1, 2, 5))
"""Bytes; a card stands in all that it fits into."""

Mark = Literal["task", "language", "class", "license", "format", "gated", "source", "most"]
Bucket = Literal["likes", "age", "size", "quality"]

_LETTERS: dict[str, str] = {
    "task": "t",
    "language": "l",
    "class": "c",
    "license": "s",
    "format": "f",
    "gated": "g",
    "source": "o",
    "most": "m",
    "named": "n",
    "exact": "e",
    "likes": "k",
    "age": "d",
    "size": "z",
    "quality": "q",
}
ANY_LANGUAGE = "many"
_NAMED, _EXACT = MARK + _LETTERS["named"], MARK + _LETTERS["exact"]


def words_of(text: str) -> list[str]:
    """The words of a text as they stand in the index: lower case, without accents; Han and Kana as pairs of signs."""
    if text.isascii():
        return [word[:_LONGEST] for word in _PLAIN.findall(text.lower())]
    found: list[str] = []
    for match in _WORD.finditer(fold(text)):
        word = match.group()
        found += _pairs(word) if _HAN.search(word) else [word[:_LONGEST]]
    return found


def fold(text: str) -> str:
    """Text in which only differences that matter are left: case, accents and widths are not."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


@lru_cache(4096)
def mark(kind: Mark, value: str) -> str:
    """The word that stands for a value to filter by."""
    return MARK + _LETTERS[kind] + "".join(char for char in fold(value) if char.isalnum())[: 2 * _LONGEST]


def bucket_range(kind: Bucket, task: str) -> tuple[str, str]:
    """Between which two words the buckets of a kind lie, for the cards of a task or, when it is empty, for all."""
    start = _bucket(kind, task)
    return f"{start}0", f"{start}:"


@lru_cache(1024)
def _bucket(kind: Bucket, task: str) -> str:
    return mark("task", task).replace(_LETTERS["task"], _LETTERS[kind], 1)


def name_words(card_id: str) -> list[str]:
    """The words of an id, and their parts: `SmolLM2` is found by `smollm2`, `smollm` and `smol`."""
    found = words_of(card_id)
    found += [head for word in found if (match := _HEAD.match(word)) for head in (match[1],)]
    found += [part.lower() for part in _CAMEL.findall(card_id) if len(part) > 2]
    return list(dict.fromkeys(found))


def joined(words: Iterable[str]) -> str:
    """A name without what separates its words: `bert-base` and `bert base` are both `bertbase`."""
    return "".join(words)


def card_words(card: ModelCard) -> tuple[list[str], list[str]]:
    """What is counted in the vocabulary, and the words of the name once more, which are not."""
    own = name_words(card.id)
    counted = list(dict.fromkeys([*own, *_other_words(card)]))[:_MOST]
    names = [*map(named, own), exactly(words_of(card.id.rpartition("/")[2]))]
    return [*counted, *dict.fromkeys((*filter_marks(card), *_buckets(card)))], names


def named(word: str) -> str:
    """The word that stands for a word of the name."""
    return _NAMED + word


def exactly(words: Iterable[str]) -> str:
    """The word that stands for a whole name."""
    return _EXACT + joined(words)[: 2 * _LONGEST]


def likes_bucket(likes: int) -> int:
    """2 % of likes a bucket; up to 46 likes, each number has its own."""
    return int(math.log2(max(0, likes) + 1) * 32)


def size_bucket(count: int | None) -> int:
    """4 % of bytes a bucket; those of unknown size come last."""
    return _UNKNOWN if count is None else int(math.log2(count + 1) * 16)


def room_for(count: int) -> str:
    """The mark of all cards whose smallest variant takes so many bytes, and of some larger ones; "" for any size."""
    return next((_room(step) for step in _ROOMS if count <= step), "")


def _room(step: int) -> str:
    return f"{MARK}{_LETTERS['most']}{step}"


def smallest_bytes(card: ModelCard) -> int | None:
    """What the smallest variant takes; None where sizes are not known."""
    sizes = [variant.bytes for variant in card.variants] or [card.size_bytes]
    return min(sizes) or (0 if card.composition_of else None)


def day_of(updated: date | None) -> int:
    """Days; 0 for a card without a date."""
    return updated.toordinal() if updated else 0


def _other_words(card: ModelCard) -> list[str]:
    tags = [tag for tag in card.tags if not tag.startswith(_SILENT_TAGS)]
    texts = (card.description[:_DESCRIPTION], card.notes[:_DESCRIPTION])
    return words_of(" ".join((card.name, *card.tasks, card.architecture, card.library, card.base_model, *tags, *texts)))


def filter_marks(card: ModelCard) -> Iterator[str]:
    """What a card can be filtered by."""
    for task in card.tasks:
        yield mark("task", task)
    for language in card.languages:
        yield mark("language", ANY_LANGUAGE if language == "*" else language)
    yield mark("class", license_class(card.license))
    for name in names_of(card.license):
        yield mark("license", name)
    formats = dict.fromkeys(variant.format for variant in card.variants)
    for form in formats:
        yield mark("format", form)
    if formats or card.files:
        yield mark("format", "any")
    yield mark("gated", "yes" if card.gated else "no")
    yield mark("source", card.source)
    size = smallest_bytes(card)
    yield from (_room(step) for step in _ROOMS if size is not None and size <= step)


def _buckets(card: ModelCard) -> Iterator[str]:
    """What a card is sorted by: among all cards, and among those of each of its tasks."""
    numbers: dict[Bucket, int] = {
        "likes": likes_bucket(card.likes or 0),
        "age": day_of(card.updated),
        "size": size_bucket(smallest_bytes(card)),
        "quality": int(card.quality * 1000),
    }
    for task in ("", *card.tasks):
        for kind, number in numbers.items():
            yield f"{_bucket(kind, task)}{number:06d}"


def _pairs(word: str) -> Iterator[str]:
    """Runs of Han and Kana have no spaces: each pair of neighbours is a word."""
    end = 0
    for match in _HAN.finditer(word):
        if match.start() > end:
            yield word[end : match.start()][:_LONGEST]
        run, end = match.group(), match.end()
        yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))
    if end < len(word):
        yield word[end:][:_LONGEST]
