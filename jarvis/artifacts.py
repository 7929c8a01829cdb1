"""Files that tasks make: content-addressed records, written so that two outputs never overwrite each other."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.errors import StorageError

_EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "text/plain": ".txt",
    "application/json": ".json",
    "video/mp4": ".mp4",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an artifact came from."""

    task_id: int
    tool: str
    model: str
    """The id of the ModelCard that made it."""
    inputs: tuple[str, ...] = ()
    """SHA-256 digests of the values that went in."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file with its content's digest."""

    name: str
    """What it is, in one word: speech, mask, edges."""
    path: Path
    media_type: str
    """As in an HTTP header: audio/wav, image/png."""
    digest: str
    """SHA-256 of the content, hexadecimal."""
    provenance: Provenance | None = None
    """None for a file that the user gave."""

    def to_json(self) -> dict[str, Any]:
        """Name, path, media type, digest and provenance."""
        made = self.provenance
        by = made and {"task_id": made.task_id, "tool": made.tool, "model": made.model, "inputs": list(made.inputs)}
        return {
            "name": self.name,
            "path": str(self.path),
            "media_type": self.media_type,
            "sha256": self.digest,
            "provenance": by,
        }


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ArtifactFolder:
    """The folder into which one run writes its artifacts. It is made when the first one is written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(
        self, name: str, media_type: str, fill: Callable[[BinaryIO], object], provenance: Provenance | None = None
    ) -> Artifact:
        """Writes a new file called after `name`; `fill` gets it open for binary writing.

        The file appears whole or, whatever goes wrong, not at all.

        Raises:
            StorageError: the folder cannot be written or the disk is full.
        """
        part = self.root / f".{name}.{os.urandom(6).hex()}.part"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with part.open("w+b") as file:
                fill(file)
            digest = file_digest(part)
            path = place(part, self.root, name, _EXTENSIONS.get(media_type, ".bin"))
        except OSError as error:
            raise _storage_error(error, self.root) from error
        finally:
            _remove(part)
        return Artifact(name, path, media_type, digest, provenance)


def place(made: Path, root: Path, name: str, extension: str) -> Path:
    """Moves a whole file into `root` and returns its new path: NAME, or NAME-2, NAME-3 ... where that is taken.

    Raises:
        OSError: the folder cannot be written.
    """
    count = 1
    while True:
        path = root / (f"{name}{extension}" if count == 1 else f"{name}-{count}{extension}")
        try:
            _move(made, path)
        except FileExistsError:
            count += 1
        else:
            return path


def _move(made: Path, path: Path) -> None:
    """Like `os.rename`, but never over a file that is there."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # A file system without hard links: an empty file holds the name for a moment.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        os.replace(made, path)
    else:
        made.unlink()


def _remove(path: Path) -> None:
    with suppress(OSError):  # What went wrong before is told; this comes after it.
        path.unlink(missing_ok=True)


def _storage_error(error: OSError, root: Path) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"the disk is full at {root}; free some space or choose another folder with --out")
    return StorageError(f"cannot write to {root} ({error.strerror or error}); choose another folder with --out")
