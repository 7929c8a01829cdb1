"""Looks up what is here: installed models, memory, disk, a token, the sizes of inputs. The selector gets it as data."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from jarvis.artifacts import Artifact
from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import missing, package_file, to_fetch, way_out
from jarvis.model_registry.registry import Registry
from jarvis.selection.available import Availability, InputSize
from jarvis.selection.language import about_tokens
from jarvis.selection.learning import Lesson
from jarvis.selection.wishes import Wishes

if TYPE_CHECKING:
    from jarvis.messages import Value

_MEMINFO = Path("/proc/meminfo")
_NO_WISHES = Wishes()


def look(
    registry: Registry,
    *,
    loaded: Iterable[str] = (),
    language: str = "",
    offline: bool = False,
    preferred: Iterable[str] = (),
    wishes: Wishes = _NO_WISHES,
    lessons: Mapping[tuple[str, str], Lesson] | None = None,
    seed: int | None = None,
    store: Path | None = None,
) -> Availability:
    """What is here now. Fast: nothing is imported, hashed or fetched, and what has not changed is not looked up again.

    `loaded` are the ids of the models in memory (`LocalWorker.loaded`), `language` is that of the request, `lessons`
    are `Outcomes.snapshot()`, `seed` is drawn for the run, `store` is the folder of pulled models. Use
    `dataclasses.replace` for the other fields.
    """
    lacking = _lacking(registry)
    fetched = frozenset[str]() if offline or wishes.offline else _fetched_when_used(registry, lacking)
    return Availability(
        missing={card_id: found.told for card_id, found in lacking.items() if found.told and card_id not in fetched},
        loaded=frozenset(loaded),
        free_memory_mb=free_memory_mb(),
        free_disk_mb=free_disk_mb(store) if store else None,
        language=language,
        offline=offline,
        token=has_token(),
        preferred=frozenset(preferred),
        wishes=wishes,
        lessons=lessons or {},
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What a card still needs, as it was found in a place that looked like `place` and `files`."""

    place: tuple[object, ...]
    files: tuple[tuple[Path, object], ...]
    told: str
    """In words, with the way out; empty when nothing is missing."""
    fetched: bool
    """Whether the wheels that can be fetched are all it lacks."""

    def holds(self, place: tuple[object, ...]) -> bool:
        """Whether nothing has changed since."""
        return self.place == place and all(_mark(path) == mark for path, mark in self.files)


@dataclass(slots=True)
class _Known:
    cards: dict[str, _Lacking] = field(default_factory=dict[str, _Lacking])


_KNOWN: WeakKeyDictionary[Registry, _Known] = WeakKeyDictionary()


def _lacking(registry: Registry) -> dict[str, _Lacking]:
    """What each card lacks. Looked up anew when a folder of packages or weights, or a file of the card, has changed."""
    place = _place()
    known = _KNOWN.setdefault(registry, _Known()).cards
    found: dict[str, _Lacking] = {}
    for card in registry:
        row = known.get(card.id)
        found[card.id] = row if row is not None and row.holds(place) else _looked_up(card, place)
    known.update(found)
    return found


def _looked_up(card: ModelCard, place: tuple[object, ...]) -> _Lacking:
    files = tuple((path, _mark(path)) for path in _paths(card))
    lacks = missing(card)
    told = f"{lacks[0]}; {way_out(card)}" if lacks else ""
    return _Lacking(place, files, told, bool(lacks) and bool(to_fetch(card)))


def _place() -> tuple[object, ...]:
    """Changes when a package is installed or removed, weights are fetched, or packages are looked for elsewhere."""
    store = wheels.default_store()
    return (store, _mark(store), *((entry, _mark(Path(entry or "."))) for entry in sys.path))


def _mark(path: Path) -> object:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _paths(card: ModelCard) -> Iterable[Path]:
    """Where the files of a card lie, or would lie."""
    for file in card.files:
        package = getattr(file, "package", "")
        if not package:
            yield Path(file.path)
            continue
        try:
            yield package_file(package, file.path)
        except FileNotFoundError:  # a change of the folder of packages will bring it
            continue


def _fetched_when_used(registry: Registry, lacking: Mapping[str, _Lacking]) -> frozenset[str]:
    """Cards that lack only a wheel, for tasks that no other model here does: they are fetched when they are chosen."""
    ready = {task for card in registry if not lacking[card.id].told for task in card.tasks}
    return frozenset(card.id for card in registry if lacking[card.id].fetched and not ready.issuperset(card.tasks))


def free_memory_mb() -> int | None:
    """Memory that can be used without swapping, in MB of 2**20 bytes; None where the system does not say."""
    if _MEMINFO.is_file():
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return None


def free_disk_mb(folder: Path) -> int | None:
    """What this user can still write where a folder is or will be, in MB of 10**6 bytes; None when unknown."""
    for place in (folder, *folder.absolute().parents):
        if place.is_dir():
            try:
                return shutil.disk_usage(place).free // 1_000_000
            except OSError:
                return None
    return None


def has_token() -> bool:
    """Whether there is a token for the Hugging Face Hub, in the environment or where its tools keep it."""
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    kept = Path(os.environ.get("HF_TOKEN_PATH", home / "token"))
    return bool(os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN")) or kept.is_file()


def size_of(values: Iterable[Value]) -> InputSize:
    """How large the values are that go into a task: texts, pictures, recordings. Only the headers of files are read."""
    characters, tokens = 0, 0
    pictures, recordings = list[float](), list[float]()
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                characters += len(item)
                tokens += about_tokens(item)
            elif isinstance(item, Artifact) and item.media_type.startswith("image/"):
                pictures += _megapixels(item.path)
            elif isinstance(item, Artifact) and item.media_type.startswith("audio/"):
                recordings += _seconds(item.path)
    return InputSize(characters or None, tokens or None, max(pictures, default=None), max(recordings, default=None))


def _megapixels(path: Path) -> list[float]:
    """Of a picture that can be opened; its handler says what is wrong with another one."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return [picture.width * picture.height / 1e6]
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return []


def _seconds(path: Path) -> list[float]:
    """Of a WAV file; of other formats the length is not known before they are decoded."""
    import wave

    try:
        with wave.open(str(path), "rb") as recording:
            return [recording.getnframes() / recording.getframerate()]
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return []
