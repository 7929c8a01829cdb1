"""What the options of `jarvis models list` and `search` ask for, and whether a card is that."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from jarvis.errors import UsageError
from jarvis.languages import language_code
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import Filters, Sort, smallest_bytes
from jarvis.model_registry.terms import CLASSES, is_known, matches


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that `list` and `search` share."""

    license: str = ""
    """A class (`permissive`), an SPDX identifier, or a hub's word for a licence."""
    language: str = ""
    """A code or an English name."""
    sort: Sort | None = None
    fits: bool = False
    """Only what can run here."""
    installed: bool = False
    """Only what is here."""
    limit: int = 20
    """Of the models of hubs."""

    @property
    def is_filter(self) -> bool:
        """Whether anything beyond "all there is" is asked for."""
        return bool(self.license or self.language or self.sort or self.fits)

    def checked(self) -> Choice:
        """The same, when the licence and the language are ones.

        Raises:
            UsageError: nobody calls a licence or a language so.
        """
        if self.language and not language_code(self.language):
            raise UsageError(f"there is no language {self.language!r}; name one in English, or its code, such as de")
        if self.license and not is_known(self.license):
            raise UsageError(
                f"there is no licence {self.license!r}; name a class ({', '.join(CLASSES)}) or an SPDX identifier "
                "such as Apache-2.0"
            )
        return self

    def filters(self, task: str | None) -> Filters:
        """The same for the database of hubs' models."""
        language = language_code(self.language) if self.language else ""
        return Filters(task or "", language, self.license, format="any" if self.fits else "")

    def passes(self, card: ModelCard, task: str | None) -> bool:
        """Whether a card is what is asked for; what can run here is not looked at."""
        language = language_code(self.language) if self.language else ""
        return (
            (not task or task in card.tasks)
            and (not self.license or matches(self.license, card.license))
            and (not language or language in card.languages or "*" in card.languages)
        )


def order(sort: Sort) -> Callable[[ModelCard], tuple[float, ...]]:
    """A key that puts cards in this order, the first one first; unknown values come last."""
    return _ORDERS[sort]


def _speed(card: ModelCard) -> tuple[float, ...]:
    """Measured ones first; of the others, fewer bytes are read sooner."""
    return (0, card.measured.seconds) if card.measured else (1, _bytes(card))


def _bytes(card: ModelCard) -> float:
    size = smallest_bytes(card)
    return math.inf if size is None else size


def _most(value: float | None) -> tuple[float, ...]:
    return (math.inf,) if value is None else (-value,)


_ORDERS: dict[Sort, Callable[[ModelCard], tuple[float, ...]]] = {
    "relevance": lambda card: (0,),
    "downloads": lambda card: _most(card.downloads),
    "likes": lambda card: _most(card.likes),
    "age": lambda card: _most(card.updated.toordinal() if card.updated else None),
    "size": lambda card: (_bytes(card),),
    "quality": lambda card: _most(card.quality),
    "speed": _speed,
}
