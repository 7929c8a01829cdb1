"""What does not change about a card, worked out once: a thousand cards are compared in a millisecond afterwards."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from jarvis.languages import language_code
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.model_registry.runtimes import runtime_of
from jarvis.model_registry.terms import LicenseClass, license_class
from jarvis.selection.quality import Belief, belief, is_of_a_hub, shared_data
from jarvis.selection.topic import Topics

UNKNOWN_SECONDS = 1.0
"""What a model is taken for of which neither time nor size is known."""
_MB = 1_000_000
_SECONDS_OF_A_MB = 0.007
"""Where no model was ever measured: the median of the models that ship."""
_BYTES_OF_A_PARAMETER = 4
_HALVES = ("fp16", "bf16")
"""Precisions that a processor computes as fp32, so that half the bytes take the whole time."""
_WORKING_MEMORY = 1.3
"""What a model takes of memory, as a multiple of its weights, and `_RUNTIME_MB` for what runs it."""
_RUNTIME_MB = 60
_UNSAFE = ("pickle", "code of its repository", "remote code", "file name", "only an adapter", "safe format")
_UNBOUNDED = math.inf
_PAIR = re.compile(r"-([a-z]{2})-([a-z]{2})(?:$|:)")


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """One card, seen as a candidate for one task. Numbers that nobody gave are infinite limits or a None."""

    card: ModelCard
    id: str
    quality: Belief
    careful: float
    """The quality that counts."""
    seconds: float
    """Measured elsewhere or predicted, with the model in memory."""
    load_seconds: float
    predicted: bool
    """Whether `seconds` is predicted from the size of the weights."""
    memory_mb: int
    weights_mb: float
    joules: float | None
    price: float
    popularity: float
    any_language: bool
    stated: bool
    """False for a model of a hub that does not say which languages it knows."""
    languages: frozenset[str]
    direction: tuple[str, str]
    """Of a translator of one pair, from which language into which; both empty for others."""
    terms: LicenseClass
    network: bool
    pulled: bool
    """False for a model of a hub whose weights are not here."""
    runs: bool
    """Whether there is code that runs it."""
    unsafe: str
    """A warning of the card's that forbids running it; empty when there is none."""
    max_characters: float
    max_tokens: float
    max_megapixels: float
    max_seconds: float


class Index:
    """The facts of a registry, by task."""

    def __init__(self, registry: Registry) -> None:
        self._cards = tuple(registry)
        self._by_task: dict[str, tuple[Facts, ...]] = {}
        self._topics: dict[str, Topics] = {}

    def of(self, task: str) -> tuple[Facts, ...]:
        """The facts of all cards that run a task, in the registry's order."""
        found = self._by_task.get(task)
        if found is None:
            rates = self._rates
            rate = rates.get(task, rates[""])
            cards = [card for card in self._cards if task in card.tasks]
            typical = statistics.median([size for card in cards if (size := weights_mb(card))] or [0.0])
            shared = shared_data(cards)
            found = tuple(facts(card, task, rate, typical, shared) for card in cards)
            self._by_task[task] = found
        return found

    def fits(self, task: str, words: frozenset[str]) -> Mapping[str, float]:
        """By id, from 0 to 1, how well the cards of a task fit the subject that these words tell."""
        if not words:
            return {}
        cards = self.of(task)
        if task not in self._topics:
            self._topics[task] = Topics([card.card for card in cards])
        return {cards[place].id: fit for place, fit in self._topics[task].fits(words).items()}

    @cached_property
    def _rates(self) -> dict[str, float]:
        """Seconds for a MB of weights: the median of the measured models, of each task and ("") of all."""
        seen: dict[str, list[float]] = {"": []}
        for card in self._cards:
            megabytes = weights_mb(card)
            if card.measured is None or megabytes < 1:
                continue
            rate = card.measured.seconds / megabytes
            seen[""].append(rate)
            for task in card.tasks:
                seen.setdefault(task, []).append(rate)
        return {"": _SECONDS_OF_A_MB} | {task: statistics.median(rates) for task, rates in seen.items() if rates}


_INDEXES: WeakKeyDictionary[Registry, Index] = WeakKeyDictionary()


def index_of(registry: Registry) -> Index:
    """The facts of a registry, which never changes; kept as long as it lives."""
    found = _INDEXES.get(registry)
    if found is None:
        found = _INDEXES[registry] = Index(registry)
    return found


def facts(
    card: ModelCard,
    task: str,
    seconds_of_a_mb: float = _SECONDS_OF_A_MB,
    typical_mb: float = 0.0,
    shared: frozenset[str] | None = None,
) -> Facts:
    """What is fixed about a card for a task.

    `seconds_of_a_mb` predicts the time of a model that nobody measured, from its size; a model of a hub whose size is
    not told is taken to be of the typical one.
    """
    quality = belief(card, task, shared)
    languages = card.languages or (_named_languages(card) if is_of_a_hub(card) else ())
    megabytes = weights_mb(card)
    supposed = megabytes * _work(card) or (typical_mb if is_of_a_hub(card) else 0.0)
    predicted = card.measured is None and supposed > 0
    seconds = card.measured.seconds if card.measured else supposed * seconds_of_a_mb if predicted else UNKNOWN_SECONDS
    return Facts(
        card=card,
        id=card.id,
        quality=quality,
        careful=quality.careful if is_of_a_hub(card) else quality.mean,
        seconds=seconds,
        load_seconds=card.measured.load_seconds if card.measured else supposed / 500,  # half a GB a second
        predicted=predicted,
        memory_mb=_memory_mb(card, megabytes),
        weights_mb=megabytes,
        joules=_optional(card, "joules"),
        price=_number(card, "price", 0.0),
        popularity=math.log10(1 + (card.downloads or 0)) + math.log10(1 + (card.likes or 0)),
        any_language=not languages or "*" in languages,
        stated=bool(languages) or not is_of_a_hub(card),
        languages=frozenset(languages),
        direction=_direction(card, task),
        terms=license_class(card.license),
        network=bool(card.parameters.get("network")) or card.source == "endpoint",
        pulled=not is_of_a_hub(card) or bool(card.files),
        runs=_runs(card, task),
        unsafe=next((text for text in card.warnings if _forbids(text)), ""),
        max_characters=_number(card, "max_characters"),
        max_tokens=_number(card, "max_input_tokens"),
        max_megapixels=min(_number(card, "max_megapixels"), _number(card, "max_pixels") / 1e6),
        max_seconds=_number(card, "max_seconds"),
    )


def weights_mb(card: ModelCard) -> float:
    """MB (10**6 bytes) of the weights: of the files, the smallest variant, or from the parameters; 0 when unknown."""
    if card.files:
        return card.size_bytes / _MB
    if card.variants:
        return min(variant.bytes for variant in card.variants) / _MB
    if card.parameter_count:
        return card.parameter_count * _BYTES_OF_A_PARAMETER / _MB
    return 0.0


def _work(card: ModelCard) -> float:
    """How much longer its weights take than as many bytes of fp32 or of integers."""
    smallest = min(card.variants, key=lambda variant: variant.bytes, default=None)
    return 2.0 if not card.files and smallest is not None and smallest.precision in _HALVES else 1.0


def _memory_mb(card: ModelCard, megabytes: float) -> int:
    if card.measured:
        return card.measured.memory_mb
    return round(megabytes * _WORKING_MEMORY) + _RUNTIME_MB if megabytes else 0


def _named_languages(card: ModelCard) -> tuple[str, ...]:
    """Of a card that lists no language, those in its name: `text2vec-base-chinese`, `whisper-tiny.en`."""
    parts = card.id.lower().replace("_", "-").replace(".", "-").split("-")
    named = (language_code(part) for part in parts if len(part) > 4)
    last = parts[-1] if parts[-1] in ("en", "zh") else ""
    return tuple(dict.fromkeys(filter(None, (*named, last))))


def _direction(card: ModelCard, task: str) -> tuple[str, str]:
    """From the name, as `opus-mt-en-zh` has it: its card lists both languages and not which way it goes."""
    found = _PAIR.search(card.id) if task == "translation" and is_of_a_hub(card) else None
    return (found[1], found[2]) if found else ("", "")


def _runs(card: ModelCard, task: str) -> bool:
    """Whether there is code for it: what ships, functions and endpoints bring their own.

    A model of a hub that is not here needs a runtime for one of its variants; where those are not told, for any format.
    """
    if card.handler or card.source in ("package", "endpoint"):
        return True
    forms = {variant.format for variant in card.variants} or {"onnx", "safetensors"}
    return not card.files and any(runtime_of(task, form, card.architecture) for form in forms)


def _forbids(warning: str) -> bool:
    return any(word in warning.lower() for word in _UNSAFE)


def _number(card: ModelCard, name: str, otherwise: float = _UNBOUNDED) -> float:
    value = _optional(card, name)
    return otherwise if value is None else value


def _optional(card: ModelCard, name: str) -> float | None:
    value = card.parameters.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
