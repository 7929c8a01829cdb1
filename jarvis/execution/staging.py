"""Files of a process that may be killed at any moment: written aside, and put in place when they are whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, place
from jarvis.errors import StorageError
from jarvis.journal.leftovers import aside_name, is_orphan

_LEFT_SECONDS = 3600.0
"""Age from which on the folder of a process that is gone is rubbish. Younger ones may be of another machine."""


def aside_folder(root: Path) -> Path:
    """A new name for a folder in `root` in which one task writes its files; made when the first one is written."""
    return root / aside_name()


def sweep(root: Path) -> None:
    """Removes what tasks of programs that were killed left half-written in an artifact folder."""
    with suppress(OSError):  # The folder cannot be read; whoever wants to write there will say so.
        for entry in os.scandir(root):
            age = time.time() - entry.stat(follow_symlinks=False).st_mtime
            if age > _LEFT_SECONDS and is_orphan(entry.name):
                remove(Path(entry.path))


def remove(aside: Path) -> None:
    """Removes a folder of half-written files, if there is one."""
    if aside.exists():
        import shutil  # It brings four libraries for compressed files, which most processes never need.

        shutil.rmtree(aside, ignore_errors=True)


class StagedFolder(ArtifactFolder):
    """An artifact folder in which a file appears whole, also when its writer is killed in the middle."""

    def __init__(self, root: Path, aside: Path) -> None:
        """`aside` lies in `root`; whoever starts the writer removes it when the writer is gone."""
        super().__init__(root)
        self._aside = ArtifactFolder(aside)

    def write(
        self, name: str, media_type: str, fill: Callable[[BinaryIO], object], provenance: Provenance | None = None
    ) -> Artifact:
        """Writes a new file called after `name`; `fill` gets it open for binary writing.

        Raises:
            StorageError: the folder cannot be written or the disk is full.
        """
        try:
            made = self._aside.write(name, media_type, fill, provenance)
            return replace(made, path=place(made.path, self.root, name, made.path.suffix))
        except StorageError as error:
            raise StorageError(str(error).replace(str(self._aside.root), str(self.root))) from error
        except OSError as error:
            message = f"cannot write to {self.root} ({error.strerror or error}); choose another folder with --out"
            raise StorageError(message) from error

    def clear(self) -> None:
        """Removes what was written aside."""
        remove(self._aside.root)
