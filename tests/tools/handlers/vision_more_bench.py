"""Cards of `vision_more.json`, loaded once as the executor would load them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import package_file
from jarvis.model_registry.registry import cards_from_json
from jarvis.tools.handler import Handler, RuntimeOptions


@cache
def more_cards() -> dict[str, ModelCard]:
    """All cards of the catalog by id."""
    name = "vision_more.json"
    text = (files("jarvis.model_registry") / "catalog" / name).read_text(encoding="utf-8")
    return {card.id: card for card in cards_from_json(text, name)}


@cache
def model(model_id: str) -> Handler:
    """The handler of a card with its files and parameters."""
    card = more_cards()[model_id]
    module, name = card.handler.split(":")
    paths = {file.role: package_file(file.package, file.path) for file in card.packaged}
    handler: Handler = getattr(import_module(f"jarvis.tools.handlers.{module}"), name)(
        paths, RuntimeOptions(threads=2, parameters=card.parameters)
    )
    return handler
