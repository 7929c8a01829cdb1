"""Pulling one model: asked for, refused or fetched, checked, and registered by one rename."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.errors import ModelFileError, StorageError
from jarvis.model_registry.card import ModelCard, RepositoryFile, Variant
from jarvis.model_registry.hubs.asking import RefusedError
from jarvis.model_registry.hubs.huggingface import gated
from jarvis.model_registry.hubs.layouts import REMOTE_CODE, default_variant, needs_code
from jarvis.model_registry.hubs.names import Wanted, is_weights, why_not_written
from jarvis.model_registry.hubs.protocol import GatedError, Hub, NoSuchModelError
from jarvis.model_registry.hubs.texts import mapping
from jarvis.model_registry.store.entries import FILES, RECORD, Installed, describe, read, read_json
from jarvis.model_registry.store.refusing import RefusedModelError, check_license, chosen_variant
from jarvis.model_registry.store.store import ModelStore, droppable, problems, reserve
from jarvis.model_registry.store.transfer import fetch

_SPARE = 64 * 2**20
"""Bytes of the disk that are left for everything else."""
_FREE_SOME = "free some, `jarvis models rm` a model, or choose another folder with JARVIS_DATA_DIR"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a pull is."""

    file: str
    """Empty while another process pulls the same model and this one waits for it."""
    done: int
    """Bytes of all files that are here."""
    total: int


def _silent(step: Step) -> None:
    pass


def _never(dropped: Sequence[Installed]) -> bool:
    return False


def _nothing_near(name: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Pull:
    """How a pull is done."""

    licenses: tuple[str, ...] = ()
    """Classes of licences or SPDX identifiers that are allowed; empty allows all."""
    no_licenses: tuple[str, ...] = ()
    """Those that are forbidden; when there are any, so is a licence that is not known."""
    progress: Callable[[Step], None] = _silent
    may_drop: Callable[[Sequence[Installed]], bool] = _never
    """Asked before models that were unused the longest are dropped to make room."""
    near: Callable[[str], Sequence[str]] = _nothing_near
    """Names of known models that look like one that does not exist."""


def pull(store: ModelStore, hub: Hub, wanted: Wanted, how: Pull | None = None) -> Installed:
    """Brings a model here: whole, checked by hash, and only then registered. Blocks as long as that takes.

    What a broken-off pull left is gone on with. One that is here at this commit is checked and not fetched again.
    Two processes that pull the same model: one waits for the other.

    Raises:
        NoSuchModelError, GatedError, RefusedModelError, UsageError: it does not exist, or is not for us.
        ModelFileError: a file is not the one that the hub lists.
        RefusedError, TransportError: the hub says no, or cannot be reached.
        StorageError: there is no room for it, or the folder cannot be written.
    """
    how = how or Pull()
    card, variant = _agreed(hub, wanted, how)
    try:
        with store.alone(card, variant, lambda: how.progress(Step("", 0, variant.bytes))):
            return _alone(store, hub, card, variant, how)
    except OSError as error:
        staged = store.staging_of(card, variant)
        if error.errno in _NO_ROOM:
            shutil.rmtree(staged, ignore_errors=True)  # a part of a model would only keep the disk full
        raise _storage_error(error, store) from error


def _agreed(hub: Hub, wanted: Wanted, how: Pull) -> tuple[ModelCard, Variant]:
    """The card and the variant to pull, once nothing speaks against them."""
    try:
        card = hub.card(wanted.repository, wanted.revision)
    except NoSuchModelError as error:
        near = [name for name in how.near(wanted.repository) if name != wanted.repository][:3]
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `jarvis models search WORDS` finds others"
        raise NoSuchModelError(f"{error}{hint}") from error
    check_license(card, how.licenses, how.no_licenses)
    variant = chosen_variant(card, wanted.variant)
    if bad := next((f.path for f in variant.files if why_not_written(f.path)), ""):
        raise RefusedModelError(f"{card.id} names a file {ascii(bad)[:120]}, which may not be written here")
    default = default_variant(card.variants)
    if default is None or variant.name != default.name:
        card = card.model_copy(update={"id": f"{card.id}:{variant.name}"})
    return card, variant


def _alone(store: ModelStore, hub: Hub, card: ModelCard, variant: Variant, how: Pull) -> Installed:
    folder, staged = store.folder_of(card, variant), store.staging_of(card, variant)
    here = read(folder)
    if here is not None:
        if not any(problems(here)):
            shutil.rmtree(staged, ignore_errors=True)
            return here
        store.drop(here)
    _make_room(store, card, variant, staged, how)
    hashes = _fetch_all(hub, card, variant, staged, how)
    _write_whole(staged / RECORD, describe(card, variant, hashes))
    (staged / "bytes").unlink(missing_ok=True)
    _publish(staged, folder)
    done = read(folder)
    if done is None:
        raise StorageError(f"{folder} is not readable after it was written; check the disk")
    store.sweep()
    return done


def _make_room(store: ModelStore, card: ModelCard, variant: Variant, staged: Path, how: Pull) -> None:
    with store.counting():
        already = _size(staged)
        (staged / "bytes").unlink(missing_ok=True)
        _within_quota(store, card, variant, staged, how)
        free = store.free(store.root)
        if free < variant.bytes - already + _SPARE:
            needed = _said(variant.bytes - already)
            raise StorageError(
                f"{card.id} needs {needed} and the disk of {store.root} has {_said(free)} free; {_FREE_SOME}"
            )
        reserve(staged, variant.bytes)


def _within_quota(store: ModelStore, card: ModelCard, variant: Variant, staged: Path, how: Pull) -> None:
    more = f"raise JARVIS_MODELS_MB (now {store.most // 2**20})"
    if variant.bytes > store.most:
        smaller = [v.name for v in card.variants if v.bytes <= store.most]
        instead = f" or take --variant {smaller[0]}" if smaller else ""
        raise StorageError(f"{card.id} takes {_said(variant.bytes)}, more than all models may; {more}{instead}")
    if store.usage() + variant.bytes > store.most:
        store.forget_broken(keep=staged)
    same = [one.folder for one in store.entries() if one.card.id == card.id]
    dropped = droppable(store, variant.bytes, keep=same)
    if dropped is None:
        raise StorageError(f"there is no room for {card.id} ({_said(variant.bytes)}) beside what is pinned; {more}")
    if dropped and not how.may_drop(dropped):
        names = ", ".join(one.card.id for one in dropped)
        raise StorageError(
            f"{card.id} ({_said(variant.bytes)}) would take the place of {names}, unused the longest; "
            f"say --yes to that, or {more}"
        )
    for one in dropped:
        store.drop(one)


def _fetch_all(hub: Hub, card: ModelCard, variant: Variant, staged: Path, how: Pull) -> dict[str, str]:
    """Fetches what is not there yet: the small texts first, because one of them may say that this is not for us."""
    order = sorted(variant.files, key=lambda file: (is_weights(file.path), file.bytes))
    here: dict[str, int] = {}
    hashes: dict[str, str] = {}

    def tell(file: RepositoryFile) -> Callable[[int], None]:
        def told(done: int) -> None:
            here[file.path] = done
            how.progress(Step(file.path, sum(here.values()), variant.bytes))

        return told

    for file in order:
        target = staged / FILES / file.path
        try:
            hashes[file.path] = fetch(hub.asker, file, hub.url(card, file), target, tell(file))
        except RefusedError as error:
            raise _told(error, hub, card, file) from error
        except ModelFileError as error:
            raise ModelFileError(f"{card.id}: {error}", model_id=card.id) from error
        if file.path == "config.json" and variant.format == "safetensors":
            _refuse_code(card, read_json(target), staged)
    return hashes


def _refuse_code(card: ModelCard, config: object, staged: Path) -> None:
    """The hub's own summary of a configuration may leave out what the file says."""
    if needs_code(mapping(config)):
        shutil.rmtree(staged, ignore_errors=True)
        chosen_variant(card.model_copy(update={"variants": (), "warnings": (REMOTE_CODE,)}), "")


def _told(error: RefusedError, hub: Hub, card: ModelCard, file: RepositoryFile) -> Exception:
    if error.status in (401, 403):
        if hub.source == "huggingface":
            return gated(card.repository, f"{hub.asker.endpoint}/{card.repository}", has_key=hub.asker.has_key)
        return GatedError(f"{card.repository} is not open to all: its owner must grant you access at {hub.asker.host}")
    if error.status in (404, 410):
        return ModelFileError(
            f"{hub.asker.host} lists {file.path} of {card.repository} and does not have it; try again later",
            model_id=card.id,
        )
    return error


def _publish(staged: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():  # left by something else: without a readable record it is no model
        shutil.rmtree(folder)
    os.replace(staged, folder)
    _sync_folder(folder.parent)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _storage_error(error: OSError, store: ModelStore) -> StorageError:
    if error.errno in _NO_ROOM:
        return StorageError(f"the disk of {store.root} is full; what was fetched was removed again; {_FREE_SOME}")
    return StorageError(
        f"cannot write to {store.root} ({error.strerror or error}); choose another with JARVIS_DATA_DIR"
    )


def _said(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
