"""From what fitting gave to a model of the registry: its card, its measurements, its place on the shelf."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import ModelError
from jarvis.model_registry.card import Evaluation, Measured, ModelCard, StoredFile
from jarvis.model_registry.optimize.shelf import New, Shelf
from jarvis.optimizing.bench import measure
from jarvis.optimizing.device import this_device
from jarvis.optimizing.examples import Examples
from jarvis.optimizing.fitting import Fitted
from jarvis.optimizing.measurements import Measurement

WEIGHTS = "weights"
"""The role of the file that `packaged_graph` takes; a variant names one of its own graphs by it."""


def keep(card: ModelCard, fitted: Fitted, examples: Examples, shelf: Shelf, folder: Path, *, cores: int) -> ModelCard:
    """Registers an accepted variant: on the shelf, loaded from there, and measured in a process of its own.

    Numbers of threads up to `cores` are tried; the card takes the one that is quickest.

    Raises:
        ModelError: it does not load from the shelf; nothing of it is left then.
    """
    graphs = _by_role(card, fitted.graphs)
    kept = shelf.put(variant_card(card, fitted, examples, graphs), graphs)
    try:
        found = _quickest([measure(kept, examples, folder, threads=n, repeat=2) for n in thread_counts(cores)])
    except BaseException:
        shelf.remove(kept.id)
        raise
    figures = Measured(
        seconds=round(found.seconds, 4),
        memory_mb=max(1, round(found.memory_mb)),
        load_seconds=round(found.load_seconds, 3),
        on=f"{found.inputs}; {this_device()}, {found.threads} thread{'s' if found.threads != 1 else ''}",
    )
    own = {
        file.role: New(Path(file.path).name, Path(file.path))
        for file in kept.files
        if isinstance(file, StoredFile) and file.role in graphs
    }
    parameters = {**kept.parameters, "threads": found.threads}
    return shelf.put(kept.model_copy(update={"measured": figures, "parameters": parameters}), own)


def thread_counts(cores: int) -> list[int]:
    """The numbers of threads to try: 1, 2, 4 ... up to all cores."""
    return sorted({min(2**power, cores) for power in range(5)})


def _quickest(found: list[Measurement]) -> Measurement:
    """The one with the least time; more threads must gain a tenth over fewer, or they only keep cores from others."""
    best = found[0]
    for more in found[1:]:
        if more.seconds < 0.9 * best.seconds:
            best = more
    return best


def variant_card(card: ModelCard, fitted: Fitted, examples: Examples, graphs: Mapping[str, New]) -> ModelCard:
    """The card of a variant, without its new files: the shelf adds them.

    Raises:
        ModelError: the variant was not accepted.
    """
    if not fitted.accepted or fitted.agreement is None or fitted.race is None:
        raise ModelError(f"{card.id} has no variant to register: {fitted.reason}")
    found = fitted.agreement
    stated = Evaluation(
        task=examples.spec.name,
        dataset=f"{found.count} held-out inputs: {examples.where}",
        metric=f"agreement with {card.id} ({found.measure})",
        value=round(found.mean, 4),
        source="measured here",
    )
    changes: dict[str, Any] = {
        "id": f"{card.id}:{fitted.kind}",
        "name": f"{card.name}, {fitted.kind}, fitted to this device",
        "source": "folder",
        "base_model": card.id,
        "files": tuple(file for file in card.files if file.role not in graphs),
        "quality": round(card.quality * found.mean, 4),
        "quality_source": f"{card.id} ({card.quality:.2f}) times the agreement with it, {found.mean:.4f}",
        "evaluations": (*card.evaluations, stated),
        "measured": None,
        "variants": (),
        "hub": None,
        "notes": f"{card.notes} Made by `jarvis models optimize`: {fitted.reason}.".strip(),
    }
    return card.model_copy(update=changes)


def _by_role(card: ModelCard, graphs: Mapping[str, Path]) -> dict[str, New]:
    """The graphs by the roles that the handler asks for.

    A handler of graphs without weights asks for their weight file: the first graph goes by that role, and
    `packaged_graph` finds each of them beside it under its own name.

    Raises:
        ModelError: the handler asks for no file that the graphs could take the place of.
    """
    roles = {file.role for file in card.files}
    apart = sorted(role for role in graphs if role not in roles)
    if apart and WEIGHTS not in roles:
        raise ModelError(f"{card.name} opens {apart[0]}, which no file of its card is; it stays as it is")
    return {
        WEIGHTS if apart and role == apart[0] else role: New(role if role in apart else f"{_plain(role)}.onnx", path)
        for role, path in graphs.items()
    }


def _plain(role: str) -> str:
    return re.sub(r"[^\w.-]", "_", role.removesuffix(".onnx"))


def measurements_of(data_dir: Path) -> Path:
    """Where the measurements of this user lie."""
    return data_dir / "models" / "measured.sqlite3"
