"""What Jarvis says, one module a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from jarvis.responding.phrases.base import Named, Phrases

_CLASSES: Mapping[str, str] = {"en": "English", "zh": "Chinese", "de": "German", "es": "Spanish", "fr": "French"}


def phrases_for(language: str | None) -> Phrases:
    """The phrases of a language given as `de`, `de-AT` or `zh_CN`; English for one that has none."""
    code = (language or "en").replace("_", "-").partition("-")[0].lower()
    code = code if code in _CLASSES else "en"
    module = import_module(f"jarvis.responding.phrases.{code}")
    make: Callable[[], Phrases] = getattr(module, _CLASSES[code])
    return make()


def languages() -> tuple[str, ...]:
    """The ISO 639-1 codes of the languages that have phrases."""
    return tuple(_CLASSES)


__all__ = ["Named", "Phrases", "languages", "phrases_for"]
