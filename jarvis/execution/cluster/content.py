"""A folder of files by content: each is called after its SHA-256, is whole or not there, and is never changed."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from jarvis.artifacts import file_digest
from jarvis.errors import StorageError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LOCK = "owner.lock"


class ContentStore:
    """The files that one node holds. Several processes of the node may use the same folder.

    What was used longest ago is dropped when the files take more than `limit_mb`.
    """

    def __init__(self, root: Path, limit_mb: int = 2048) -> None:
        """Makes the folder, for its owner alone (mode 0700).

        Raises:
            StorageError: the folder cannot be written.
        """
        self.root = root
        self._limit = limit_mb * 2**20
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            message = f"cannot keep files in {root} ({error.strerror or error}); set JARVIS_CACHE_DIR on that machine"
            raise StorageError(message) from error

    def lacking(self, digests: Iterable[str]) -> list[str]:
        """Those of the digests whose files are not here."""
        return [digest for digest in digests if not self._path(digest).is_file()]

    def begin(self) -> str:
        """Opens a new file that is not among the others yet; gives its name, for `write` and `seal`."""
        handle, path = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.root)
        os.close(handle)
        return Path(path).name

    def write(self, part: str, offset: int, chunk: bytes) -> None:
        """Writes one piece of a file that was begun; pieces may come in any order."""
        with (self.root / part).open("r+b") as file:
            file.seek(offset)
            file.write(chunk)

    def seal(self, part: str, digest: str) -> None:
        """Takes a file that was begun among the others, when it is the one that was meant.

        Raises:
            StorageError: its content is another one.
        """
        path = self.root / part
        found = file_digest(path)
        if found != digest:
            path.unlink(missing_ok=True)
            raise StorageError(f"a file arrived with another content ({found[:12]}, not {digest[:12]}); run it again")
        self.adopt(path, digest)

    def drop(self, part: str) -> None:
        """Forgets a file that was begun."""
        (self.root / part).unlink(missing_ok=True)

    def adopt(self, path: Path, digest: str) -> None:
        """Moves a finished file of the same file system in; `digest` is that of its content."""
        path.chmod(0o400)
        os.replace(path, self._path(digest))
        self._shrink(keep=digest)

    def read(self, digest: str, offset: int, size: int) -> bytes:
        """A piece of a file.

        Raises:
            FileNotFoundError: the file is not here any more.
        """
        with self._path(digest).open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def fill(self, digest: str, out: BinaryIO) -> None:
        """Writes a whole file into another one.

        Raises:
            FileNotFoundError: the file is not here any more.
        """
        with self._path(digest).open("rb") as file:
            shutil.copyfileobj(file, out)

    def link(self, digest: str, target: Path) -> None:
        """Makes the file appear at `target`, where it stays even when the store drops it.

        Raises:
            FileNotFoundError: the file is not here any more.
        """
        source = self._path(digest)
        os.utime(source)  # Used now: the last to be dropped.
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is not a SHA-256")
        return self.root / digest

    def _shrink(self, keep: str) -> None:
        """Drops the files that were used longest ago until the rest fits; `keep` stays, however large it is."""
        files = [(path.stat(), path) for path in self.root.iterdir() if _DIGEST.fullmatch(path.name)]
        taken = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if taken <= self._limit:
                break
            if path.name != keep:
                path.unlink(missing_ok=True)
                taken -= stat.st_size


class StoreFolder:
    """A store of one process's own, in a folder that those of processes which are gone are swept out of."""

    def __init__(self, parent: Path, limit_mb: int = 2048) -> None:
        """Makes a new store below `parent`; it is removed when another process comes after this one has ended.

        Raises:
            StorageError: `parent` cannot be written.
        """
        import fcntl

        try:
            parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sweep(parent)
            root = Path(tempfile.mkdtemp(prefix="node-", dir=parent))
            self._lock = os.open(root / _LOCK, os.O_CREAT | os.O_WRONLY, 0o600)  # Open as long as this process lives.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"cannot keep files in {parent} ({error.strerror or error}); set JARVIS_CACHE_DIR on that machine"
            raise StorageError(message) from error
        self.store = ContentStore(root, limit_mb)

    def remove(self) -> None:
        """Removes the store with all its files."""
        shutil.rmtree(self.store.root, ignore_errors=True)
        os.close(self._lock)


def _sweep(parent: Path) -> None:
    """Removes the stores whose owners have ended: nobody holds their locks."""
    import fcntl

    for lock in parent.glob(f"node-*/{_LOCK}"):
        with suppress(OSError), lock.open("rb") as file:  # Held, or swept by another process at this moment.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
