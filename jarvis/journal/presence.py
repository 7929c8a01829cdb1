"""Whether the process that began a run still lives: it holds a lock on a file, which no death leaves behind."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

_ours: set[str] = set()
"""Tokens of this process: a lock never keeps out the process that holds it, so it cannot be asked for them."""


class Presence:
    """A sign of life of this process in a folder, until `end` or until it dies, however that happens."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.token = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._path = folder / self.token
        self._file: IO[bytes] = self._path.open("wb")
        if not _lock(self._file):
            raise OSError(f"{self._path} is locked already")
        _ours.add(self.token)

    def end(self) -> None:
        """From now on the process counts as gone."""
        _ours.discard(self.token)
        self._file.close()
        with suppress(OSError):  # Whoever looks next finds it unlocked, and removes it.
            self._path.unlink()


def is_present(folder: Path, token: str) -> bool:
    """Whether the process with this token still lives."""
    if token in _ours:
        return True
    path = folder / token
    try:
        with path.open("rb+") as file:
            if not _lock(file):
                return True
    except OSError:  # The file is gone, and its process ended well.
        return False
    with suppress(OSError):
        path.unlink()
    return False


def _lock(file: IO[bytes]) -> bool:
    """Takes the lock of a file, which is the process's own; False when another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # Not `flock`: a worker process that was forked would go on holding it when this one is gone.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
