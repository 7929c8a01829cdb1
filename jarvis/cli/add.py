"""`jarvis models add FOLDER` and `rm ID`: models of one's own folders, and taking any model away again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.tasks import task_named
from jarvis.cli.words import size
from jarvis.model_registry.here import added_models, made_models


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What `jarvis models add` was given."""

    folder: Path
    task: str = ""
    terms: str = ""
    """The licence's SPDX identifier."""
    variant: str = ""
    as_json: bool = False


def add_model(options: AddOptions, screen: Screen, services: Services) -> int:
    """Lets the model in a folder be chosen; its files stay where they are.

    Raises:
        InputError: there is no such folder.
        ModelError: it holds no model that can be run here.
        UsageError: there is no such task or variant.
        StorageError: what was found cannot be kept.
    """
    from jarvis.model_registry.hubs.folders import folder_card
    from jarvis.model_registry.packaged import missing, way_out

    if options.task:
        task_named(options.task)
    found = folder_card(options.folder, task=options.task, terms=options.terms, variant=options.variant)
    card = added_models(services.settings()).put(found, {})
    if options.as_json:
        screen.json({"id": card.id, "tasks": list(card.tasks), "bytes": card.size_bytes, "handler": card.handler})
        return 0
    screen.write(f"{card.id} is known now: {', '.join(card.tasks)}, {size(card.size_bytes)}")
    if lacking := missing(card):
        screen.note(f"it cannot run here yet: {'; '.join(lacking)}; {way_out(card)}")
    return 0


def remove_any(model: str, variant: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Takes away a model that was pulled, made by `optimize`, or added; the files of an added one stay.

    Raises:
        ModelError: it is not here.
        StorageError: it cannot be removed.
    """
    settings = services.settings()
    if model in {card.id for card in made_models(settings).cards()}:
        from jarvis.cli.optimize import remove

        return remove(model, screen, services, as_json=as_json)
    if model in {card.id for card in added_models(settings).cards()}:
        added_models(settings).remove(model)
        if as_json:
            screen.json({"removed": model, "bytes": 0})
        else:
            screen.write(f"{model} is not known any more; its files stay where they are")
        return 0
    from jarvis.cli.pull import remove_model

    return remove_model(model, variant, screen, services, as_json=as_json)
