"""The Selector: the second stage, from a graph to candidates for each task; and the same told in full for `why`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jarvis.graph import Task, TaskGraph
from jarvis.languages import language_code
from jarvis.messages import Assignment, Candidate, Rejected
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.selection import limits, words
from jarvis.selection.available import Availability, InputSize
from jarvis.selection.facts import Facts, Index, index_of
from jarvis.selection.language import about_tokens, reads_text, text_language
from jarvis.selection.limits import ABSENT, Demand, Limit
from jarvis.selection.order import ranked
from jarvis.selection.score import Parts, Scale, pace_of
from jarvis.spec import Effect, ToolSpec, ValueType

_REJECTED_SHOWN = 16
_OFFERED = 2
_TEXTS = frozenset({ValueType.TEXT, ValueType.DATA, ValueType.ANY})


@dataclass(frozen=True, slots=True)
class Row:
    """One model that does a task, and what became of it."""

    card: ModelCard
    limit: str = ""
    """The name of the limit that rules it out; empty when it can run."""
    reason: str = ""
    """Why it is ruled out, or why it stands where it stands."""
    parts: Parts | None = None
    """Of its score, when it can run or could if it were pulled."""
    seconds: float | None = None
    """How long it would take now."""
    quality_source: str = ""
    """Who says how good it is."""

    @property
    def score(self) -> float:
        """0 when it is ruled out."""
        return self.parts.total if self.parts else 0.0


class Selector:
    """The second stage: a graph in, candidates for each task out."""

    def assign(self, graph: TaskGraph, registry: Registry, available: Availability) -> dict[int, Assignment]:
        """The candidates for every task of a graph, by task id."""
        return {task.id: self.assign_task(task, graph, registry, available) for task in graph}

    def assign_task(
        self,
        task: Task,
        graph: TaskGraph,
        registry: Registry,
        available: Availability,
        offers: Sequence[ModelCard] = (),
    ) -> Assignment:
        """The candidates for one task of a graph that may still grow, best first, with reasons in words.

        With no candidate, `advice` says in one sentence what is missing and which models would do it; `offers` are
        models of a hub that may be named there. Of many candidates the best few are given, and of many that are out.
        """
        tool = graph.spec_of(task)
        demand = _demand(task, tool, graph, registry, available)
        if demand.effect not in available.effects:
            return Assignment(task.id, (), (), f"{tool.name} has an effect on the world, which is not allowed here")
        cards = index_of(registry).of(tool.name)
        fit, out = limits.ruled_out(cards, demand, available)
        rejected = _rejected(out, demand, available)
        if not fit:
            offered = _offered(out, offers, demand, available)
            return Assignment(task.id, (), rejected, words.advice(tool, registry, rejected, offered))
        return Assignment(task.id, _candidates(cards, fit, rejected, demand, available), rejected)

    def explain(
        self,
        tool: ToolSpec,
        cards: Sequence[ModelCard],
        available: Availability,
        size: InputSize | None = None,
        target: str = "",
    ) -> list[Row]:
        """Every one of these cards with its score or what rules it out.

        First the candidates, in the order to try them, then those that only have to be pulled, then the others.
        """
        index = Index(Registry(cards))
        known = index.of(tool.name)
        fits = index.fits(tool.name, available.topic)
        demand = Demand(tool.name, available.language, reads_text(tool), size or InputSize(), tool.effect, target, fits)
        fit, out = limits.ruled_out(known, demand, available)
        scale = Scale(demand, available, pace_of(known, tool.name, available))

        def rows(cards: list[Facts], limit: str) -> list[Row]:
            order = ranked(cards, demand, available, scale, most=len(cards))
            return [_row(card, limit, demand, available, scale) for _, card in order]

        absent = [card for card, limit in out if limit is ABSENT]
        gone = [
            Row(card.card, limit.name, limit.says(card, demand, available))
            for card, limit in out
            if limit is not ABSENT
        ]
        return rows(fit, "") + rows(absent, ABSENT.name) + gone


def _row(card: Facts, limit: str, demand: Demand, available: Availability, scale: Scale) -> Row:
    told = words.figures(card, scale, available)
    if limit:
        told = f"{ABSENT.says(card, demand, available)}: {told}"
    return Row(card.card, limit, told, scale.parts(card), scale.wait(card), card.quality.source)


def _demand(task: Task, tool: ToolSpec, graph: TaskGraph, registry: Registry, available: Availability) -> Demand:
    effect = tool.effect_of(task.literal("action"))
    size = available.sizes.get(task.id) or _written(task, tool)
    fits = index_of(registry).fits(tool.name, available.topic)
    target = language_code(task.literal("target_language") or "")
    language = text_language(task, graph, available)
    return Demand(tool.name, language, reads_text(tool), size, effect, target, fits)


def _written(task: Task, tool: ToolSpec) -> InputSize:
    """The size of the texts that stand in the task itself."""
    texts = [value for name, value in task.values() if isinstance(value, str) and _holds_text(tool, name)]
    characters = sum(map(len, texts))
    return InputSize(characters, sum(map(about_tokens, texts))) if characters else InputSize()


def _holds_text(tool: ToolSpec, name: str) -> bool:
    slot = tool.slot(name)
    return slot is not None and slot.type in _TEXTS


def _candidates(
    cards: Sequence[Facts], fit: list[Facts], rejected: tuple[Rejected, ...], demand: Demand, available: Availability
) -> tuple[Candidate, ...]:
    scale = Scale(demand, available, pace_of(cards, demand.task, available))
    best = ranked(fit, demand, available, scale)
    count = words.Count(known=len(cards), fit=len(fit))
    return tuple(
        Candidate(card.id, words.reason(place, count, card, rejected, scale, available), round(score, 3))
        for place, (score, card) in enumerate(best)
    )


def _rejected(out: Sequence[tuple[Facts, Limit]], demand: Demand, available: Availability) -> tuple[Rejected, ...]:
    """Those that are ruled out, in words; of many the ones that would be missed most."""
    if len(out) > _REJECTED_SHOWN:
        out = sorted(out, key=lambda row: (-row[0].careful, -row[0].popularity, row[0].id))[:_REJECTED_SHOWN]
    return tuple(Rejected(card.id, limit.says(card, demand, available)) for card, limit in out)


def _offered(
    out: Sequence[tuple[Facts, Limit]], offers: Sequence[ModelCard], demand: Demand, available: Availability
) -> list[Facts]:
    """Models that one `jarvis models pull` would bring, best first."""
    absent = [card for card, limit in out if limit is ABSENT]
    known: Mapping[str, Facts] = {card.id: card for card, _ in out}
    if offers:
        others = Index(Registry(card for card in offers if card.id not in known)).of(demand.task)
        absent += [card for card, limit in limits.ruled_out(others, demand, available)[1] if limit is ABSENT]
    if demand.effect is not Effect.NONE:
        return []
    scale = Scale(demand, available)
    return [card for _, card in ranked(absent, demand, available, scale, most=_OFFERED)]
