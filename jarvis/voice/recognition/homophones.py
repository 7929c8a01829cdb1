"""Names of the home in what a recogniser writes: "the whole light" is the hall light, where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z']+")
_RULES: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"[^a-z]", ""),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^who", "ho"),
        (r"^wh", "w"),
        (r"mb$", "m"),
        (r"igh", "i"),
        (r"(?<=.)gh", ""),
        (r"ph", "f"),
        (r"tch|ch", "C"),
        (r"sh|ti(?=on)", "S"),
        (r"th", "0"),
        (r"dge|g(?=[eiy])|j", "J"),
        (r"ck|q|k|c(?![eiy])", "k"),
        (r"c|z", "s"),
        (r"x", "ks"),
        (r"(?<=.)[aeiouwhy]+", ""),
        (r"(.)\1+", r"\1"),
    )
)
"""English spelling to sounds: vowels count only at the beginning of a word."""


class Homophones:
    """Puts the names of things and rooms in place of words that sound like them."""

    def __init__(self, names: Iterable[str]) -> None:
        """Only names of English letters can be told by their sound."""
        spelled = {tuple(name.lower().split()) for name in names if name.isascii()}
        self._names = sorted((name for name in spelled if name), key=len, reverse=True)
        self._known = {word for name in self._names for word in name}

    def mended(self, text: str) -> str:
        """The text with its misheard names; words that are part of a name as they are stay.

        A name of several words may have one that sounds alike, if another is as it was heard. A name of one word counts
        only after "in the" and at the end: "the whole list" is no hall.
        """
        for name in self._names:
            text = self._with(text, name)
        return text

    def _with(self, text: str, name: tuple[str, ...]) -> str:
        words = list(_WORD.finditer(text))
        for at in range(len(words) - len(name) + 1):
            span = words[at : at + len(name)]
            heard = [word[0].lower() for word in span]
            if tuple(heard) != name and self._sounds(heard, name) and self._stands(text, words, at, name):
                return f"{text[: span[0].start()]}{' '.join(name)}{text[span[-1].end() :]}"
        return text

    def _sounds(self, heard: Sequence[str], name: Sequence[str]) -> bool:
        pairs = list(zip(heard, name, strict=True))
        wrong = [(said, meant) for said, meant in pairs if said != meant]
        if len(wrong) == len(name) > 1 or any(said in self._known for said, _ in wrong):
            return False
        return all(sound(said) == sound(meant) for said, meant in wrong)

    def _stands(self, text: str, words: Sequence[re.Match[str]], at: int, name: Sequence[str]) -> bool:
        if len(name) > 1:
            return True
        before = [word[0].lower() for word in words[max(0, at - 2) : at]]
        rest = text[words[at].end() :].strip(" .?!")
        return before[-1:] == ["the"] and before[:1] in (["in"], ["from"], ["of"]) and (not rest or rest[0] == ",")


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """How an English word sounds, roughly: "whole", "hall" and "hole" are one."""
    word = word.lower()
    for pattern, into in _RULES:
        word = pattern.sub(into, word)
    return word
