"""Variants of models that were made on this machine: a folder each, which appears whole or not at all.

optimized/
  open-nsfw+int8-static/
    card.json     the ModelCard; its files lie beside it
    model.onnx
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from jarvis.artifacts import file_digest
from jarvis.errors import ModelError, StorageError
from jarvis.model_registry.card import ModelCard, StoredFile

_CARD = "card.json"
_MOST_BYTES = 1_000_000
"""A card is a few kilobytes; what is larger is none."""
_log = logging.getLogger(__name__)


class New(NamedTuple):
    """A file that was made for a variant."""

    name: str
    """What it is to be called there."""
    path: Path
    """Where it lies now."""


class Shelf:
    """The variants in one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def cards(self) -> list[ModelCard]:
        """Their cards, by id. What cannot be read is told in the log and left out."""
        found = [card for path in sorted(self.root.glob(f"[!.]*/{_CARD}")) if (card := _read(path)) is not None]
        return sorted(found, key=lambda card: card.id)

    def put(self, card: ModelCard, files: Mapping[str, New]) -> ModelCard:
        """Takes a variant in: its card, and the new files by role. One with the same id is replaced.

        The files of the card that are not new stay where they are. Gives the card as it is kept.

        Raises:
            StorageError: the folder cannot be written.
        """
        self.sweep()
        final = self._folder(card.id)
        staged = self.root / f".{os.getpid()}-{os.urandom(4).hex()}.part"
        try:
            staged.mkdir(parents=True)
            new = [_taken(role, file, staged, final) for role, file in files.items()]
            kept = [file for file in card.files if file.role not in files]
            at = str(final) if files else card.repository
            whole = card.model_copy(update={"files": (*kept, *new), "repository": at, "source": "folder"})
            _write(staged / _CARD, json.dumps(whole.model_dump(mode="json"), ensure_ascii=False, indent=1))
            self._replace(staged, final)
        except OSError as error:
            message = f"cannot keep the variant in {self.root} ({error.strerror or error}); free some space there"
            raise StorageError(message) from error
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return whole

    def remove(self, model_id: str) -> int:
        """Takes a variant away; gives how many bytes are free again.

        Raises:
            ModelError: there is none with this id.
        """
        folder = self._folder(model_id)
        if not (folder / _CARD).is_file():
            raise ModelError(f"{model_id!r} was not made here; `jarvis models list` shows all models")
        freed = sum(path.stat().st_size for path in folder.iterdir())
        gone = self.root / f".{os.getpid()}-{os.urandom(4).hex()}.gone"
        os.rename(folder, gone)  # at once: half a variant is never seen
        shutil.rmtree(gone, ignore_errors=True)
        return freed

    def sweep(self) -> None:
        """Removes what programs left that ended in the middle of their work."""
        for path in self.root.glob(".*-*.*"):
            owner = path.name[1:].split("-")[0]
            if path.suffix in (".part", ".gone") and not (owner.isdigit() and _alive(int(owner))):
                shutil.rmtree(path, ignore_errors=True)

    def _folder(self, model_id: str) -> Path:
        """Its name tells people which model it is, and the end of it sets ids apart that look alike there."""
        plain = re.sub(r"[^\w.-]", lambda match: {"/": "--", ":": "+"}.get(match[0], "_"), model_id).lstrip(".")
        return self.root / f"{plain[:80]}-{hashlib.sha256(model_id.encode()).hexdigest()[:6]}"

    def _replace(self, staged: Path, final: Path) -> None:
        old = staged.with_suffix(".gone")
        if final.exists():
            os.rename(final, old)
        os.rename(staged, final)
        _sync(self.root)
        shutil.rmtree(old, ignore_errors=True)


def _taken(role: str, file: New, staged: Path, final: Path) -> StoredFile:
    copy = staged / file.name
    shutil.copyfile(file.path, copy)
    _sync(copy)
    return StoredFile(role=role, path=str(final / file.name), sha256=file_digest(copy), bytes=copy.stat().st_size)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")
    _sync(path)


def _sync(path: Path) -> None:
    """Has a file or folder on the disk before anything names it."""
    if os.name == "nt" and path.is_dir():
        return  # folders cannot be synced there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> ModelCard | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("too large for a card")
        row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return ModelCard.model_validate(row)
    except (OSError, ValueError, TypeError, AttributeError, ValidationError) as error:
        _log.warning("%s is not the card of a variant (%s); make it again, or remove its folder", path, error)
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
