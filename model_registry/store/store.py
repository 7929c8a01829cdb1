"""The folder of pulled models: what is in it, what it takes, and how things leave it."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from jarvis.artifacts import file_digest
from jarvis.errors import ModelError, StorageError
from jarvis.model_registry.card import ModelCard, Source, Variant
from jarvis.model_registry.store.entries import RECORD, Installed, read

MEGABYTE = 2**20
_SOURCES: tuple[Source, ...] = ("huggingface", "modelscope")
_KEPT_FOR = 7 * 86_400.0
"""Seconds that a broken-off pull is kept to be gone on with."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found."""

    card: ModelCard
    problems: tuple[str, ...]
    """Empty when every file is the one that was pulled."""


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder, or of the nearest one above it that exists."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


class ModelStore:
    """Pulled models. Several processes may use one folder at the same time."""

    def __init__(
        self,
        root: Path,
        *,
        most_mb: int = 20_000,
        pinned: Iterable[str] = (),
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """`most_mb`: what all models may take, in MB of 2**20 bytes. `pinned` ones are never dropped to make room."""
        self.root = root
        self.most = most_mb * MEGABYTE
        self.pinned = frozenset(pinned)
        self.free = free

    def installed(self) -> list[ModelCard]:
        """The cards of all models that are here whole, by id; their files are StoredFile. Also sweeps."""
        with suppress(OSError):  # a folder that can only be read is as good
            self.sweep()
        return [one.card for one in self.entries()]

    def entries(self) -> list[Installed]:
        """The models that are here whole, by id. Of one that is here at two commits, the one that was pulled last."""
        newest: dict[str, Installed] = {}
        for one in self._all():
            earlier = newest.get(one.card.id)
            if earlier is None or earlier.pulled < one.pulled:
                newest[one.card.id] = one
        return [newest[name] for name in sorted(newest)]

    def find(self, model_id: str, variant: str = "") -> list[Installed]:
        """The installed variants of a model: `owner/name` names all of them, `owner/name:int8` or `variant` one.

        Raises:
            ModelError: none of them is here.
        """
        name, _, named = model_id.partition(":")
        variant = variant or named
        found = [one for one in self.entries() if one.card.id.partition(":")[0] == name]
        chosen = [one for one in found if variant in ("", one.variant.name)]
        if chosen:
            return chosen
        if found:
            here = ", ".join(one.variant.name for one in found)
            raise ModelError(f"{name} is here as {here}, not as {variant!r}; name one of those")
        raise ModelError(f"{name!r} is not among the pulled models; `jarvis models verify` lists them")

    def usage(self) -> int:
        """Bytes of all models, and of those that are being pulled just now."""
        staged = sum(_reserved(folder) for folder in _folders(self.root / ".staging"))
        return sum(one.bytes for one in self._all()) + staged

    def remove(self, model_id: str, variant: str = "") -> list[Installed]:
        """Removes a model, or one of its variants, and gives what is gone.

        Raises:
            ModelError: it is not here.
            StorageError: its files cannot be removed.
        """
        chosen = self.find(model_id, variant)
        for one in chosen:
            self.drop(one)
        return chosen

    def drop(self, one: Installed) -> None:
        """Removes one installed model: from one moment to the next it is none any more.

        Raises:
            StorageError: its files cannot be removed.
        """
        gone = self.root / ".trash" / secrets.token_hex(8)
        try:
            gone.parent.mkdir(parents=True, exist_ok=True)
            one.folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
            _remove_empty(one.folder.parent, self.root)
        except FileNotFoundError:
            return  # another process was first
        except OSError as error:
            raise StorageError(f"cannot remove {one.folder} ({error.strerror}); remove it by hand") from error

    def verify(self, model_id: str = "") -> Iterator[Verdict]:
        """Hashes every file of one model, or of all.

        Raises:
            ModelError: this model is not here.
        """
        for one in self.find(model_id) if model_id else self.entries():
            yield Verdict(one.card, tuple(problems(one)))

    def forget_broken(self, keep: Path) -> None:
        """Removes the parts of broken-off pulls that nobody goes on with just now, except those in `keep`."""
        for folder in _folders(self.root / ".staging"):
            if folder != keep:
                self._forget(folder)

    def sweep(self) -> None:
        """Removes what broken-off pulls and removals left behind, and models that a newer commit took the place of."""
        for folder in _folders(self.root / ".trash"):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in _folders(self.root / ".staging"):
            if _age(folder) > _KEPT_FOR:
                self._forget(folder)
        kept = {one.folder for one in self.entries()}
        for one in self._all():
            if one.folder not in kept:
                self.drop(one)

    def folder_of(self, card: ModelCard, variant: Variant) -> Path:
        """Where a model lies when it is here."""
        name = card.repository.replace("/", "--")
        return self.root / card.source / name / variant.name / card.revision[:12].replace("/", "-")

    def staging_of(self, card: ModelCard, variant: Variant) -> Path:
        """Where a model is put together."""
        parts = self.folder_of(card, variant).relative_to(self.root).parts
        return self.root / ".staging" / "--".join(parts)

    @contextmanager
    def alone(self, card: ModelCard, variant: Variant, waiting: Callable[[], None]) -> Generator[None]:
        """Only one process at a time gets in for one model; `waiting` is called when another one is in there."""
        lock = self._lock(self.staging_of(card, variant).name)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waiting()
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def counting(self) -> Generator[None]:
        """Only one process at a time makes room and takes it."""
        with self._lock("room"):
            yield

    def _forget(self, folder: Path) -> None:
        with suppress(Timeout), self._lock(folder.name).acquire(blocking=False):
            shutil.rmtree(folder, ignore_errors=True)

    def _lock(self, name: str) -> FileLock:
        folder = self.root / ".locks"
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{name}.lock")

    def _all(self) -> Iterator[Installed]:
        for source in _SOURCES:
            for path in sorted((self.root / source).glob(f"*/*/*/{RECORD}")):
                one = read(path.parent)
                if one is not None:
                    yield one


def problems(one: Installed) -> Iterator[str]:
    """What is wrong with the files of an installed model; nothing when they are those that were pulled."""
    for file in one.card.files:
        path = Path(file.path)
        if not path.is_file() or path.is_symlink():
            yield f"{file.role} is missing"
        elif path.stat().st_size != file.bytes or file_digest(path) != file.sha256:
            yield f"{file.role} is not the file that was pulled"


def droppable(store: ModelStore, needed: int, keep: Sequence[Path] = ()) -> list[Installed] | None:
    """The models whose going makes room for `needed` bytes, those unused the longest first; None when none can."""
    over = store.usage() + needed - store.most
    chosen: list[Installed] = []
    candidates = [one for one in store.entries() if one.folder not in keep and not _pinned(store, one)]
    for one in sorted(candidates, key=lambda one: one.used):
        if over <= 0:
            break
        chosen.append(one)
        over -= one.bytes
    return chosen if over <= 0 else None


def _pinned(store: ModelStore, one: Installed) -> bool:
    return bool({one.card.id, one.card.id.partition(":")[0]} & store.pinned)


def reserve(folder: Path, size: int) -> None:
    """Notes what a pull will take, so that another one beside it does not count on the same room."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bytes").write_text(str(size), encoding="ascii")


def _reserved(folder: Path) -> int:
    try:
        text = (folder / "bytes").read_text(encoding="ascii")
    except (OSError, ValueError):
        return 0
    return int(text) if text.isascii() and text.isdigit() else 0


def _age(folder: Path) -> float:
    newest = 0.0
    for path in (folder, *folder.rglob("*")):
        with suppress(OSError):
            newest = max(newest, path.stat().st_mtime)
    return time.time() - newest


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and root in folder.parents:
        try:
            os.rmdir(folder)
        except OSError:  # not empty
            return
        folder = folder.parent
