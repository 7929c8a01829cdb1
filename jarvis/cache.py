"""The result cache: what a model once made of an input, kept on disk. It holds bytes and JSON and never unpickles.

diskcache pickles what it cannot store otherwise, and unpickling runs code: whoever can write into the folder could run
programs (CVE-2025-69872). `PlainDisk` refuses both ways, and the folder is the user's alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diskcache

from jarvis.artifacts import Artifact
from jarvis.errors import StorageError
from jarvis.messages import JsonValue, Value

_log = logging.getLogger(__name__)
_LARGEST_FILE = 64 * 2**20
_FAILURES = (StorageError, OSError, sqlite3.Error, diskcache.Timeout, KeyError, TypeError, ValueError)
_PICKLED = 4
"""diskcache's mark of a pickled value (`diskcache.core.MODE_PICKLE`)."""


class ForeignCacheError(StorageError):
    """Something in the cache folder was not written by this program: it is pickled, or points out of the folder."""


class PlainDisk(diskcache.Disk):  # type: ignore[misc]
    """Keys are strings; values are bytes, kept as they are, or JSON, kept as text."""

    def put(self, key: Any) -> Any:
        """The database's form of a key."""
        if type(key) is not str:
            raise TypeError(f"a cache key is a string, not {type(key).__name__}")
        return key, True

    def get(self, key: Any, raw: Any) -> Any:
        """The key from the database's form."""
        if not raw or type(key) is not str:
            raise ForeignCacheError("a key in the cache is pickled; delete the cache folder")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> Any:
        """The database's form of a value."""
        plain = value if type(value) is bytes else json.dumps(value, ensure_ascii=False)
        return super().store(plain, False, key=key)

    def fetch(self, mode: Any, filename: Any, value: Any, read: bool) -> Any:
        """The value from the database's form."""
        if mode == _PICKLED:
            raise ForeignCacheError("a value in the cache is pickled; delete the cache folder")
        if filename is not None:
            self._check_inside(filename)
        found = super().fetch(mode, filename, value, False)
        return json.loads(found) if isinstance(found, str) else found

    def remove(self, file_path: Any) -> None:
        """Removes a file of the cache's own folder."""
        self._check_inside(file_path)
        super().remove(file_path)

    def _check_inside(self, filename: str) -> None:
        folder = Path(self._directory).resolve()
        if folder not in (folder / filename).resolve().parents:
            raise ForeignCacheError("the cache names a file outside its folder; delete the cache folder")


@dataclass(frozen=True, slots=True)
class CachedFile:
    """A file out of the cache."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Hit:
    """What the cache holds for a key: JSON data, or the contents of files."""

    value: JsonValue = None
    files: tuple[CachedFile, ...] = ()
    several: bool = False
    """Whether the value was a list of files, even of one."""


class ResultCache:
    """Results by key, least recently used ones dropped first. Processes may share a folder.

    A cache that cannot be read or written is told in the log and costs a recomputation, never a run. Its SQLite
    connection belongs to the thread that uses it: call it from one thread, and `close` it there.
    """

    def __init__(self, folder: Path, limit_mb: int = 512) -> None:
        """Opens or makes the folder, for its owner alone (mode 0700).

        Raises:
            StorageError: the folder cannot be used, or belongs to someone else.
        """
        _make_private(folder)
        settings: dict[str, Any] = {"eviction_policy": "least-recently-used", "size_limit": limit_mb * 2**20}
        try:
            self._store: Any = diskcache.Cache(str(folder), disk=PlainDisk, timeout=5, **settings)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"the cache in {folder} cannot be opened ({error}); delete the folder") from error

    def get(self, key: str) -> Hit | None:
        """What is kept for a key; None when nothing is, or when a part of it was dropped or damaged."""
        try:
            row = self._store.get(key)
            return _hit(row, self._store) if isinstance(row, dict) else None
        except _FAILURES as error:
            _log.warning("the result cache cannot be read: %s", error)
            return None

    def put(self, key: str, value: Value) -> None:
        """Keeps a value; files with their contents. Values with files of more than 64 MB are not kept."""
        files = _files_of(value)
        try:
            if any(file.path.stat().st_size > _LARGEST_FILE for file in files):
                return
            for file in files:
                self._store.set(_content_key(file.digest), file.path.read_bytes())
            self._store.set(key, _row(value, files))
        except _FAILURES as error:
            _log.warning("the result cache cannot be written: %s", error)

    def clear(self) -> None:
        """Drops everything."""
        self._store.clear()

    def close(self) -> None:
        """Closes the connection of this thread."""
        self._store.close()


def _row(value: Value, files: list[Artifact]) -> dict[str, Any]:
    if not files:
        return {"value": value}
    kept = [{"name": file.name, "media_type": file.media_type, "sha256": file.digest} for file in files]
    return {"files": kept, "several": isinstance(value, list)}


def _hit(row: dict[str, Any], store: Any) -> Hit | None:
    if "files" not in row:
        return Hit(row["value"])
    files: list[CachedFile] = []
    for kept in row["files"]:
        content = store.get(_content_key(kept["sha256"]))
        if not isinstance(content, bytes) or _digest(content) != kept["sha256"]:
            return None
        files.append(CachedFile(kept["name"], kept["media_type"], content))
    return Hit(None, tuple(files), bool(row["several"]))


def _files_of(value: Value) -> list[Artifact]:
    items: Iterable[object] = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Artifact)]


def _content_key(digest: str) -> str:
    return f"content:{digest}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            raise StorageError(f"the cache folder {folder} belongs to another user; choose one with JARVIS_CACHE_DIR")
        folder.chmod(0o700)
    except OSError as error:
        message = f"cannot use the cache folder {folder} ({error.strerror}); choose one with JARVIS_CACHE_DIR"
        raise StorageError(message) from error
