"""The cards of `vision.json`, loaded as the executor would load them, and run on the sample photos."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink

ROOT = Path(__file__).parents[3]
MEDIA = ROOT / "examples" / "media"
_CATALOG = ROOT / "model_registry" / "catalog" / "vision.json"


def cards() -> dict[str, ModelCard]:
    """All cards of the catalog by id."""
    rows = json.loads(_CATALOG.read_text(encoding="utf-8"))
    return {row["id"]: ModelCard.model_validate_json(json.dumps(row)) for row in rows}


def load(model_id: str, **parameters: str | int | float | bool) -> Handler:
    """The handler of a card with its files; `parameters` stand above those of the card."""
    card = cards()[model_id]
    module, name = card.handler.split(":")
    files = {file.role: package_file(file.package, file.path) for file in card.packaged}
    handler: Handler = getattr(import_module(f"jarvis.tools.handlers.{module}"), name)(
        files, RuntimeOptions(threads=2, parameters=card.parameters | parameters)
    )
    return handler


def artifact(path: Path) -> Artifact:
    """A file as the user gives it."""
    return Artifact(path.stem, path, "image/png" if path.suffix == ".png" else "image/jpeg", file_digest(path))


def run(handler: Handler, task: str, photo: str | Path, folder: Path, **slots: Any) -> Value:
    """What a handler gives for a sample photo, or for any image by its path."""
    sink = Sink(ArtifactFolder(folder), Provenance(1, task, "test"))
    return handler.run(Inputs(task, {"image": artifact(MEDIA / photo), **slots}), sink)
