"""The recognisers and voices of this process: chosen by their cards, each loaded once, whoever uses it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock, RLock

from jarvis.errors import ModelError, NoModelError, UsageError
from jarvis.execution.local import load_handler
from jarvis.execution.threads import Lane
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.here import registry_here
from jarvis.model_registry.packaged import missing, way_out
from jarvis.settings import Settings
from jarvis.tools.handler import Handler, RuntimeOptions


@dataclass(frozen=True, slots=True)
class Held:
    """A loaded model; `lock` is held while it works, because it is for one thread at a time."""

    card: ModelCard
    handler: Handler
    lock: RLock = field(default_factory=RLock)


HEARING, SPEAKING = Lane(), Lane()
"""The one thread of all recognisers, and that of all voices. A thread for each call would leave its memory behind: 120
MB after ten sentences."""

_CODES = {
    "ara": "ar", "deu": "de", "ell": "el", "eng": "en", "fra": "fr", "heb": "he", "hin": "hi", "kor": "ko", "nld": "nl",
    "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "spa": "es", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk",
}  # fmt: skip

_held: dict[tuple[str, int], Held] = {}
_guard = Lock()


def held(card: ModelCard, threads: int) -> Held:
    """The model of a card, loaded at the first call and kept as long as the process lives.

    Raises:
        ModelError: its files or a library are missing; the message names what to run.
    """
    with _guard:
        key = (card.id, threads)
        if key not in _held:
            _held[key] = Held(card, load_handler(card, RuntimeOptions(threads)))
        return _held[key]


def give_back() -> None:
    """Gives the system back the memory that models have let go of: glibc keeps it, 60 MB after ten sentences."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def speaks(card: ModelCard, language: str) -> bool:
    """Whether a model knows a language (ISO 639-1), as far as its card or its name says."""
    known = card.languages or _named(card)
    return "*" in known or language in known


def _named(card: ModelCard) -> tuple[str, ...]:
    """The language that the name of a voice of Massively Multilingual Speech ends with: mms-tts-deu."""
    code = _CODES.get(card.id.rsplit("-", 1)[-1]) if "mms-tts-" in card.id else None
    return (code,) if code else ()


def chosen(settings: Settings, task: str, model_id: str, language: str, order: Sequence[str]) -> ModelCard:
    """The card `model_id` if it knows the language, or says nothing of languages; else the first one here that does:
    those of `order` first, then by quality.

    Raises:
        UsageError: `model_id` does another task, or there is no such model.
        ModelError: it is not installed.
        NoModelError: nothing that is here knows the language.
    """
    registry = registry_here(settings)
    if model_id:
        if model_id not in registry:
            raise UsageError(f"no model is called {model_id!r}; `jarvis models list --task {task}` shows all")
        card = registry.get(model_id)
        if task not in card.tasks:
            raise UsageError(f"the model {model_id} does {', '.join(card.tasks)}, not {task}; choose another one")
        if lacks := missing(card):
            raise ModelError(f"{card.name} is not ready ({'; '.join(lacks)}); {way_out(card)}")
        if speaks(card, language) or not card.languages:
            return card
    rank = {name: place for place, name in enumerate(order)}
    cards = [card for card in registry.for_task(task) if speaks(card, language)]
    cards.sort(key=lambda card: (rank.get(card.id, len(rank)), -card.quality))
    for card in cards:
        if not missing(card):
            return card
    way = f"; {way_out(cards[0])}" if cards else ""
    raise NoModelError(f"no model for {task} in {language!r} is installed{way}", task=task)
