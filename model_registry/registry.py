"""The registry: every model that is known, installed or not, and what the Hub has for tasks without one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from jarvis.errors import ModelError
from jarvis.model_registry.card import ModelCard

_SUGGESTIONS = "hub_suggestions.json"


class Suggestion(BaseModel):
    """A model on the Hugging Face Hub that would do a task, should someone connect it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    license: str = ""
    bytes: int | None = None
    notes: str = ""


class Registry:
    """An immutable collection of ModelCards by id, in catalog order."""

    def __init__(
        self, cards: Iterable[ModelCard], suggestions: Mapping[str, tuple[Suggestion, ...]] | None = None
    ) -> None:
        """Collects cards.

        Raises:
            ModelError: two cards share an id, or two files of one card share a role.
        """
        self._cards: dict[str, ModelCard] = {}
        self._suggestions = dict(suggestions or {})
        for card in cards:
            if card.id in self._cards:
                raise ModelError(f"two model cards have the id {card.id!r}; rename one in its catalog file")
            _check_roles(card)
            self._cards[card.id] = card

    @classmethod
    def load(cls) -> Registry:
        """The cards that ship: every list in `model_registry/catalog`.

        Raises:
            ModelError: a catalog file is not what it should be; the message names it.
        """
        cards: list[ModelCard] = []
        for name, text in sorted(_catalog().items()):
            if name != _SUGGESTIONS:
                cards += cards_from_json(text, name)
        return cls(cards, _suggestions(_catalog().get(_SUGGESTIONS, "{}")))

    def __iter__(self) -> Iterator[ModelCard]:
        return iter(self._cards.values())

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, model_id: object) -> bool:
        return model_id in self._cards

    def get(self, model_id: str) -> ModelCard:
        """The card with this id.

        Raises:
            ModelError: there is none.
        """
        try:
            return self._cards[model_id]
        except KeyError:
            raise ModelError(f"no model is called {model_id!r}; `jarvis models list` shows all") from None

    def for_task(self, task: str) -> tuple[ModelCard, ...]:
        """All cards that run a task, in catalog order."""
        return tuple(card for card in self if task in card.tasks)

    def suggestions(self, task: str) -> tuple[Suggestion, ...]:
        """Models of the Hub that would do a task, best first."""
        return self._suggestions.get(task, ())

    def with_cards(self, cards: Iterable[ModelCard]) -> Registry:
        """A registry with `cards` added; one with a known id takes the place of the old one."""
        merged = self._cards | {card.id: card for card in cards}
        return Registry(merged.values(), self._suggestions)


def cards_from_json(text: str, name: str) -> list[ModelCard]:
    """The cards of one catalog file; `name` is for the error message.

    Raises:
        ModelError: not a JSON list of cards.
    """
    try:
        return [ModelCard.model_validate(row) for row in json.loads(text)]
    except (ValueError, TypeError, ValidationError) as error:
        raise ModelError(f"the catalog file {name} is not a list of model cards: {error}") from error


def _catalog() -> dict[str, str]:
    folder = files("jarvis.model_registry") / "catalog"
    return {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".json")}


def _suggestions(text: str) -> dict[str, tuple[Suggestion, ...]]:
    rows: dict[str, Any] = json.loads(text)
    return {task: tuple(Suggestion.model_validate(row) for row in found) for task, found in rows.items()}


def _check_roles(card: ModelCard) -> None:
    roles = [file.role for file in card.files]
    if len(set(roles)) != len(roles):
        raise ModelError(f"two files of the model {card.id!r} have the same role; name them apart")
