"""Which variants of a model could run on this machine, as far as its card tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jarvis.availability import free_disk_mb, free_memory_mb
from jarvis.model_registry.card import ModelCard, Variant
from jarvis.selection.facts import facts
from jarvis.settings import Settings

_RESERVE_MB = 200
"""What a pull leaves free of the disk."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is free now; None when it is not known."""

    memory_mb: int | None
    disk_mb: int | None


def room_here(settings: Settings) -> Room:
    """What is free on this machine, and where pulled models lie."""
    return Room(free_memory_mb(), free_disk_mb(settings.data_dir / "models"))


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether one variant could run here; `variant` is None for a card without any."""

    variant: Variant | None
    obstacle: str
    """Why not; empty when it fits."""
    memory_mb: int = 0
    """What it will about take."""


def fits(card: ModelCard, room: Room) -> list[Fit]:
    """Each variant of a card that is not here, the smallest first, and whether it would run."""
    variants: Sequence[Variant | None] = [*sorted(card.variants, key=_bytes)] or [None]
    return [Fit(variant, *_judged(card, variant, room)) for variant in variants]


def _bytes(variant: Variant) -> int:
    return variant.bytes


def obstacle(card: ModelCard, room: Room) -> str:
    """Why no variant of a card that is not here would run; empty when one does."""
    found = fits(card, room)
    return "" if any(not fit.obstacle for fit in found) else found[0].obstacle


def _judged(card: ModelCard, variant: Variant | None, room: Room) -> tuple[str, int]:
    only = card.model_copy(update={"variants": (variant,) if variant else (), "files": ()})
    known = [facts(only, task) for task in card.tasks]
    memory = max((one.memory_mb for one in known), default=0)
    return next(_obstacles(card, variant, memory, room, runs=any(one.runs for one in known)), ""), memory


def _obstacles(card: ModelCard, variant: Variant | None, memory: int, room: Room, *, runs: bool) -> Iterator[str]:
    if not card.tasks:
        yield "its task is not known"
    if card.warnings and variant is None:
        yield card.warnings[0]
    if variant is None:
        yield "its files are not known"
        return
    if not runs:
        yield f"nothing here runs {variant.format} files of {card.architecture or 'this kind'} for {card.tasks[0]}"
    megabytes = variant.bytes / 1e6
    if room.disk_mb is not None and megabytes + _RESERVE_MB > room.disk_mb:
        yield f"takes {megabytes:.0f} MB of disk and {room.disk_mb} MB are free"
    if room.memory_mb is not None and memory > room.memory_mb:
        yield f"needs about {memory} MB of memory and {room.memory_mb} MB are free"
