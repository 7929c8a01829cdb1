"""What a killed process leaves in the folder of its artifacts: files that were being written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_CLOCKS = 2.0
"""Seconds by which the times of a file system may lag behind the clock."""


def clear_leftovers(folder: Path, since: float) -> None:
    """Removes half-written files, `.NAME.*.part`, that are not older than `since` (seconds since 1970)."""
    for part in folder.glob(".*.part"):
        with suppress(OSError):  # read-only, or removed meanwhile: whoever writes there next says so
            if part.stat().st_mtime >= since - _CLOCKS:
                part.unlink()
