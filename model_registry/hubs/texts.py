"""What others wrote into cards: plain words of bounded length, whatever was sent."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

_TAGS = 60
_MARKUP = re.compile(
    r"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)>|<[^<>]{0,500}>|!\[[^\]]*\]\([^)]*\)|```.*?```", re.DOTALL
)
_LINK = re.compile(r"\[([^\]]{0,200})\]\([^)]{0,500}\)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}.*$|^\s*[|>].*$|^\s*[-=*_]{3,}\s*$", re.MULTILINE)


def words(value: object, limit: int = 120) -> str:
    """A text without what cannot be seen, in one line, at most `limit` characters; "" for anything but a text."""
    if not isinstance(value, str):
        return ""
    seen = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in value[: limit * 4])
    flat = " ".join(seen.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def several(value: object, most: int = _TAGS, limit: int = 80) -> tuple[str, ...]:
    """A text or a list of texts as texts without repetition; what is no text is left out."""
    rows = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(word for row in rows[: most * 4] if (word := words(row, limit))))[:most]


def whole(value: object) -> int | None:
    """A count, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value < 2**63 else None


def number(value: object) -> float | None:
    """A figure; a text such as `91.4%` is read, anything else is None."""
    if isinstance(value, str):
        try:
            value = float(value.strip().rstrip("%"))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def day(value: object) -> date | None:
    """A date: of a datetime, an ISO text, or the seconds since 1970."""
    try:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None


def mapping(value: object) -> Mapping[str, Any]:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def first_words(readme: str, limit: int = 400) -> str:
    """The first sentences of a README: no front matter, headings, tables, pictures or code."""
    text = readme[:20_000]
    if text.startswith("---"):
        _, _, text = text[3:].partition("\n---")
    plain = _HEADING.sub("", _LINK.sub(r"\1", _MARKUP.sub(" ", text)))
    paragraphs = [words(part, limit) for part in re.split(r"\n\s*\n", plain)]
    return next((part for part in paragraphs if len(part) > 40), next(filter(None, paragraphs), ""))
