"""Every model that this machine has: those that ship, those that were pulled, and variants that were made here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.optimize.shelf import Shelf
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings

if TYPE_CHECKING:
    from jarvis.model_registry.store import ModelStore


def models_folder(settings: Settings) -> Path:
    """Where pulled models lie, what was made of models, and the database of the hubs' cards."""
    return settings.data_dir / "models"


def registry_here(settings: Settings) -> Registry:
    """The cards that ship, and those of the folder of models.

    Raises:
        ModelError: a catalog file that ships is not what it should be.
    """
    registry = Registry.load()
    folder = models_folder(settings)
    return registry.with_cards(_added(settings)) if folder.is_dir() else registry


def offers(settings: Settings, task: str, most: int = 50) -> Sequence[ModelCard]:
    """Models of the hubs that would do a task, from the last `jarvis models sync`; none when there was no sync.

    Raises:
        StorageError: the database cannot be read.
    """
    from jarvis.model_registry.database import CardDatabase, card_file

    if not card_file(settings.data_dir).is_file():
        return ()
    with CardDatabase(card_file(settings.data_dir)) as database:
        return database.candidates(task, most)


def pulled_models(settings: Settings) -> ModelStore:
    """What was pulled from hubs."""
    from jarvis.model_registry.store import ModelStore

    return ModelStore(models_folder(settings), most_mb=settings.models_mb, pinned=settings.pinned)


def made_models(settings: Settings) -> Shelf:
    """Variants that `jarvis models optimize` made."""
    return Shelf(models_folder(settings) / "optimized")


def added_models(settings: Settings) -> Shelf:
    """Models of the user's own folders."""
    return Shelf(models_folder(settings) / "added")


def _added(settings: Settings) -> list[ModelCard]:
    return [*pulled_models(settings).installed(), *made_models(settings).cards(), *added_models(settings).cards()]
