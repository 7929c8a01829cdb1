"""All models that this machine knows of: those that ship, those that were pulled, and those of the last sync."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from jarvis.cli.services import Services
from jarvis.errors import ModelError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import CardDatabase, Sync, card_file
from jarvis.model_registry.packaged import missing
from jarvis.model_registry.registry import Registry

if TYPE_CHECKING:
    from jarvis.settings import Settings

_OLD_DAYS = 30


@dataclass(frozen=True)
class Known:
    """Where models are looked up."""

    settings: Settings
    registry: Registry
    """Those that ship, and those that were pulled."""
    database: CardDatabase
    _lacking: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def lacking(self, card: ModelCard) -> list[str]:
        """What a card of the registry still needs here, in words."""
        if card.id not in self._lacking:
            self._lacking[card.id] = missing(card)
        return self._lacking[card.id]

    def find(self, model_id: str) -> ModelCard:
        """The card with this id.

        Raises:
            ModelError: there is none; the message names some that are called alike.
        """
        if model_id in self.registry:
            return self.registry.get(model_id)
        card = self.database.get(model_id)
        if card is None:
            raise ModelError(f"no model is called {model_id!r}; {self._hint(model_id)}")
        return card

    def license_of(self, model_id: str) -> str | None:
        """The licence of a model that is known; None of one that is not."""
        if model_id in self.registry:
            return self.registry.get(model_id).license
        card = self.database.get(model_id)
        return card.license if card else None

    @cached_property
    def syncs(self) -> list[Sync]:
        """The last sync of each source."""
        return self.database.syncs()

    def synced(self, now: datetime | None = None) -> str:
        """When the hubs were last synced, and how to do it, in a sentence."""
        if not self.syncs:
            return (
                "the hubs were never synced: `jarvis models sync` brings their cards, once, for use without a network"
            )
        now = now or datetime.now(UTC)
        said = ", ".join(f"{sync.source} {_ago(now, sync.when)} ({sync.count:,} models)" for sync in self.syncs)
        old = any((now - sync.when).days >= _OLD_DAYS for sync in self.syncs)
        return f"last synced: {said}; `jarvis models sync` renews {'that, which is old' if old else 'it'}"

    def _hint(self, model_id: str) -> str:
        from difflib import get_close_matches

        words = " ".join(model_id.replace("/", " ").replace("-", " ").replace("_", " ").split())
        own = get_close_matches(model_id, [card.id for card in self.registry], n=2)
        near = own or [card.id for card in self.database.search(words, limit=2).cards]
        if near:
            return f"did you mean {' or '.join(near)}?"
        return f"`jarvis models list` shows those that ship, `jarvis models search {words}` looks at the hubs'"


@contextmanager
def known_models(services: Services) -> Iterator[Known]:
    """Opens what is known; nothing is made where nothing was synced or pulled."""
    settings = services.settings()
    registry = services.registry()
    with CardDatabase(card_file(settings.data_dir)) as database:
        yield Known(settings, registry, database)


def _ago(now: datetime, then: datetime) -> str:
    days = (now - then).days
    if days < 1:
        return (
            f"today at {then.astimezone():%H:%M}"
            if now.astimezone().date() == then.astimezone().date()
            else "yesterday"
        )
    return f"{days} days ago" if days > 1 else "yesterday"
