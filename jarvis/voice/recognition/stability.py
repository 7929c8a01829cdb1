"""Which words of a growing text stay: those on which two hypotheses in a row agree.

This is local agreement, from "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by Partial
Hypothesis Selection" (Liu, Spanakis, Niehues; Interspeech 2020), as whisper_streaming uses it (Machacek, Dabre, Bojar;
2023).
"""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[^\w%°]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
_END = " .,;:!?…。，！？、"


def agreed(before: str, now: str) -> str:
    """The first words of `now` that stood in `before` too, as they are written now; signs and capitals may differ.

    In Chinese and Japanese a word is a character. A sign at the end is left out: it comes and goes.
    """
    told = [_plain(match.group()) for match in _TOKEN.finditer(before)]
    end = 0
    for old, match in zip(told, _TOKEN.finditer(now), strict=False):
        if old != _plain(match.group()):
            break
        end = match.end()
    return now[:end].rstrip(_END)


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in signs and capitals only."""
    return [_plain(word) for word in _TOKEN.findall(one)] == [_plain(word) for word in _TOKEN.findall(other)]


def _plain(word: str) -> str:
    return word if _CJK.match(word) else _SIGNS.sub("", word).casefold()
