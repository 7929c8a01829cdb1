"""Embeddings of images that were looked at before: the newest in memory, more of them on disk.

On disk each is one .npz of plain tensors (nothing in it is unpickled) in a folder for the user alone, beside the result
cache. Both are bounded; what was not used longest goes first.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.tools.handlers.sam.network import Embedding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

MEMORY_MB = 128
"""Sixteen images of SAM, or seven of SAM 2."""
DISK_MB = 256


class Embeddings:
    """The embeddings that one model made."""

    def __init__(self, folder: Path | None, memory_mb: int = MEMORY_MB, disk_mb: int = DISK_MB) -> None:
        """`folder` is made when the first one is kept; with None they are kept in memory alone."""
        self._folder = folder
        self._memory_bytes, self._disk_bytes = memory_mb * 2**20, disk_mb * 2**20
        self._held: OrderedDict[str, Embedding] = OrderedDict()

    def of(self, image: str, model: str, make: Callable[[], Embedding]) -> Embedding:
        """The embedding of the image with that digest; `make` is called when it is not known."""
        key = hashlib.sha256(f"{image}\n{model}".encode()).hexdigest()
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        found = self._read(key)
        if found is None:
            found = make()
            self._write(key, found)
        self._hold(key, found)
        return found

    def _hold(self, key: str, embedding: Embedding) -> None:
        self._held[key] = embedding
        while len(self._held) > 1 and sum(map(_bytes, self._held.values())) > self._memory_bytes:
            self._held.popitem(last=False)

    def _read(self, key: str) -> Embedding | None:
        import zipfile

        import numpy as np

        if self._folder is None:
            return None
        path = self._folder / f"{key}.npz"
        try:
            if path.stat().st_size > self._disk_bytes:
                return None
            # Opened here, because numpy leaves a file open that it cannot read.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as tensors:
                found: dict[str, NDArray[np.float32]] = {name: tensors[name] for name in tensors.files}
            os.utime(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            _log.warning("%s is damaged (%s); the image is looked at again", path, error)
            return None
        return found

    def _write(self, key: str, embedding: Embedding) -> None:
        """A folder that cannot be written costs another look at the image, and is told in the log."""
        import numpy as np

        if self._folder is None or _bytes(embedding) > self._disk_bytes:
            return
        part = self._folder / f"{key}.{os.getpid()}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.savez(file, allow_pickle=False, **{name: np.asarray(part) for name, part in embedding.items()})
            os.replace(part, self._folder / f"{key}.npz")
            self._shrink()
        except OSError as error:
            with suppress(OSError):  # what went wrong before is told
                part.unlink(missing_ok=True)
            _log.warning("the embedding of an image cannot be kept in %s: %s", self._folder, error)

    def _shrink(self) -> None:
        assert self._folder is not None
        kept = sorted(((path.stat(), path) for path in self._folder.glob("*.npz")), key=lambda row: -row[0].st_mtime_ns)
        total = 0
        for stat, path in kept:
            total += stat.st_size
            if total > self._disk_bytes:
                path.unlink(missing_ok=True)


def default_folder() -> Path | None:
    """Beside the result cache; None where that is turned off (`JARVIS_CACHE_MB=0`)."""
    from platformdirs import user_cache_path

    if os.environ.get("JARVIS_CACHE_MB", "").strip() == "0":
        return None
    chosen = os.environ.get("JARVIS_CACHE_DIR")
    return (Path(chosen) if chosen else user_cache_path("jarvis")) / "embeddings"


def _bytes(embedding: Embedding) -> int:
    return sum(int(tensor.nbytes) for tensor in embedding.values())
