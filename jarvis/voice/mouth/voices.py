"""The voices of the loop: which there are for a language, which are missing, and one sentence at a time from each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import ModelError, NoModelError
from jarvis.languages import language_name
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.handlers.kokoro import KokoroVoice
from jarvis.tools.handlers.piper import PiperVoice
from jarvis.voice.shelf import Held, chosen, held

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK = "text-to-speech"
ORDER = ("piper-joe", "kokoro-82m-int8")
"""The quicker one first: 0.15 and 0.4 seconds of computing a second of speech."""
HUB_VOICES: Mapping[str, str] = {
    "de": "Xenova/mms-tts-deu",
    "fr": "Xenova/mms-tts-fra",
    "es": "Xenova/mms-tts-spa",
}
"""Voices of hubs that run here once they are pulled: letters in, no program for phonemes needed. CC-BY-NC-4.0."""


class Voice(Protocol):
    """A loaded voice. Threads may share it: they wait for each other."""

    @property
    def model_id(self) -> str:
        """Of its card: `piper-joe`."""
        ...

    @property
    def language(self) -> str:
        """ISO 639-1; of a voice of several languages the one that it was opened for."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second of what it says."""
        ...

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """One sentence, written as it is said (`aloud.as_said`), as mono samples in [-1, 1], shape [samples]."""
        ...

    def parts(self, sentence: str) -> Iterator[NDArray[np.float32]]:
        """The same, part by part as soon as each is made; a voice that cannot gives it as one."""
        ...


def open_voice(settings: Settings, language: str = "en") -> Voice:
    """The voice that `voice_speaker` names if it speaks the language, else the best one here for the language.

    Loaded once in a process, which takes about a second: call it in a thread, before somebody waits for the answer.

    Raises:
        UsageError: the setting names no voice.
        ModelError: there is none for this language; the message names what to run.
    """
    language = language or "en"
    try:
        card = chosen(settings, TASK, settings.voice_speaker, language, ORDER)
    except NoModelError as error:
        raise ModelError(f"no voice here speaks {language_name(language)}; {_way_to(language, str(error))}") from error
    model = held(card, settings.threads)
    if isinstance(model.handler, PiperVoice):
        return _Piper(model, language)
    return _Kokoro(model, language) if isinstance(model.handler, KokoroVoice) else _Other(model, language)


def missing_voices(settings: Settings, languages: tuple[str, ...] = ("en", "zh", "de", "fr", "es")) -> dict[str, str]:
    """The languages (ISO 639-1) without a voice here, each with what brings one, in words."""
    lacking: dict[str, str] = {}
    for language in languages:
        try:
            chosen(settings, TASK, "", language, ORDER)
        except NoModelError as error:
            lacking[language] = _way_to(language, str(error))
    return lacking


def _way_to(language: str, otherwise: str) -> str:
    hub = HUB_VOICES.get(language)
    if hub:
        return f"`jarvis models pull {hub}` brings one, for non-commercial use (CC-BY-NC-4.0)"
    return otherwise


class _Shared:
    """What all voices have in common."""

    rate = 16_000

    def __init__(self, model: Held, language: str) -> None:
        self.model_id = model.card.id
        self.language = language
        self._model = model

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """See Voice."""
        raise NotImplementedError

    def parts(self, sentence: str) -> Iterator[NDArray[np.float32]]:
        """See Voice."""
        yield self.speak(sentence)


class _Piper(_Shared):
    def __init__(self, model: Held, language: str) -> None:
        super().__init__(model, language)
        assert isinstance(model.handler, PiperVoice)
        self._voice = model.handler
        self.rate = model.handler.rate

    def speak(self, sentence: str) -> NDArray[np.float32]:
        with self._model.lock:
            return self._voice.say(sentence)

    def parts(self, sentence: str) -> Iterator[NDArray[np.float32]]:
        # No lock: another sentence may be begun between two stretches, and the sessions take several threads.
        return self._voice.stretches(sentence)


class _Kokoro(_Shared):
    """English, and Mandarin for sentences with Chinese characters."""

    def __init__(self, model: Held, language: str) -> None:
        super().__init__(model, language)
        assert isinstance(model.handler, KokoroVoice)
        self._voice = model.handler
        self.rate = model.handler.rate

    def speak(self, sentence: str) -> NDArray[np.float32]:
        with self._model.lock:
            return self._voice.say(sentence)


class _Other(_Shared):
    """Any other voice of the registry, asked as a task would ask it: it writes a file."""

    def speak(self, sentence: str) -> NDArray[np.float32]:
        from jarvis.tools.media import read_audio

        with self._model.lock, TemporaryDirectory(prefix="jarvis-said-") as folder:
            sink = Sink(ArtifactFolder(Path(folder)), Provenance(0, TASK, self.model_id))
            made = self._model.handler.run(Inputs(TASK, {"text": sentence}), sink)
            assert isinstance(made, Artifact)
            return read_audio(made.path, self.rate)
