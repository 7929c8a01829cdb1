"""How one pulled model lies on disk, and how it is read back.

    ROOT/huggingface/OWNER--NAME/VARIANT/COMMIT/card.json    what it is; written last, so a model without it is none
                                               /files/...    the files, under their names in the repository
    ROOT/.staging/...   what is being fetched; one rename makes a model of it
    ROOT/.trash/...     what is being removed
    ROOT/.locks/...     one lock for each model, held while it is fetched or removed

Files are real ones, never links. `card.json` stands beside `files`, so that no repository can bring its own.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from jarvis.model_registry.card import Format, ModelCard, StoredFile, Variant
from jarvis.model_registry.hubs.names import why_not_written
from jarvis.model_registry.runtimes import runtime_of

RECORD, FILES = "card.json", "files"
_MOST_RECORD = 8 * 2**20
_NEEDS: Mapping[Format, tuple[tuple[str, ...], str]] = {
    "onnx": ((), "core"),
    "safetensors": (("torch", "transformers"), "hub"),
    "gguf": (("xllamacpp",), "gguf"),
}
"""What the runtimes of a format import, and the extra that installs it."""

_log = logging.getLogger(__name__)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True)

    role: str
    sha256: str
    bytes: int


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: int = 1
    card: dict[str, Any]
    variant: Variant
    files: tuple[_File, ...]
    pulled: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A model that is here whole."""

    card: ModelCard
    variant: Variant
    folder: Path
    pulled: float
    used: float
    """When it was pulled or last loaded, in seconds since 1970."""

    @property
    def bytes(self) -> int:
        """What it takes of the disk."""
        return sum(file.bytes for file in self.card.files)


def describe(card: ModelCard, variant: Variant, hashes: Mapping[str, str]) -> str:
    """The text of `card.json`; `hashes` are the SHA-256 of the files by role."""
    files = tuple(_File(role=f.path, sha256=hashes[f.path], bytes=f.bytes) for f in variant.files)
    kept = card.model_dump(mode="json", exclude={"files", "variants", "handler"})
    return _Record(card=kept, variant=variant, files=files, pulled=time.time()).model_dump_json()


def read(folder: Path) -> Installed | None:
    """The model in a folder; None when there is none, or its record is not readable (the log says so)."""
    path = folder / RECORD
    try:
        found = path.stat()
        if found.st_size > _MOST_RECORD:
            raise ValueError("it is too large")
        record = _Record.model_validate_json(path.read_bytes())
        return Installed(_card(record, folder), record.variant, folder, record.pulled, found.st_mtime)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, ValidationError) as error:
        reason = " ".join(str(error).split())[:200]
        _log.warning("%s is not the record of a model (%s); `jarvis models pull` makes it anew", path, reason)
        return None


def stored_files(root: Path, files: Sequence[tuple[str, str, int]]) -> tuple[StoredFile, ...]:
    """Files in `root`, given by role, SHA-256 and size, as records with absolute paths."""
    there = root.absolute()
    return tuple(
        StoredFile(role=role, path=str(there / role), sha256=digest, bytes=size) for role, digest, size in files
    )


def _card(record: _Record, folder: Path) -> ModelCard:
    if any(why_not_written(file.role) for file in record.files):
        raise ValueError("it names a file outside its folder")
    card = running(ModelCard.model_validate(record.card | {"handler": ""}), record.variant)
    return card.model_copy(
        update={"files": stored_files(folder / FILES, [(f.role, f.sha256, f.bytes) for f in record.files])}
    )


def running(card: ModelCard, variant: Variant) -> ModelCard:
    """The card with what runs a variant of it here: the handler, its tasks, the modules and the extra."""
    tasks, handler = _runtime(card, variant.format)
    requires, extra = _NEEDS[variant.format]
    return card.model_copy(
        update={
            "tasks": tasks,
            "handler": handler,
            "requires": requires,
            "extra": extra,
            "variants": (variant,),
            "parameters": {"task": next(iter(tasks), ""), "variant": variant.name} | card.parameters,
        }
    )


def _runtime(card: ModelCard, form: Format) -> tuple[tuple[str, ...], str]:
    """The tasks that one handler runs of this model, and that handler; the handler is "" when none does."""
    runs = {task: runtime_of(task, form, card.architecture) or "" for task in card.tasks}
    handler = next(filter(None, runs.values()), "")
    return (tuple(task for task, one in runs.items() if one == handler) if handler else card.tasks), handler


def read_json(path: Path) -> object:
    """A JSON file of a repository, None when it is none. Bounded: it is somebody else's."""
    try:
        if path.stat().st_size > _MOST_RECORD:
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
