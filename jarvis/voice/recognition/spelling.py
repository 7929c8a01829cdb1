"""What recognisers write, as people type it, which is how planners know it.

Numbers stay as they are: "twenty", "20" and "20%" are all read by the tools (jarvis.tools.homes.numbers).
"""

from __future__ import annotations

import re

_OLD = (
    (re.compile(r"\b(to)-(day|morrow|night)\b", re.IGNORECASE), r"\1\2"),
    (re.compile(r"\bper cent\b", re.IGNORECASE), "percent"),
    (re.compile(r"\b(thermo) (stat)\b", re.IGNORECASE), r"\1\2"),
    (re.compile(r"(\d) (?=%)"), r"\1"),
    (re.compile(r"\b([ap])\. ?m\.(?=\W|$)", re.IGNORECASE), r"\1m"),
)
_NAME = re.compile(r"\b(?:jervis|jarvish|jarvas|javis|jarvus|charvis|jarves)\b", re.IGNORECASE)
_NOT_SAID = re.compile(r"^[\[(♪*][^\])♪*]*[\])♪*]\.?$")
"""[BLANK_AUDIO], (music): what Whisper writes for sound without words."""


def as_typed(text: str) -> str:
    """One line of what was heard, in today's spelling, with the assistant's own name as it is written."""
    text = " ".join(text.split())
    if _NOT_SAID.match(text):
        return ""
    for pattern, typed in _OLD:
        text = pattern.sub(typed, text)
    return _NAME.sub("Jarvis", text)
