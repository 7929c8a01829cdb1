"""`detect` and sound in, `detection` out: the wake word of the voice loop, for clients that have none of their own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wyoming.audio import AudioChunk
from wyoming.wake import Detection, NotDetected

from jarvis.errors import JarvisError, UsageError
from jarvis.model_registry.here import registry_here
from jarvis.server.wyoming.sound import Ear
from jarvis.server.wyoming.wire import Wire
from jarvis.settings import Settings
from jarvis.voice.ears.opening import open_wake_word
from jarvis.voice.ears.wake import WakeWord
from jarvis.voice.sound.audio import RATE

_HANDLER = "wake_word"
"""The module of the handlers that listen for a phrase."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WakeModel:
    """A wake word that can be listened for here."""

    name: str
    """As Wyoming knows it: hey_jarvis."""
    phrase: str
    languages: tuple[str, ...]
    setting: str
    """What `voice_wake` has to be for it."""


def wake_models(settings: Settings) -> list[WakeModel]:
    """The wake words that are installed; that of the settings first."""
    others = (card.id for card in registry_here(settings) if card.handler.startswith(f"{_HANDLER}:"))
    found: list[WakeModel] = []
    for setting in dict.fromkeys((settings.voice_wake, *others)):
        try:
            waker = open_wake_word(replace(settings, voice_wake=setting))
        except JarvisError as error:
            _log.warning("the wake word %s is not offered: %s", setting, error)
        else:
            found.append(WakeModel(waker.name, waker.phrase, waker.languages, setting))
    return found


async def open_waker(settings: Settings, models: Sequence[WakeModel], names: Sequence[str] = ()) -> WakeWord:
    """A wake word for one stream: the first of `names` that is known here; without names, that of the settings.

    Raises:
        UsageError: none of them is known.
        ModelError: it is not installed.
    """
    known = {model.name: model for model in models}
    wanted = [known[name] for name in names if name in known]
    if names and not wanted:
        raise UsageError(f"no wake word here is called {names[0][:40]!r}; there are {', '.join(known) or 'none'}")
    chosen = replace(settings, voice_wake=wanted[0].setting) if wanted else settings
    return await asyncio.to_thread(open_wake_word, chosen)


class Watch:
    """One stream of sound after another, each up to `audio-stop`."""

    def __init__(self, wire: Wire, waker: WakeWord) -> None:
        self._wire, self._waker = wire, waker
        self._ear = Ear()
        self._samples = 0
        self._detected = False

    async def chunk(self, chunk: AudioChunk) -> None:
        """Hears more; tells at once when the phrase was said."""
        frames = list(self._ear.feed(chunk))
        self._samples += chunk.samples * RATE // chunk.rate
        if not frames:
            return
        if await asyncio.to_thread(self._heard, frames):
            self._detected = True
            now = chunk.timestamp if isinstance(chunk.timestamp, int) else round(1000 * self._samples / RATE)
            await self._wire.write(Detection(name=self._waker.name, timestamp=now))

    async def stop(self) -> None:
        """The sound is over."""
        if not self._detected:
            await self._wire.write(NotDetected())
        self._ear = Ear()
        self._samples, self._detected = 0, False

    async def close(self) -> None:
        """Nothing is open."""

    def _heard(self, frames: Sequence[bytes]) -> bool:
        found = [self._waker.feed(frame) for frame in frames]  # all of them: the rest belongs to the stream, too
        return any(found)
