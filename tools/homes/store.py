"""Small JSON files that several processes change: one lock, and a change is written whole or not at all."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from jarvis.errors import StorageError


def data_folder(parameters: dict[str, Any] | None = None) -> Path:
    """Where lists, timers and the state of the simulated home are kept.

    The card's parameter `folder`, else `JARVIS_DATA_DIR`, else the user's data folder.
    """
    from platformdirs import user_data_path

    chosen = (parameters or {}).get("folder") or os.environ.get("JARVIS_DATA_DIR")
    return Path(str(chosen)) if chosen else user_data_path("jarvis", appauthor=False)


class JsonStore:
    """One JSON object in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        """The object; empty when there is no file yet.

        Raises:
            StorageError: the file cannot be read or is not a JSON object.
        """
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StorageError(f"{self.path} cannot be read ({error}); repair or delete it") from error
        if not isinstance(found, dict):
            raise StorageError(f"{self.path} is not a JSON object; repair or delete it")
        return found

    @contextmanager
    def change(self) -> Iterator[dict[str, Any]]:
        """The object to be changed; written when the block ends without an error. Other processes wait.

        Raises:
            StorageError: the file cannot be read or written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_name(f".{self.path.name}.lock").open("a+b")
        except OSError as error:
            raise self._unwritable(error) from error
        with lock, _locked(lock):
            found = self.read()
            yield found
            self._write(found)

    def _write(self, found: dict[str, Any]) -> None:
        part = self.path.with_name(f".{self.path.name}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                json.dump(found, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.path)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(f"cannot write {self.path} ({error.strerror}); choose a folder with JARVIS_DATA_DIR")


if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def _locked(file: IO[bytes]) -> Iterator[None]:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    @contextmanager
    def _locked(file: IO[bytes]) -> Iterator[None]:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
