"""Registries for tests of the executor: every model can do every task."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry


def registry_of(models: Iterable[str], tools: Iterable[str]) -> Registry:
    """A registry in which each of the models is for all of the tools; their handlers do not exist."""
    tasks = tuple(tools)
    return Registry(
        ModelCard(
            id=model,
            name=model,
            tasks=tasks,
            handler="none:None",
            license="MIT",
            extra="core",
            quality=0.5,
            quality_source="none",
        )
        for model in models
    )
