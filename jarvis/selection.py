"""Model selection: which models could run a task, in which order, and why. Pure: what is here comes in as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jarvis.graph import Ref, Task, TaskGraph
from jarvis.languages import language_code, language_name
from jarvis.messages import Assignment, Candidate, Rejected
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect, ToolSpec, ValueType

_UNKNOWN_SECONDS = 1.0
_SLOWNESS = 0.3
"""What an endless wait costs on the quality scale of 0 to 1; two seconds cost half of it."""
_PREFERRED = 1.0


@dataclass(frozen=True, slots=True)
class Availability:
    """What is here at the moment of choosing, looked up by `jarvis.availability.look`."""

    missing: Mapping[str, str] = field(default_factory=dict[str, str])
    """By card id, what the card still needs and how to get it; a card that is not in here is ready."""
    loaded: frozenset[str] = frozenset()
    """Ids of the models in memory."""
    free_memory_mb: int | None = None
    """None when it is not known."""
    language: str = ""
    """ISO 639-1 code of the request; empty when it is not known."""
    languages: Mapping[int, str] = field(default_factory=dict[int, str])
    """By task id, the language of the task's own text where it is another one than the request's."""
    offline: bool = False
    """Whether models that need the network are ruled out."""
    preferred: frozenset[str] = frozenset()
    """Ids of models to put first."""
    pinned: Mapping[str, str] = field(default_factory=dict[str, str])
    """By task name, the id of the only model to use."""
    effects: frozenset[Effect] = frozenset(Effect)
    """Which effects on the world are allowed."""


class Selector:
    """The second stage: a graph in, candidates for each task out."""

    def assign(self, graph: TaskGraph, registry: Registry, available: Availability) -> dict[int, Assignment]:
        """The candidates for every task of a graph, by task id."""
        return {task.id: self.assign_task(task, graph, registry, available) for task in graph}

    def assign_task(self, task: Task, graph: TaskGraph, registry: Registry, available: Availability) -> Assignment:
        """The candidates for one task of a graph that may still grow, best first, with reasons in words.

        With no candidate, `advice` says in one sentence what is missing and which models would do it.
        """
        tool = graph.spec_of(task)
        effect = tool.effect_of(task.literal("action"))
        if effect not in available.effects:
            return Assignment(task.id, (), (), f"{tool.name} has an effect on the world, which is not allowed here")
        language = text_language(task, graph, available)
        fit: list[ModelCard] = []
        rejected: list[Rejected] = []
        for card in registry.for_task(tool.name):
            reason = _obstacle(card, tool, language, available)
            if reason:
                rejected.append(Rejected(card.id, reason))
            else:
                fit.append(card)
        if not fit:
            return Assignment(task.id, (), tuple(rejected), _advice(tool, registry, rejected))
        return Assignment(task.id, _ranked(fit, rejected, language, available), tuple(rejected))


def text_language(task: Task, graph: TaskGraph, available: Availability) -> str:
    """The language of the text that goes into a task, "" when it is not known.

    What comes out of a task with a target language is in that language, also through tasks in between.
    """
    for _, value in task.values():
        if isinstance(value, Ref) and value.task_id in graph:
            source = graph[value.task_id]
            target = source.literal("target_language")
            if target is not None:
                return language_code(target)
            if graph.output_type(source.id) is ValueType.TEXT and source.id != task.id:
                return text_language(source, graph, available)
    return available.languages.get(task.id, available.language)


def _obstacle(card: ModelCard, tool: ToolSpec, language: str, available: Availability) -> str:
    """Why a card is ruled out; empty when it is not."""
    pinned = available.pinned.get(tool.name)
    if pinned is not None and card.id != pinned:
        return f"the settings name {pinned} for {tool.name}"
    if card.id in available.missing:
        return available.missing[card.id]
    if available.offline and card.parameters.get("network"):
        return "needs the network, and Jarvis is set to stay offline"
    if _reads_text(tool) and not _speaks(card, language):
        return f"{_languages(card)} only, and the text is {language_name(language)}"
    needed = card.measured.memory_mb if card.measured else 0
    free = available.free_memory_mb
    if card.id not in available.loaded and free is not None and needed > free:
        return f"needs {needed} MB of memory and {free} MB are free"
    return ""


def _reads_text(tool: ToolSpec) -> bool:
    """Whether the tool works on text. Of what a picture or a recording says, the language is not known before."""
    return not any(slot.required and slot.type.is_media for slot in tool.slots)


def _speaks(card: ModelCard, language: str) -> bool:
    return not language or not card.languages or language in card.languages or "*" in card.languages


def _languages(card: ModelCard) -> str:
    names = [language_name(code) for code in card.languages]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ranked(
    cards: list[ModelCard], rejected: list[Rejected], language: str, available: Availability
) -> tuple[Candidate, ...]:
    scored = sorted(((_score(card, language, available), card) for card in cards), key=lambda s: (-s[0], s[1].id))
    return tuple(
        Candidate(card.id, _reason(place, len(cards), card, rejected, available), round(score, 3))
        for place, (score, card) in enumerate(scored)
    )


def _score(card: ModelCard, language: str, available: Availability) -> float:
    """Quality, less what the wait costs; a preferred model, or one that speaks the language, comes before others."""
    seconds = _seconds(card, available)
    score = card.quality - _SLOWNESS * seconds / (seconds + 2)
    score += _PREFERRED if card.id in available.preferred else 0
    return score if _speaks(card, language) else score - 0.5


def _seconds(card: ModelCard, available: Availability) -> float:
    if card.measured is None:
        return _UNKNOWN_SECONDS
    loading = 0 if card.id in available.loaded else card.measured.load_seconds
    return card.measured.seconds + loading


def _reason(place: int, count: int, card: ModelCard, rejected: list[Rejected], available: Availability) -> str:
    figures = f"quality {card.quality:.2f}".replace("0.", ".", 1)
    if card.measured:
        figures += f", {_seconds(card, available):.1f} s"
    if card.id in available.loaded:
        figures += ", in memory"
    words = f"{_standing(place, count + len(rejected), count)}: {figures}"
    if card.id in available.preferred:
        words = f"preferred by the settings; {words}"
    return words + (_ruled_out(rejected) if place == 0 else "")


def _standing(place: int, known: int, count: int) -> str:
    if known == 1:
        return "the only model for it"
    if count == 1:
        return f"the only one of {known} that can run"
    return f"best of {count}" if place == 0 else f"number {place + 1} of {count}"


def _ruled_out(rejected: list[Rejected]) -> str:
    if len(rejected) == 1:
        return f"; {rejected[0].model_id} is out: {rejected[0].reason}"
    return f"; {len(rejected)} others cannot run" if rejected else ""


def _advice(tool: ToolSpec, registry: Registry, rejected: list[Rejected]) -> str:
    if rejected:
        reasons = "; ".join(f"{row.model_id}: {row.reason}" for row in rejected[:2])
        return f"no model for {tool.name} can run here ({reasons})"
    known = [f"{s.id} ({s.license})" if s.license else s.id for s in registry.suggestions(tool.name)[:2]]
    if known:
        return f"no model for {tool.name} is registered; from the Hugging Face Hub {' or '.join(known)} would do it"
    return f"no model for {tool.name} is registered, and none is known to the catalog; add a tool of your own for it"
