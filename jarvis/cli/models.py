"""`jarvis models`: the registry, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import size
from jarvis.errors import UsageError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import missing, way_out
from jarvis.model_registry.registry import Registry


def list_models(task: str | None, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints the models, of one task or all.

    Raises:
        UsageError: the task does not exist.
    """
    registry = services.registry()
    cards = _chosen(task, registry)
    lacking = {card.id: missing(card) for card in cards}
    if as_json:
        screen.json([_summary(card, lacking[card.id]) for card in cards])
    elif not cards:
        screen.write(_none_for(task or "", registry))
    elif screen.interactive:
        from jarvis.cli.tables import models_table

        screen.out.print(models_table(cards, lacking, screen.out.width))
        ready = sum(not found for found in lacking.values())
        screen.write(f"\n{ready} of {len(cards)} can run here; `jarvis models show ID` tells more")
    else:
        for card in cards:
            state = "missing" if lacking[card.id] else "ready"
            screen.write(f"{card.id}\t{','.join(card.tasks)}\t{size(card.size_bytes)}\t{card.license}\t{state}")
    return 0


def _chosen(task: str | None, registry: Registry) -> list[ModelCard]:
    if task is None:
        return list(registry)
    cards = sorted(registry.for_task(task), key=lambda card: -card.quality)
    if cards:
        return cards
    from jarvis.tools.toolset import builtin_tools

    known = builtin_tools()
    if task not in known:
        from difflib import get_close_matches

        near = get_close_matches(task, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`jarvis models list` shows the tasks that have models"
        raise UsageError(f"there is no task {task!r}; {hint}")
    return []


def _none_for(task: str, registry: Registry) -> str:
    found = [f"{row.id} ({row.license})" if row.license else row.id for row in registry.suggestions(task)]
    if not found:
        return f"no model for {task} is registered"
    return f"no model for {task} is registered; on the Hugging Face Hub these would do it: {', '.join(found)}"


def show_model(model_id: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints one model's card.

    Raises:
        ModelError: there is no such model.
    """
    card = services.registry().get(model_id)
    lacking = missing(card)
    if as_json:
        screen.json(card.model_dump(mode="json") | {"installed": not lacking, "missing": lacking})
        return 0
    facts = list(_facts(card, lacking))
    if screen.interactive:
        from jarvis.cli.tables import facts_table

        screen.out.print(facts_table(facts))
    else:
        for name, value in facts:
            screen.write(f"{name}: {value}")
    return 0


def _summary(card: ModelCard, lacking: list[str]) -> dict[str, Any]:
    return {
        "id": card.id,
        "name": card.name,
        "tasks": list(card.tasks),
        "license": card.license,
        "languages": list(card.languages),
        "bytes": card.size_bytes,
        "quality": card.quality,
        "extra": card.extra,
        "installed": not lacking,
        "missing": lacking,
    }


def _facts(card: ModelCard, lacking: list[str]) -> Iterable[tuple[str, str]]:
    yield "model", f"{card.id}: {card.name}"
    yield "tasks", ", ".join(card.tasks)
    yield "here", "ready" if not lacking else f"missing: {'; '.join(lacking)}; {way_out(card)}"
    yield "licence", card.license
    yield "languages", ", ".join(card.languages).replace("*", "many") or "language does not matter"
    yield "size", size(card.size_bytes) if card.size_bytes else "no weights"
    yield "quality", f"{card.quality:.2f} ({card.quality_source})"
    if card.measured:
        m = card.measured
        yield "measured", f"{m.seconds:g} s, {m.memory_mb} MB, {m.load_seconds:g} s to load ({m.on})"
    if card.composition_of:
        yield "made of", ", ".join(card.composition_of)
    for file in card.files:
        yield f"file {file.role}", f"{file.path} of {file.package} {file.version}, sha256 {file.sha256}"
    if card.hub:
        yield "on the Hub", f"{card.hub.id} ({card.hub.revision})"
    if card.notes:
        yield "note", card.notes
