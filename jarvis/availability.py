"""Looks up what is here: installed models, memory. The selector gets it as data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jarvis.model_registry.packaged import missing, to_fetch, way_out
from jarvis.model_registry.registry import Registry
from jarvis.selection import Availability

_MEMINFO = Path("/proc/meminfo")


def look(
    registry: Registry,
    *,
    loaded: Iterable[str] = (),
    language: str = "",
    offline: bool = False,
    preferred: Iterable[str] = (),
) -> Availability:
    """What is here now. Fast: nothing is imported, hashed or downloaded.

    `loaded` are the ids of the models in memory (`LocalWorker.loaded`), `language` is that of the request. Use
    `dataclasses.replace` for the other fields.
    """
    lacking = {card.id: missing(card) for card in registry}
    fetched = frozenset[str]() if offline else _fetched_when_used(registry, lacking)
    reasons = {model_id: found[0] for model_id, found in lacking.items() if found and model_id not in fetched}
    return Availability(
        missing={model_id: f"{reason}; {way_out(registry.get(model_id))}" for model_id, reason in reasons.items()},
        loaded=frozenset(loaded),
        free_memory_mb=free_memory_mb(),
        language=language,
        offline=offline,
        preferred=frozenset(preferred),
    )


def _fetched_when_used(registry: Registry, lacking: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Cards that lack only a wheel, for tasks that no other model here does: they are fetched when they are chosen."""
    ready = {task for card in registry if not lacking[card.id] for task in card.tasks}
    alone = [card for card in registry if lacking[card.id] and not ready.issuperset(card.tasks)]
    return frozenset(card.id for card in alone if to_fetch(card))


def free_memory_mb() -> int | None:
    """Memory that can be used without swapping, in MB of 2**20 bytes; None where the system does not say."""
    if _MEMINFO.is_file():
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return None
