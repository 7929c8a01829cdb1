"""Weights that arrive in several packages because one would be too large: joined once, in the cache folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jarvis.artifacts import file_digest
from jarvis.errors import ModelFileError
from jarvis.settings import Settings


def joined(parts: Sequence[Path], name: str, sha256: str, folder: Path | None = None) -> Path:
    """The file that `parts` give when put one after the other; `folder` is the cache's `models` unless given.

    A file that is there already and has the right SHA-256 is used; a broken one is made again. The file appears whole
    or not at all, so several processes may join at once.

    Raises:
        ModelFileError: the parts do not give the expected SHA-256, the folder cannot be written, or the disk is full.
    """
    path = (folder or Settings.from_env().cache_dir / "models") / name
    if path.is_file() and file_digest(path) == sha256:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _join(parts, path, sha256)
    except OSError as error:
        # No StorageError: another model, whose weights need no joining, can still do the task.
        raise ModelFileError(
            f"cannot write {path} ({error.strerror}); free some space there or set JARVIS_CACHE_DIR to another folder",
            model_id=path.name,
        ) from error
    return path


def _join(parts: Sequence[Path], path: Path, sha256: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                content = part.read_bytes()
                digest.update(content)
                file.write(content)
        if digest.hexdigest() != sha256:
            packages = ", ".join(sorted({part.parent.name for part in parts}))
            raise ModelFileError(
                f"the parts of {path.name} do not fit together; install their packages again ({packages})",
                model_id=path.name,
            )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
