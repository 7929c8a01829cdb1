"""What is written, as it is said: no markup, no paths and addresses letter by letter, numbers and units as words."""

from __future__ import annotations

import re
from collections.abc import Callable

from jarvis.tools.handlers.mandarin_text import mandarin_speakable
from jarvis.tools.handlers.spoken_text import speakable

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]+)\]\([^)]*\)")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)(?:www\.)?([^\s/<>\"'?#:]+)[^\s<>\"]*[^\s<>\".,;:!?)]|(?:https?://|www\.)\S+"
)
_PATH = re.compile(r"(?<![\w/])(?:~|\.{1,2})?/?(?:[\w.~@+-]+/)+([\w.@+-]*\w)/?|(?<![\w/.])/([\w.@+-]+\w)")
_FILE = re.compile(r"\b([\w-]*[A-Za-z][\w-]*)\.(wav|png|jpe?g|mp3|mp4|flac|ogg|txt|pdf|json|csv|md|docx?|ya?ml|zip)\b")
_DIGEST = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b")
_SIGNS = re.compile(r"[*_`~|<>{}\\^#]+")
_LOOSE = re.compile(r"\s+([.,;:!?])(?=\s|$)")
_LIST = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)

_WRITTEN_OUT: dict[str, Callable[[str], str]] = {"en": speakable, "zh": mandarin_speakable}


def as_said(text: str, language: str) -> str:
    """One sentence as a voice of this language (ISO 639-1) reads it; "" when nothing of it can be said.

    A path becomes the name of its file, an address the name of its host.
    """
    text = _FENCE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub(lambda found: f" {found[1] or ''} ", text)
    text = _PATH.sub(lambda found: found[1] or found[2] if _is_path(found[0]) else found[0], text)
    text = _FILE.sub(lambda found: f"{_words(found[1])} {found[2]}", text)
    text = _SIGNS.sub(" ", _DIGEST.sub(" ", _LIST.sub("", text)))
    text = _LOOSE.sub(r"\1", text)
    said = " ".join(_WRITTEN_OUT.get(language, str)(text).split())
    return said if re.search(r"\w", said) else ""


def _is_path(text: str) -> bool:
    """Not "and/or", "km/h" or "1/2": a path begins with a slash, a dot or ~, has several parts, or names a file."""
    return text[0] in "/~." or text.count("/") > 1 or bool(_FILE.search(text))


def _words(name: str) -> str:
    return re.sub(r"[_-]+", " ", name)
