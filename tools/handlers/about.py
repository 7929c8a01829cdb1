"""What Jarvis can do here, told from its registry: a small language model asked about itself invents things."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jarvis.languages import language_of
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import missing
from jarvis.model_registry.registry import Registry
from jarvis.tools.deeds import deed
from jarvis.tools.toolset import builtin_tools

_LONGEST = 120
_GREETING = (
    r"(?:(?:hey|hi|hello|ok|hallo|salut|hola|你好|嗨)[\s,!，！]*)?(?:jarvis[\s,!，！]*)?(?:(?:so|and|und|et|y)\s+)?"
)
_FIRST = (
    "optical-character-recognition",
    "text-to-speech",
    "automatic-speech-recognition",
    "image-to-text",
    "object-detection",
    "summarization",
    "translation",
    "question-answering",
    "mask-generation",
    "background-removal",
    "text-to-image",
    "home-control",
    "timer",
    "list-item",
    "weather",
)
"""What most people want, in the order in which it is told."""


def asks_about_jarvis(text: str) -> bool:
    """Whether a text asks what Jarvis is or can do, and nothing else."""
    flat = " ".join(text.replace("’", "'").split())
    return len(flat) <= _LONGEST and _asked().fullmatch(flat) is not None


def introduction(text: str, cards: Iterable[ModelCard] | None = None) -> str:
    """What can be done here, in the language of `text`; `cards` are the models, those that ship unless given."""
    code = language_of(text)
    words = _phrases().get(code) or _phrases()["en"]
    ready = _ready(Registry.load() if cards is None else cards)
    tools = builtin_tools()
    told = [deed(tools[name], code) for name in _FIRST if name in ready]
    if not told:
        return str(words["nothing"])
    left = len(ready & tools.keys()) - len(told)
    return f"{words['begin']}{words['between'].join(told)}{words['more'].format(count=left)}"


def _ready(cards: Iterable[ModelCard]) -> set[str]:
    """Names of the tasks that some model does here."""
    return {task for card in cards if not missing(card) for task in card.tasks}


@cache
def _phrases() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((files("jarvis.tools.handlers") / "about.toml").read_text(encoding="utf-8"))


@cache
def _asked() -> re.Pattern[str]:
    ways = "|".join(way for words in _phrases().values() for way in words["asks"])
    return re.compile(rf"[¿¡]*{_GREETING}[¿¡]*(?:{ways})[\s?!.？！。]*", re.IGNORECASE)
