"""JSON Lines in and out: gold plans, and predictions by id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import InputError


def read_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a JSON Lines file that has an id, with where it stands: "gold.jsonl, line 3".

    Raises:
        InputError: the file cannot be read, or a line is not an object with an id.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its name", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 (at byte {error.start}); save it as UTF-8", path=str(path)) from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield f"{path}, line {number}", _record(line, f"{path}, line {number}", path)


def _record(line: str, where: str, path: Path) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where} is not JSON ({error}); each line is one object", path=str(path)) from None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
        raise InputError(f'{where} has no id; each line is an object such as {{"id": "a", ...}}', path=str(path))
    return row


def read_by_id(path: Path) -> dict[str, dict[str, Any]]:
    """The objects of a JSON Lines file by id; of several with one id, the last.

    Raises:
        InputError: as `read_records`.
    """
    return {str(row["id"]): row for _, row in read_records(path)}


def write_record(row: Mapping[str, Any]) -> str:
    """One line of a JSON Lines file; what is not Unicode is written as an escape."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"
