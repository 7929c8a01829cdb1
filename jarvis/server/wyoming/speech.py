"""Recognisers for all connections; each model is loaded once in the process (jarvis.voice.shelf)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from jarvis.settings import Settings
from jarvis.voice.recognition.hearing import Recogniser, open_recogniser

MOST_LIVE = 2
"""Streams that are recognised while they still come; of others only the whole is, at their end."""


class Speech:
    """Opens recognisers, and says how many streams may be recognised at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: dict[tuple[str, str], Recogniser] = {}
        self._live = 0

    async def recogniser(self, language: str = "", name: str = "") -> Recogniser:
        """The recogniser with this id, or the best one here for a language.

        Raises:
            UsageError: no recogniser has this id.
            ModelError: there is none; the message names what to run.
        """
        if (name, language) not in self._opened:
            settings = replace(self._settings, voice_recogniser=name) if name else self._settings
            self._opened[name, language] = await asyncio.to_thread(open_recogniser, settings, language)
        return self._opened[name, language]

    def live(self) -> bool:
        """Whether one more stream may be recognised while it comes; then `let_go` must be called at its end."""
        if self._live >= MOST_LIVE:
            return False
        self._live += 1
        return True

    def let_go(self) -> None:
        """A live stream is over."""
        self._live -= 1
