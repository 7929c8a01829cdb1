"""What the settings say about models: which to use for a task, and what they are to be like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from jarvis.errors import UsageError
from jarvis.model_registry.registry import Registry
from jarvis.model_registry.terms import CLASSES, license_class
from jarvis.selection.wishes import Aim, Wishes
from jarvis.settings import Settings


def wishes_of(settings: Settings, registry: Registry) -> Wishes:
    """What the settings ask of the models.

    Raises:
        UsageError: a licence is neither an SPDX id nor a class of licences, or a model is not known.
    """
    for name in (*settings.licenses, *settings.no_licenses):
        if name.lower() not in CLASSES and license_class(name) == "unknown":
            raise UsageError(f"{name!r} is no licence; name an SPDX id such as MIT, or one of {', '.join(CLASSES)}")
    if settings.aim not in get_args(Aim):
        raise UsageError(
            f"models are chosen to be fast, best or small, and not {settings.aim!r}; set JARVIS_AIM to one of these"
        )
    for model_id in settings.avoid:
        if model_id not in registry:
            raise UsageError(f"JARVIS_AVOID names {model_id!r}, which is no model here; `jarvis models list` shows all")
    return Wishes(
        prefer=frozenset(settings.prefer),
        forbid=frozenset(settings.avoid),
        licenses=settings.licenses,
        no_licenses=settings.no_licenses,
        max_mb=settings.largest_mb,
        aim=cast("Aim", settings.aim),
        offline=settings.offline,
    )


def pinned_of(settings: Settings, registry: Registry, named: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """By task name, the id of the only model that the settings allow. A request that names models itself goes first.

    `named` are the ids of those models.

    Raises:
        UsageError: an entry is not `TASK=MODEL`, or there is no such model, or it does not do that task.
    """
    pinned: dict[str, str] = {}
    for entry in settings.use:
        task, _, model_id = entry.partition("=")
        if not task or not model_id:
            raise UsageError(f"JARVIS_USE has {entry!r}; write TASK=MODEL, such as text-to-speech=kokoro-82m")
        if model_id not in registry:
            raise UsageError(f"JARVIS_USE names {model_id!r}, which is no model here; `jarvis models list` shows all")
        if task not in registry.get(model_id).tasks:
            does = ", ".join(registry.get(model_id).tasks)
            raise UsageError(f"JARVIS_USE names {model_id} for {task}, but it does {does}; name another one")
        pinned[task] = model_id
    chosen = {task for model_id in named for task in registry.get(model_id).tasks}
    return {task: model_id for task, model_id in pinned.items() if task not in chosen}
