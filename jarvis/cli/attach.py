"""Files in a line of chat: dropped onto the terminal, or written out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a terminal writes for a dropped file: 'quoted', "quoted", back\ slashed, or a file:// address.
_WORD = re.compile(r"'[^']+'|\"[^\"]+\"|(?:\\.|[^\s\\'\"])+")


def attached(line: str) -> tuple[str, list[Path]]:
    """The request in a line, and the files in it.

    A line that is nothing but files leaves no request: they are for the next one. Words stay in the request as they
    are, so that "compare a.png with b.png" keeps its names; only dropped files (whole paths) become their file names.
    """
    whole = _file(line)
    if whole:
        return "", [whole]
    files: list[Path] = []
    others = 0

    def name(match: re.Match[str]) -> str:
        nonlocal others
        path = _file(match[0])
        if path is None:
            others += 1
            return match[0]
        files.append(path)
        return path.name

    text = _WORD.sub(name, line)
    return (text, files) if others else ("", files)


def _file(word: str) -> Path | None:
    """The file that a word names, if it exists; a bare word without a dot or a slash never does."""
    if not re.search(r"[./\\]", word):
        return None
    name = unquote(urlsplit(word).path) if word.startswith("file://") else word
    for form in dict.fromkeys((name, _unquoted(name))):
        try:
            path = Path(form).expanduser()
            if path.is_file():
                return path
        except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, no such user: not a file
            continue
    return None


def _unquoted(word: str) -> str:
    try:
        parts = shlex.split(word)
    except ValueError:  # a quote that is never closed
        return word
    return parts[0] if len(parts) == 1 else word
