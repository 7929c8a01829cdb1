"""Sentence vectors of tools for the retriever: made in batches, kept on disk, in the background when they are many.

Where the embedder's package is not installed there are none, and whoever asks does without.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.cache import ResultCache
from jarvis.errors import JarvisError, StorageError, UsageError
from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.embeddings import Embedder, load_embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

MODEL = "minilm-l6-int8"
"""Id of the embedder's ModelCard."""
AT_ONCE = 300
"""Texts that are embedded while the caller waits, about 0.6 seconds; more are embedded in the background."""
_PACK = 64
_LIMIT_MB = 128
_log = logging.getLogger(__name__)
_leaving = threading.Event()
_at_work: set[threading.Thread] = set()


class ToolVectors:
    """The packaged sentence embedder with its memory on disk. Safe to use from any thread; loaded when first needed."""

    def __init__(self, folder: Path | None = None, model: str = MODEL) -> None:
        """`folder`: where vectors are kept; by default in the cache folder that the environment names."""
        self._folder, self._model_id = folder, model
        self._lock = threading.Lock()
        self._embedder: Embedder | None = None
        self._digest = ""
        self._absent = False

    def here(self) -> bool:
        """Whether there is an embedder; loads it."""
        return self._loaded() is not None

    def of(self, texts: Sequence[str]) -> Vectors | None:
        """Unit vectors of a request's parts, shape [len(texts), d]; None without an embedder. They are not kept."""
        embedder = self._loaded()
        return None if embedder is None else embedder.embed([_readable(text) for text in texts])

    def make(self, texts: Sequence[str], deliver: Callable[[Vectors], None]) -> None:
        """Gives the unit vectors of `texts`, shape [len(texts), d], to `deliver`; never calls it without an embedder.

        It is called before this returns, unless more than AT_ONCE of them have to be made: then a thread makes them.
        A process that ends first keeps what was made.
        """
        embedder = self._loaded()
        if embedder is None or not texts:
            return
        work = _Work(embedder, self._digest, self._place(), [_readable(text) for text in texts], deliver)
        if work.read() <= AT_ONCE:
            work.finish()
        else:
            _in_background(work.finish)

    def _loaded(self) -> Embedder | None:
        with self._lock:
            if self._embedder is None and not self._absent:
                try:
                    card = Registry.load().get(self._model_id)
                    self._embedder = load_embedder(locate(card), RuntimeOptions(threads=1))
                    self._digest = card.files[0].sha256
                except (JarvisError, OSError, ImportError) as error:
                    _log.debug("tools are searched by words alone: %s", error)
                    self._absent = True
            return self._embedder

    def _place(self) -> Path | None:
        if self._folder is not None:
            return self._folder
        try:
            settings = Settings.from_env()
        except UsageError:
            settings = Settings()
        return settings.cache_dir / "tools" if settings.cache_mb > 0 else None


class _Work:
    """Makes the vectors of one list of texts, pack by pack."""

    def __init__(
        self,
        embedder: Embedder,
        digest: str,
        folder: Path | None,
        texts: Sequence[str],
        deliver: Callable[[Vectors], None],
    ) -> None:
        self._embedder, self._folder, self._texts, self._deliver = embedder, folder, texts, deliver
        self._packs = {_key(digest, [texts[row] for row in rows]): rows for rows in packs(texts)}
        self._found: dict[str, Vectors] = {}

    def read(self) -> int:
        """Reads what the disk holds; gives the number of texts that it lacks."""
        store = self._open()
        if store is not None:
            for key, rows in self._packs.items():
                hit = store.get(key)
                vectors = _unpacked(hit.value, len(rows)) if hit else None
                if vectors is not None:
                    self._found[key] = vectors
            store.close()
        return sum(len(rows) for key, rows in self._packs.items() if key not in self._found)

    def finish(self) -> None:
        """Makes and keeps what is lacking, and delivers; stops early when the process ends."""
        import numpy as np

        lacking = [key for key in self._packs if key not in self._found]
        store = self._open() if lacking else None
        for key in lacking:
            if _leaving.is_set():
                break
            # Rounded as they are kept, so that a search finds the same before and after a restart.
            packed = self._embedder.embed([self._texts[row] for row in self._packs[key]]).astype(np.float16)
            self._found[key] = packed.astype(np.float32)
            if store is not None:
                store.put(key, {"float16": base64.b64encode(packed.tobytes()).decode("ascii")})
        if store is not None:
            store.close()
        if len(self._found) == len(self._packs):
            self._deliver(self._joined())

    def _joined(self) -> Vectors:
        import numpy as np

        width = next(iter(self._found.values())).shape[1]
        vectors = np.zeros((len(self._texts), width), dtype=np.float32)
        for key, rows in self._packs.items():
            vectors[rows] = self._found[key]
        return vectors

    def _open(self) -> ResultCache | None:
        # Its connection belongs to a thread, so each stretch of work opens its own.
        if self._folder is None:
            return None
        try:
            return ResultCache(self._folder, _LIMIT_MB)
        except StorageError as error:
            _log.debug("vectors of tools are not kept: %s", error)
            return None


def packs(texts: Sequence[str]) -> list[list[int]]:
    """Rows of `texts` in groups of about 64, in which each text has its place by its hash.

    An entry of the disk cache takes milliseconds, so several vectors share one. A text that is added or changed
    spoils the one pack that it falls into.
    """
    count = 1
    while count * _PACK < len(texts):
        count *= 2
    groups: list[list[int]] = [[] for _ in range(count)]
    for row, text in enumerate(texts):
        groups[int.from_bytes(_hash(text)[:4], "big") % count].append(row)
    return [sorted(group, key=lambda row: texts[row]) for group in groups if group]


def _key(digest: str, texts: Sequence[str]) -> str:
    joined = b"".join(_hash(text) for text in texts)
    return f"vectors:{digest[:16]}:{hashlib.sha256(digest.encode() + joined).hexdigest()}"


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _readable(text: str) -> str:
    """A text without half characters, which the tokenizer does not take."""
    return text.encode("utf-8", "replace").decode()


def _unpacked(value: object, count: int) -> Vectors | None:
    import numpy as np

    content = value.get("float16") if isinstance(value, dict) else None
    if not isinstance(content, str):
        return None
    try:
        flat = np.frombuffer(base64.b64decode(content, validate=True), dtype=np.float16)
        return flat.reshape(count, -1).astype(np.float32)
    except ValueError:  # damaged: it is made again
        return None


def _in_background(work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            _at_work.discard(threading.current_thread())

    _stop_at_exit()
    thread = threading.Thread(target=run, name="jarvis-tool-vectors", daemon=True)
    _at_work.add(thread)
    thread.start()


@cache
def _stop_at_exit() -> None:
    atexit.register(_leave)


def _leave() -> None:
    """Ends the background threads between two packs: a thread inside the embedder must not meet a dying process."""
    _leaving.set()
    for thread in list(_at_work):
        thread.join(timeout=10)
