"""What a killed process leaves in the folder of its artifacts: files that were being written."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_ASIDE = re.compile(r"\.jarvis-(\d+)-[0-9a-f]+\.part")
"""Folders in which the tasks of a program write; the number is that of the program."""
_CLOCKS = 2.0
"""Seconds by which the times of a file system may lag behind the clock."""


def clear_leftovers(folder: Path, since: float) -> None:
    """Removes what was being written by programs that are gone: `.NAME.*.part`, files, and folders of tasks.

    Only what is not older than `since` (seconds since 1970).
    """
    for part in folder.glob(".*.part"):
        with suppress(OSError):  # read-only, or removed meanwhile: whoever writes there next says so
            if part.stat().st_mtime < since - _CLOCKS:
                continue
            if not part.is_dir():
                part.unlink()
            elif is_orphan(part.name):
                import shutil  # It brings four libraries for compressed files, which most processes never need.

                shutil.rmtree(part, ignore_errors=True)


def aside_name() -> str:
    """A new name for a folder in which a task of this program writes its files."""
    return f".jarvis-{os.getpid()}-{os.urandom(6).hex()}.part"


def is_orphan(name: str) -> bool:
    """Whether this is the name of a folder of a task whose program is gone from this machine."""
    found = _ASIDE.fullmatch(name)
    return found is not None and not _alive(int(found[1]))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # It is there and belongs to someone else.
        return True
    return True
