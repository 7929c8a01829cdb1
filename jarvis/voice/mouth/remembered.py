"""Sentences that were said before, kept on disk: the second time their sound is there at once."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import diskcache

from jarvis.cache import PlainDisk
from jarvis.errors import StorageError
from jarvis.voice.mouth.voices import Voice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAILURES = (StorageError, OSError, sqlite3.Error, diskcache.Timeout, ValueError)
_log = logging.getLogger(__name__)
_LONGEST = 120
"""Longer sentences (characters) are rarely said twice."""
_LIMIT_MB = 64
"""Those that were not said for the longest time make room: it holds 25 minutes of speech."""


class RememberingVoice:
    """A voice that looks first whether it said a sentence before. To be used by one thread.

    Only the sound is kept, under a digest of the sentence, in a folder for its owner alone.
    """

    def __init__(self, voice: Voice, folder: Path) -> None:
        self._voice, self._folder = voice, folder
        self.model_id, self.language, self.rate = voice.model_id, voice.language, voice.rate

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """See Voice."""
        import numpy as np

        return np.concatenate(list(self.parts(sentence)))

    def parts(self, sentence: str) -> Iterator[NDArray[np.float32]]:
        """See Voice; one part when it is remembered."""
        import numpy as np

        key = f"{self.model_id} {hashlib.sha256(sentence.encode()).hexdigest()}"
        kept = self._get(key) if len(sentence) <= _LONGEST else None
        if kept is not None:
            yield np.frombuffer(kept, "<i2").astype(np.float32) / np.float32(32767)
            return
        made: list[NDArray[np.float32]] = []
        for part in self._voice.parts(sentence):
            made.append(part)
            yield part
        if len(sentence) <= _LONGEST:
            self._put(key, (np.clip(np.concatenate(made), -1.0, 1.0) * 32767).astype("<i2").tobytes())

    @cached_property
    def _store(self) -> Any:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings: dict[str, Any] = {"eviction_policy": "least-recently-used", "size_limit": _LIMIT_MB * 2**20}
        return diskcache.Cache(str(self._folder), disk=PlainDisk, timeout=1, **settings)

    def _get(self, key: str) -> bytes | None:
        try:
            found = self._store.get(key)
        except _FAILURES as error:
            _log.warning("the sentences that were said before cannot be read: %s", error)
            return None
        return found if isinstance(found, bytes) else None

    def _put(self, key: str, sound: bytes) -> None:
        try:
            self._store.set(key, sound)
        except _FAILURES as error:
            _log.warning("a sentence cannot be kept for the next time: %s", error)
