"""Sentences and words of a text, by rule: English and other alphabets, Chinese and Japanese punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sr jr st vs etc inc ltd co corp no fig approx dept est jan feb mar apr jun jul aug sep sept oct "
    "nov dec e.g i.e a.m p.m u.s u.k".split()
)
_WRAPPED = 60
"""A line at least this long that ends without punctuation goes on in the next line."""
_END = re.compile(r"[。！？；…]+[”’」』）]*|[.!?]+[\"'”’)\]]*(?=\s|$)")
_BULLET = re.compile(r"^\s*(?:[-*•‣▪]|\d{1,2}[.)])\s+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been before being but by can could did do does doing "
    "done down during each few for from had has have having he her here hers him his how i if in into is it its just "
    "me more most my no nor not now of off on once only or other our out over own please s same she should so some "
    "such t than that the their them then there these they this those through to too under until up us very was we "
    "were what when where which while who whom whose why will with would you your tell give many much".split()
)
"""English words that say little about what a text is about."""


def split(text: str) -> list[str]:
    """The sentences of `text` in their order, without the white space around them.

    A line break ends a sentence unless the line is long and plainly goes on; bullets stay with their line.
    """
    return [sentence for line in _paragraphs(text) for sentence in _sentences(line)]


def words(text: str) -> list[str]:
    """The words of `text` in lower case; a run of Chinese, Japanese or Korean letters gives its pairs of letters."""
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group().replace("’", "'").removesuffix("'s")
        if _CJK.search(word) and len(word) > 1:
            found += [word[at : at + 2] for at in range(len(word) - 1)]
        else:
            found.append(word)
    return found


def content_words(text: str) -> set[str]:
    """The stems of the words of `text` that say what it is about."""
    return {stem(word) for word in words(text) if word not in STOP_WORDS}


def stem(word: str) -> str:
    """An English word without its most common endings, so that `cups` meets `cup` and `melted` meets `melts`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "er", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def _paragraphs(text: str) -> Iterator[str]:
    """Lines of `text`, those that were only wrapped joined again."""
    joined = ""
    for line in (" ".join(line.split()) for line in text.splitlines()):
        goes_on = joined and line and not _BULLET.match(line) and (len(joined) >= _WRAPPED or line[0].islower())
        if goes_on and not _END.search(joined[-2:]):
            joined = f"{joined} {line}"
            continue
        if joined:
            yield joined
        joined = line
    if joined:
        yield joined


def _sentences(line: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(line, _after_bullet(line)):
        if _goes_on(line, start, match):
            continue
        if sentence := line[start : match.end()].strip():
            yield sentence
        start = match.end()
    if rest := line[start:].strip():
        yield rest


def _after_bullet(line: str) -> int:
    bullet = _BULLET.match(line)
    return bullet.end() if bullet else 0


def _goes_on(line: str, start: int, end: re.Match[str]) -> bool:
    """Whether the sentence goes on: a small letter follows, or the mark ends an abbreviation, initial or number."""
    following = line[end.end() :].lstrip()
    if following[:1].islower():
        return True
    if end.group() != "." or not following:
        return False
    last = line[start : end.start()].rsplit(" ", 1)[-1].lstrip("(\"'“")
    initial = len(last) == 1 and last.isupper() and last != "I"
    number = line[start : end.start()].strip().isdecimal()
    return initial or number or last.lower() in _ABBREVIATIONS
