"""Texts cut into what is said in one go: sentences, as they come, and a first clause of its own for an early sound."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

from jarvis.tools.handlers.sentences import split

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

LONGEST = 240
"""Letters of one piece: beyond this speech gets hurried and memory grows."""
_EARLY = 40
"""A first sentence longer than this is begun with its first clause."""
_CLAUSE = re.compile(r"[,;:—–]\s+|[，；：、]")
_LEAST_CLAUSE = 12
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ENDED = re.compile(r"(?:[。！？；…]|[!?]|(?<!\d)\.)[\"'”’)\]」』）]*\s*$|\n\s*$")
"""Text that ends here is a whole sentence, also when more comes later. After a digit a point may be a decimal one."""


class Clip(Protocol):
    """Sound that stands among sentences."""

    @property
    def samples(self) -> Samples:
        """Mono, in [-1, 1]."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second."""
        ...

    @property
    def words(self) -> str:
        """What is said in it, "" when nothing is or nobody knows."""
        ...


C = TypeVar("C", bound=Clip)


async def sentences_of(pieces: str | AsyncIterator[str | C]) -> AsyncIterator[str | C]:
    """The sentences of a text or of pieces of one, each as soon as it is whole; sounds stay where they are.

    The words of all sentences together are the words of the text, in their order.
    """
    held = ""
    async for piece in _single(pieces) if isinstance(pieces, str) else pieces:
        if not isinstance(piece, str):
            for sentence in cut(held):
                yield sentence
            held = ""
            yield piece
            continue
        held += piece if held[-1:].isspace() or not _begins_anew(held, piece) else f" {piece}"
        whole = cut(held)
        held = "" if _ENDED.search(held) or not whole else _rest(held, whole.pop())
        for sentence in whole:
            yield sentence
    for sentence in cut(held):
        yield sentence


def cut(text: str) -> list[str]:
    """The sentences of a whole text, none longer than LONGEST letters."""
    return [piece for sentence in split(text) for piece in _shorter(sentence)]


def early(sentence: str) -> list[str]:
    """The sentence that is said first: its first clause, and the rest, if it is long and has clauses."""
    if _size(sentence) <= _EARLY:
        return [sentence]
    for match in _CLAUSE.finditer(sentence):
        if _size(sentence[match.end() :]) < _LEAST_CLAUSE:
            break
        if _size(sentence[: match.end()]) < _LEAST_CLAUSE:
            continue
        return [sentence[: match.end()].strip(), sentence[match.end() :].strip()]
    return [sentence]


def _size(text: str) -> int:
    """Letters; a Chinese or Japanese character takes as long to say as three."""
    return len(text) + 2 * len(_WIDE.findall(text))


async def _single(text: str) -> AsyncIterator[str]:
    yield text


def _begins_anew(held: str, piece: str) -> bool:
    """Whether a piece is a sentence of its own, which a space must part from the one before."""
    return bool(held) and bool(re.search(r"[.!?]$", held)) and piece[:1].isupper()


def _rest(held: str, last: str) -> str:
    """What is still to be ended: the end of `held` with as many letters as its last sentence, as it was written."""
    letters, at = len("".join(last.split())), len(held)
    while letters:
        at -= 1
        letters -= not held[at].isspace()
    return held[at:]


def _shorter(sentence: str) -> Iterator[str]:
    longest = LONGEST if _size(sentence) < 2 * len(sentence) else LONGEST // 3
    while len(sentence) > longest:
        ends = [match.end() for match in _CLAUSE.finditer(sentence[:longest])]
        ends = [end for end in ends if end > longest // 3] or [sentence.rfind(" ", 0, longest)]
        end = ends[-1] if ends[-1] > 0 else longest
        yield sentence[:end].strip()
        sentence = sentence[end:].strip()
    if sentence:
        yield sentence
