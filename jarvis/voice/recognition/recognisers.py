"""The recognisers of the voice loop: the models of the handlers, asked for one stretch of sound at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.handlers.asr_moonshine import LONGEST, MoonshineModel
from jarvis.tools.handlers.vad import RATE
from jarvis.tools.handlers.whisper import LONGEST_STRETCH, WhisperModel
from jarvis.voice.recognition.spelling import as_typed
from jarvis.voice.shelf import Held, chosen, held

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK = "automatic-speech-recognition"
ORDER = ("whisper-tiny-en", "moonshine-tiny-en", "whisper-base")
"""Commands of five voices: 5, 7 and 1 to 26 % word errors at 0.10, 0.15 and 0.22 CPU seconds (docs/voices.md)."""

GivenUp = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in one turn."""

    text: str
    """One line; "" when nobody spoke."""
    language: str
    """ISO 639-1: en, zh."""
    seconds: float
    """How long the sound was that was listened to."""


class Recogniser(Protocol):
    """A loaded recogniser of speech. Threads may share it: they wait for each other."""

    @property
    def model_id(self) -> str:
        """Of its card: `whisper-tiny-en`."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes; `*` for many."""
        ...

    @property
    def longest(self) -> float:
        """Seconds of sound that are heard at once; longer sound is cut."""
        ...

    def transcribe(self, samples: NDArray[np.float32], language: str = "", given_up: GivenUp | None = None) -> Heard:
        """What is said in mono 16 kHz samples in [-1, 1], shape [samples].

        `language` (ISO 639-1) is the one to write; "" leaves it to the model. When `given_up` says yes, nobody waits
        for the text any more, and it may be cut.
        """
        ...


def open_recogniser(settings: Settings, language: str = "") -> Recogniser:
    """The recogniser that `voice_recogniser` names, or the best one here for a language ("" is English).

    Loaded once in a process, which takes about a second: call it in a thread, before somebody speaks.

    Raises:
        UsageError: the setting names no recogniser.
        ModelError: none is installed; the message names what to run.
    """
    card = chosen(settings, TASK, settings.voice_recogniser, language or "en", ORDER)
    model = held(card, settings.threads)
    if isinstance(model.handler, MoonshineModel):
        return _Moonshine(model)
    return _Whisper(model) if isinstance(model.handler, WhisperModel) else _Other(model)


def open_whisper(settings: Settings) -> WhisperModel:
    """The Whisper of many languages of this process, for its ears for languages; the recogniser uses the same one.

    Raises:
        ModelError: it is not installed; the message names what to run.
    """
    handler = held(chosen(settings, TASK, "whisper-base", "de", ()), settings.threads).handler
    assert isinstance(handler, WhisperModel)
    return handler


class _Shared:
    """What all recognisers have in common."""

    longest = 28.0

    def __init__(self, model: Held) -> None:
        self.model_id = model.card.id
        self.languages = model.card.languages or ("*",)
        self._model = model

    def transcribe(self, samples: NDArray[np.float32], language: str = "", given_up: GivenUp | None = None) -> Heard:
        """See Recogniser."""
        with self._model.lock:
            if given_up is not None and given_up():  # while it waited for its turn
                return Heard("", language, 0.0)
            text, language = self._hear(samples, language, given_up)
        return Heard(as_typed(text), language, len(samples) / RATE)

    def _hear(self, samples: NDArray[np.float32], language: str, given_up: GivenUp | None) -> tuple[str, str]:
        raise NotImplementedError


class _Moonshine(_Shared):
    longest = LONGEST / RATE

    def likelihood(self, samples: NDArray[np.float32], texts: Sequence[str]) -> list[float]:
        """See MoonshineModel."""
        assert isinstance(self._model.handler, MoonshineModel)
        with self._model.lock:
            return self._model.handler.likelihood(samples, texts)

    def _hear(self, samples: NDArray[np.float32], language: str, given_up: GivenUp | None) -> tuple[str, str]:
        assert isinstance(self._model.handler, MoonshineModel)
        return self._model.handler.hear(samples[:LONGEST], given_up), "en"


class _Whisper(_Shared):
    longest = LONGEST_STRETCH / RATE

    def _hear(self, samples: NDArray[np.float32], language: str, given_up: GivenUp | None) -> tuple[str, str]:
        assert isinstance(self._model.handler, WhisperModel)
        return self._model.handler.hear(samples, language)


class _Other(_Shared):
    """Any other model of the registry, asked as a task would ask it: through a file."""

    def _hear(self, samples: NDArray[np.float32], language: str, given_up: GivenUp | None) -> tuple[str, str]:
        from jarvis.tools.media import write_wav

        card = self._model.card
        with TemporaryDirectory(prefix="jarvis-heard-") as folder:
            path = Path(folder) / "turn.wav"
            with path.open("wb") as file:
                write_wav(file, samples, RATE)
            sound = Artifact("turn", path, "audio/wav", file_digest(path))
            sink = Sink(ArtifactFolder(Path(folder)), Provenance(0, TASK, card.id))
            text = self._model.handler.run(Inputs(TASK, {"audio": sound}), sink)
        spoken = language or (card.languages[0] if len(card.languages) == 1 and card.languages != ("*",) else "")
        return str(text), spoken
