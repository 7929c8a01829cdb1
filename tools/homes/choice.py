"""Which cards do not act on the home that is set. Nothing is opened or imported for it."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis.model_registry.card import ModelCard

_ADDRESSES = ("http://", "https://")


def is_address(where: str) -> bool:
    """Whether a home is a server that is asked, and no file."""
    return where.casefold().startswith(_ADDRESSES)


def other_homes(cards: Iterable[ModelCard], where: str) -> dict[str, str]:
    """By card id, why a card is not for the home `where` (the setting `home`): there is one home at a time."""
    found: dict[str, str] = {}
    for card in cards:
        kind = card.parameters.get("home_is")
        if kind == "server" and not is_address(where):
            found[card.id] = "no Home Assistant is connected; set JARVIS_HOME to its address, as docs/home.md says"
        if kind == "simulated" and is_address(where):
            found[card.id] = f"JARVIS_HOME names a real home, {where}"
    return found
