"""ROUGE F1 of two texts (Lin, 2004, https://aclanthology.org/W04-1013), as the `rouge_score` package counts it.

Words are runs of a-z and 0-9 in lower case, not stemmed. `rougeLsum` compares line by line: for each line of the
reference, the union of its longest common subsequences with the lines of the candidate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence

KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
_WORD = re.compile(r"[a-z0-9]+")


def rouge(candidate: str, reference: str) -> dict[str, float]:
    """Each of KINDS, in [0, 1]."""
    ours, theirs = _words(candidate), _words(reference)
    common = common_length(ours, theirs)
    figures = (
        _grams(ours, theirs, 1),
        _grams(ours, theirs, 2),
        _f1(common, len(ours), len(theirs)),
        _by_lines(_lines(candidate), _lines(reference)),
    )
    return dict(zip(KINDS, figures, strict=True))


def common_length(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """The length of the longest common subsequence."""
    return len(other) - _rows(one, other)[-1].bit_count()


def _rows(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[int]:
    """The table of common lengths, by Hyyrö's bit-parallel recurrence (2004): a row for each beginning of `one`.

    The common length of `one[:i]` and `other[:j]` is j less the ones among the lowest j bits of row i.
    """
    places: dict[Hashable, int] = {}
    for index, item in enumerate(other):
        places[item] = places.get(item, 0) | 1 << index
    rows = [(1 << len(other)) - 1]
    for item in one:
        hits = rows[-1] & places.get(item, 0)
        rows.append(((rows[-1] + hits) | (rows[-1] - hits)) & rows[0])
    return rows


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _lines(text: str) -> list[list[str]]:
    return [_words(line) for line in text.split("\n") if line]


def _grams(ours: list[str], theirs: list[str], length: int) -> float:
    one, other = (Counter(zip(*(words[i:] for i in range(length)), strict=False)) for words in (ours, theirs))
    return _f1((one & other).total(), one.total(), other.total())


def _f1(common: int, ours: int, theirs: int) -> float:
    return 2 * common / (ours + theirs) if common else 0.0


def _by_lines(ours: list[list[str]], theirs: list[list[str]]) -> float:
    left_ours, left_theirs = (Counter(word for line in lines for word in line) for lines in (ours, theirs))
    size = left_ours.total(), left_theirs.total()
    hits = 0
    for line in theirs:
        covered = sorted({place for other in ours for place in _common_places(line, other)})
        for word in (line[place] for place in covered):
            if left_ours[word] > 0 and left_theirs[word] > 0:  # a word is counted as often as both texts hold it
                left_ours[word] -= 1
                left_theirs[word] -= 1
                hits += 1
    return _f1(hits, *size)


def _common_places(line: list[str], other: list[str]) -> list[int]:
    """Where in `line` one longest common subsequence with `other` stands."""
    rows = _rows(line, other)

    def length(i: int, j: int) -> int:
        return j - (rows[i] & ((1 << j) - 1)).bit_count()

    places: list[int] = []
    i, j = len(line), len(other)
    while i and j:
        if line[i - 1] == other[j - 1]:
            i, j = i - 1, j - 1
            places.append(i)
        elif length(i, j - 1) > length(i - 1, j):
            j -= 1
        else:
            i -= 1
    return places
