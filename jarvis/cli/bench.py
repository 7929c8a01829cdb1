"""`jarvis models bench`: measures what is installed, for people and for the choice of models."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import JarvisError, UsageError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import missing
from jarvis.spec import Effect

if TYPE_CHECKING:
    from jarvis.model_registry.registry import Registry
    from jarvis.optimizing.measurements import Measurement


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What was asked for on the command line."""

    models: tuple[str, ...] = ()
    task: str | None = None
    everything: bool = False
    repeat: int = 3
    data: Path | None = None
    """A folder of the user's own files."""
    as_json: bool = False


def bench(options: BenchOptions, screen: Screen, services: Services) -> int:
    """Measures the chosen models one after the other; 1 when one of them could not be.

    Raises:
        ModelError: there is no model with one of the ids.
        UsageError: nothing, or nothing that is installed, was named.
    """
    from jarvis.optimizing.device import load_average, this_device
    from jarvis.optimizing.measurements import Measurements
    from jarvis.optimizing.variants import measurements_of

    settings = services.settings()
    cards = chosen(options, services.registry())
    store = Measurements(measurements_of(settings.data_dir))
    if not options.as_json:
        busy = load_average()
        screen.note(f"{this_device()}" + (f"; load average {busy:g}" if busy is not None else ""))
    rows: list[dict[str, Any]] = []
    for card in cards:
        try:
            found = _measured(card, options, settings.threads)
        except UsageError:
            raise
        except JarvisError as error:
            rows.append({"model": card.id, "error": str(error)})
        else:
            store.add(found, card)
            rows.append(asdict(found))
            if not options.as_json:
                screen.write(_line(found))
        if "error" in rows[-1] and not options.as_json:
            screen.note(f"{card.id}: {rows[-1]['error']}")
    if options.as_json:
        screen.json({"device": asdict(store.device), "load_average": load_average(), "models": rows})
    return 1 if any("error" in row for row in rows) else 0


def chosen(options: BenchOptions, registry: Registry) -> list[ModelCard]:
    """The models to measure: those named, those of a task, or all; only installed ones, and none that act on the world.

    Raises:
        ModelError: there is no model with one of the ids.
        UsageError: nothing was named, or nothing of it is installed.
    """
    if options.models:
        cards = [registry.get(model_id) for model_id in options.models]
        for card in cards:
            if lacking := missing(card):
                raise UsageError(f"{card.id} cannot be measured: {lacking[0]}")
            if not _harmless(card):
                raise UsageError(f"{card.id} acts on the world or asks other machines, so it is not run to be measured")
        return cards
    if not options.everything and options.task is None:
        raise UsageError("name what to measure: models by id, --task TASK, or --all")
    of_task = registry.for_task(options.task) if options.task else tuple(registry)
    cards = [card for card in of_task if not missing(card) and _harmless(card)]
    if not cards:
        raise UsageError(
            f"no model for {options.task or 'any task'} is installed; `jarvis models list` tells what is missing"
        )
    return cards


def _harmless(card: ModelCard) -> bool:
    from jarvis.tools.toolset import builtin_tools

    known = builtin_tools()
    effects = [known[task].effect is not Effect.NONE for task in card.tasks if task in known]
    return not any(effects) and not any(card.parameters.get(name) for name in ("network", "endpoint", "protocol"))


def _measured(card: ModelCard, options: BenchOptions, threads: int) -> Measurement:
    from jarvis.optimizing.bench import measure
    from jarvis.optimizing.examples import Examples, spec_of

    with tempfile.TemporaryDirectory(prefix="jarvis-bench-") as made:
        folder = Path(made)
        examples = Examples(spec_of(card), folder / "inputs", data=options.data, count=4)
        return measure(card, examples, folder / "out", threads=threads, repeat=options.repeat)


def _line(found: Measurement) -> str:
    parts = [
        f"{found.model}: {found.seconds:.3g} s",
        f"p95 {found.p95:.3g} s",
        f"{found.load_seconds:.2g} s to load",
        f"{found.memory_mb:.0f} MB",
    ]
    if found.real_time is not None:
        parts.append(f"{found.real_time:.2g} s for a second of sound")
    return ", ".join(parts)
