"""What a hub gives: lists of cards for the database, one whole card for a pull, and where its files lie."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from jarvis.errors import ModelError
from jarvis.model_registry.card import ModelCard, RepositoryFile, Source
from jarvis.model_registry.hubs.asking import Asker


class NoSuchModelError(ModelError):
    """A hub has no model of this name, or shows it to nobody without a token."""


class GatedError(ModelError):
    """The owner of a model must grant access first."""


class Hub(Protocol):
    """One hub, asked by one thread."""

    source: Source
    asker: Asker

    def listed(self, task: str, *, since: date | None = None, limit: int = 1000) -> Iterator[ModelCard]:
        """Cards of a task as a list shows them: most downloaded first, or those changed `since` then, newest first.

        Raises:
            TransportError: the hub cannot be reached, or has no more patience.
            RefusedError: it says no.
        """
        ...

    def card(self, repository: str, revision: str = "") -> ModelCard:
        """The whole card: with the commit, every file's size and hash, and the first words of its text.

        Raises:
            NoSuchModelError: there is none, or not at this revision.
            GatedError: access must be granted first.
            TransportError: the hub cannot be reached.
        """
        ...

    def url(self, card: ModelCard, file: RepositoryFile) -> str:
        """Where a file of a card is fetched from."""
        ...
