"""`jarvis models optimize`: fits a model to this device, and keeps the variant if it is worth it."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import size
from jarvis.errors import UsageError
from jarvis.model_registry.here import made_models

if TYPE_CHECKING:
    from jarvis.model_registry.card import ModelCard
    from jarvis.optimizing.fitting import Fitted, To

KINDS = ("auto", "int8", "int8-static", "fp16", "int4")


@dataclass(frozen=True, slots=True)
class OptimizeOptions:
    """What was asked for on the command line."""

    model: str
    to: To = "auto"
    data: Path | None = None
    """A folder of the user's own files."""
    tolerance: float = 0.01
    minutes: float = 5.0
    as_json: bool = False


def optimize(options: OptimizeOptions, screen: Screen, services: Services) -> int:
    """Looks for a variant and registers it if it holds; 1 when it does not.

    Raises:
        ModelError: there is no such model, or it cannot be changed; the message says what else can be done.
        UsageError: an option, or the folder of files, needs a change.
    """
    from jarvis.optimizing.examples import Examples, spec_of
    from jarvis.optimizing.fitting import Fitting, Wish
    from jarvis.optimizing.variants import keep

    if not 0 <= options.tolerance < 1:
        raise UsageError(
            f"--tolerance is {options.tolerance:g}; it must be from 0 to less than 1, as 0.01 for one percent"
        )
    settings = services.settings()
    card = services.registry().get(options.model)
    shelf = made_models(settings)
    with tempfile.TemporaryDirectory(prefix="jarvis-optimize-") as made:
        folder = Path(made)
        examples = Examples(spec_of(card), folder / "inputs", data=options.data)
        wish = Wish(options.to, options.tolerance, seconds=options.minutes * 60)
        fitted = Fitting(card, examples, folder, wish, screen.note).fit()
        kept = keep(card, fitted, examples, shelf, folder / "out", cores=settings.threads) if fitted.accepted else None
    if options.as_json:
        screen.json(_facts(fitted, kept))
    else:
        _tell(fitted, kept, screen)
    return 0 if fitted.accepted else 1


def remove(model_id: str, screen: Screen, services: Services, *, as_json: bool = False) -> int:
    """Takes a variant away again, and what was measured of it.

    Raises:
        ModelError: it was not made here.
    """
    from jarvis.optimizing.measurements import Measurements
    from jarvis.optimizing.variants import measurements_of

    settings = services.settings()
    freed = made_models(settings).remove(model_id)
    Measurements(measurements_of(settings.data_dir)).forget(model_id)
    if as_json:
        screen.json({"removed": model_id, "bytes": freed})
    else:
        screen.write(f"removed {model_id}, {size(freed)}")
    return 0


def _tell(fitted: Fitted, kept: ModelCard | None, screen: Screen) -> None:
    for line in fitted.tried:
        screen.note(f"not taken: {line}")
    for line in fitted.forms:
        screen.write(line)
    if kept is None:
        screen.write(f"{fitted.model_id} stays as it is: {fitted.reason}")
        return
    screen.write(f"{kept.id}: {fitted.reason}")
    if kept.measured:
        screen.write(
            f"kept in {kept.repository}, {size(kept.size_bytes)}; {kept.measured.seconds:g} s, "
            f"{kept.measured.memory_mb} MB, {kept.measured.load_seconds:g} s to load"
        )


def _facts(fitted: Fitted, kept: ModelCard | None) -> dict[str, Any]:
    return {
        "model": fitted.model_id,
        "accepted": fitted.accepted,
        "reason": fitted.reason,
        "kind": fitted.kind,
        "agreement": asdict(fitted.agreement) if fitted.agreement else None,
        "race": asdict(fitted.race) if fitted.race else None,
        "bytes_before": fitted.bytes_before,
        "bytes_after": fitted.bytes_after,
        "forms": list(fitted.forms),
        "tried": list(fitted.tried),
        "seconds": round(fitted.seconds, 1),
        "variant": kept.model_dump(mode="json") if kept else None,
    }
