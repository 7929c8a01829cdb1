"""What is offered, truthfully: the recognisers, voices and wake words that run here, with their languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    TtsProgram,
    TtsVoice,
    WakeModel,
    WakeProgram,
)

from jarvis.languages import language_name
from jarvis.model_registry.card import ModelCard
from jarvis.server.wyoming import wake
from jarvis.server.wyoming.languages import MANY

NAME = "jarvis"
ANSWERED = ("en", "de", "fr", "es", "zh")
"""Languages in which requests are answered."""


class _Artifact(TypedDict):
    name: str
    description: str
    attribution: Attribution
    installed: bool
    version: str | None


def info_of(
    cards: Iterable[ModelCard], wakers: Sequence[wake.WakeModel], version: str, first: Sequence[str] = ()
) -> Info:
    """The programs asr, tts, wake and handle.

    `cards` are those of the recognisers and voices that can run here, `first` the ids of those that are used when a
    client names none.
    """
    here = sorted(cards, key=lambda card: (card.id not in first, -card.quality, card.id))
    recognisers = [card for card in here if "automatic-speech-recognition" in card.tasks]
    voices = [card for card in here if "text-to-speech" in card.tasks]
    models = [AsrModel(**_model(card), languages=_languages(card)) for card in recognisers]
    return Info(
        asr=[
            AsrProgram(
                **_program("speech to text", version, installed=bool(models)),
                models=models,
                supports_transcript_streaming=True,
            )
        ],
        tts=[
            TtsProgram(
                **_program("text to speech", version, installed=bool(voices)),
                voices=[TtsVoice(**_model(card), languages=_languages(card)) for card in voices],
                supports_synthesize_streaming=True,
            )
        ],
        wake=[
            WakeProgram(
                **_program("wake word", version, installed=bool(wakers)),
                models=[_wake_model(waker, version) for waker in wakers],
            )
        ],
        handle=[
            HandleProgram(
                **_program("requests in plain words", version, installed=True),
                models=[HandleModel(**_program("requests in plain words", version), languages=list(ANSWERED))],
                supports_handled_streaming=True,
                supports_home_control=True,
            )
        ],
    )


def _program(what: str, version: str, *, installed: bool = True) -> _Artifact:
    return {
        "name": NAME,
        "description": f"Jarvis: {what}",
        "attribution": Attribution(name="Jarvis", url=""),
        "installed": installed,
        "version": version,
    }


def _model(card: ModelCard) -> _Artifact:
    package = card.packaged[0] if card.packaged else None
    return {
        "name": card.id,
        "description": _described(card),
        "attribution": Attribution(name=card.license, url=""),
        "installed": True,
        "version": package.version if package else card.revision or None,
    }


def _wake_model(waker: wake.WakeModel, version: str) -> WakeModel:
    about: _Artifact = {**_program(waker.phrase, version), "name": waker.name, "description": waker.phrase}
    return WakeModel(**about, languages=list(waker.languages), phrase=waker.phrase)


def _described(card: ModelCard) -> str:
    spoken = "many languages" if "*" in card.languages else ", ".join(map(language_name, card.languages))
    return f"{card.name} ({spoken})" if spoken else card.name


def _languages(card: ModelCard) -> list[str]:
    return list(MANY) if "*" in card.languages else list(card.languages)
