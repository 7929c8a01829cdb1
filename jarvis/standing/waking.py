"""How one process tells those that wait that something was written: a named pipe each, so that nobody looks again."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path

FOLDER = "keepers"
_SUFFIX = ".wake"


def wake(folder: Path) -> int:
    """Wakes every process that waits; gives how many there are. Pipes of dead ones are swept away."""
    count = 0
    for pipe in (folder / FOLDER).glob(f"*{_SUFFIX}"):
        try:
            end = os.open(pipe, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError:  # Nobody reads it: its process has died.
            with suppress(OSError):
                pipe.unlink()
            continue
        with suppress(BlockingIOError):  # It is full of wakings already.
            os.write(end, b".")
        os.close(end)
        count += 1
    return count


class Waker:
    """Sets an event of the event loop when another process, or this one, calls `wake` for the same folder."""

    def __init__(self, folder: Path, event: asyncio.Event) -> None:
        self._event = event
        self._path: Path | None = None
        self._reading = -1
        if not hasattr(os, "mkfifo"):  # Windows: the keeper looks now and then instead.
            return
        path = folder / FOLDER / f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.mkfifo(path, 0o600)
        # Opened for writing too, so that it never comes to its end when a writer goes.
        self._reading = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._path = path
        asyncio.get_running_loop().add_reader(self._reading, self._woken)

    @property
    def works(self) -> bool:
        """Whether this system has named pipes."""
        return self._path is not None

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._reading, 4096):
                pass
        self._event.set()

    def close(self) -> None:
        """Removes the pipe."""
        if self._path is None:
            return
        asyncio.get_running_loop().remove_reader(self._reading)
        os.close(self._reading)
        with suppress(OSError):
            self._path.unlink()
        self._path = None
