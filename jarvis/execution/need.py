"""What one run of a model takes of this machine, read from its card."""

from __future__ import annotations

from dataclasses import dataclass

from jarvis.model_registry.card import ModelCard

_QUICK = 0.1
"""Seconds below which code without weights is let run beside anything."""


@dataclass(frozen=True, slots=True)
class Need:
    """Slots that a run holds while it goes on."""

    cores: int = 0
    memory_mb: int = 0
    accelerator: bool = False
    model: str = ""
    """Two runs that name the same model never go on at once; empty when any number may."""

    @property
    def is_nothing(self) -> bool:
        """Whether it takes no slot."""
        return not (self.cores or self.memory_mb or self.accelerator or self.model)


NOTHING = Need()
"""Of what waits for another machine, or is done in a moment."""


def need_of(card: ModelCard, threads: int = 2) -> Need:
    """What a card's model needs when each model computes with `threads` threads.

    Weights in memory mean a model that fills its threads; code without weights fills one, and what only waits for
    the network or is done in 0.1 s fills none.
    """
    if is_elsewhere(card):
        return NOTHING
    if card.files:
        return Need(threads, memory_of(card), bool(card.parameters.get("accelerator")), card.id)
    if card.measured and card.measured.seconds > _QUICK:
        return Need(1, memory_of(card))
    return NOTHING


def is_elsewhere(card: ModelCard) -> bool:
    """Whether other machines do the work."""
    return any(card.parameters.get(name) for name in ("network", "endpoint", "protocol"))


def memory_of(card: ModelCard) -> int:
    """MB of this machine that a card's model takes: as measured, or else half as much again as its files."""
    if is_elsewhere(card):
        return 0
    return card.measured.memory_mb if card.measured else card.size_bytes * 3 // 2 // 2**20


def batch_of(card: ModelCard) -> int:
    """How many tasks the card's handler takes in one go; 1 when it takes them one by one."""
    return max(int(card.parameters.get("batch", 1)), 1)
