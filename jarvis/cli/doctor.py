"""`jarvis doctor`: what works here, what is missing, and how to get it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted, one_line, size
from jarvis.errors import JarvisError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import locate, missing, package_file, way_out
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings

_PYTHONS = ((3, 11), (3, 13))
_CORE = "diskcache httpx llguidance numpy onnxruntime PIL platformdirs pydantic rich tokenizers typer".split()
_OPTIONAL = {"hub": ("torch", "transformers", "safetensors"), "langchain": ("langchain_core",)}
_RULES = "rules plan instead, and understand less"
_AGAIN = "run `pip install --force-reinstall jarvis`"
_LITTLE_DISK = 1_000_000_000
_LITTLE_MEMORY_MB = 700


class Health(StrEnum):
    """How a thing is."""

    OK = "ok"
    NOTE = "note"
    """Not here, and the main job does not need it."""
    BAD = "bad"
    """The main job cannot run until this is mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    area: str
    """python, planner, models, voice, extras, endpoints, cluster, storage, memory."""
    name: str
    health: Health
    detail: str
    way_out: str = ""
    """What to do about it; empty when all is well."""

    def to_json(self) -> dict[str, str]:
        """All fields by name."""
        row = {"area": self.area, "name": self.name, "health": self.health.value, "detail": self.detail}
        return row | {"way_out": self.way_out}


def examine(screen: Screen, services: Services, *, verify: bool, as_json: bool) -> int:
    """Looks at everything and prints what was found; 0 when the main job can run, else 1."""
    found = list(findings(services.settings(), services.registry(), verify=verify))
    well = all(finding.health is not Health.BAD for finding in found)
    if as_json:
        screen.json({"ok": well, "findings": [finding.to_json() for finding in found]})
    else:
        _print(found, well, screen)
    return 0 if well else 1


def findings(settings: Settings, registry: Registry, *, verify: bool) -> Iterator[Finding]:
    """Everything that was looked at, in the order in which it matters."""
    yield python(sys.version_info[:2])
    yield core_packages(_absent(_CORE))
    yield from planner(settings)
    yield from models(registry, verify=verify)
    yield from languages(settings)
    yield from optional_packages()
    yield from endpoints(settings)
    yield from cluster(settings)
    yield storage(settings.cache_dir, "cache")
    yield storage(settings.out.absolute(), "output")
    yield memory()


def python(version: tuple[int, int]) -> Finding:
    """Whether this Python is one that Jarvis is tested with."""
    said = f"{version[0]}.{version[1]}"
    if _PYTHONS[0] <= version <= _PYTHONS[1]:
        return Finding("python", "Python", Health.OK, said)
    return Finding("python", "Python", Health.BAD, said, "use Python 3.11, 3.12 or 3.13")


def core_packages(absent: list[str]) -> Finding:
    """Whether the packages are here that everything needs."""
    if not absent:
        return Finding("python", "core packages", Health.OK, f"all {len(_CORE)} are here")
    return Finding("python", "core packages", Health.BAD, f"missing: {', '.join(absent)}", "run `pip install jarvis`")


def _absent(modules: Iterable[str]) -> list[str]:
    return [module for module in modules if find_spec(module) is None]


def planner(settings: Settings) -> Iterator[Finding]:
    """Whether requests can be planned: by the embedded model, by rules, or by an endpoint."""
    if "://" in settings.planner:
        yield endpoint(settings)
    elif settings.planner == "local":
        yield from _local_planner()
    else:
        yield Finding("planner", "planner", Health.OK, settings.planner)


def _local_planner() -> Iterator[Finding]:
    from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE
    from jarvis.planners.local import WEIGHTS

    try:
        path = package_file(BASE_PACKAGE, BASE_FILE)
        yield Finding("planner", "language model", Health.OK, f"{path.name}, {size(path.stat().st_size)}")
    except FileNotFoundError as error:
        yield Finding("planner", "language model", Health.NOTE, f"{error}; {_RULES}", "run `jarvis setup`")
    if WEIGHTS.is_file():
        detail = f"{WEIGHTS.name}, {size(WEIGHTS.stat().st_size)}"
        yield Finding("planner", "training on plans", Health.OK, detail)
        yield calibration(WEIGHTS)
    else:
        yield Finding("planner", "training on plans", Health.NOTE, f"{WEIGHTS.name} is missing; {_RULES}", _AGAIN)


def calibration(weights: Path) -> Finding:
    """Whether the probabilities of plans were fitted to the weights that are here."""
    from jarvis.artifacts import file_digest
    from jarvis.planners.confidence import shipped

    if shipped().weights == file_digest(weights):
        return Finding("planner", "calibration", Health.OK, f"made for {weights.name}")
    detail = f"made for other weights than {weights.name}; the probabilities of plans are rough"
    fix = "fit it again: python -m jarvis.planners.confidence --data GOLD.jsonl"
    return Finding("planner", "calibration", Health.NOTE, detail, fix)


def endpoint(settings: Settings) -> Finding:
    """Whether the planner's endpoint can be reached: a connection is opened, nothing is sent."""
    import socket
    from urllib.parse import urlsplit

    address = urlsplit(settings.planner)
    key = "is set" if os.environ.get(settings.planner_key_variable) else "is not set"
    detail = f"{settings.planner}, {settings.planner_key_variable} {key}"
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
        socket.create_connection((address.hostname or "", port), timeout=3).close()
    except (OSError, ValueError) as error:
        fix = "start it, or set JARVIS_PLANNER to another address or to local"
        return Finding("planner", "endpoint", Health.BAD, f"{detail}; cannot connect ({error})", fix)
    return Finding("planner", "endpoint", Health.OK, detail)


def models(registry: Registry, *, verify: bool) -> Iterator[Finding]:
    """Each model: installed, missing, or not the file that it should be."""
    ready = 0
    for card in registry:
        finding = model(card, verify=verify)
        ready += finding.health is Health.OK
        yield finding
    if not ready:
        fix = "run `pip install 'jarvis[local]'`, then `jarvis setup`"
        yield Finding("models", "models", Health.BAD, "not one model can run here", fix)


def model(card: ModelCard, *, verify: bool) -> Finding:
    """One model; with `verify` its files are hashed, else their sizes are compared."""
    lacking = missing(card)
    if lacking:
        return Finding("models", card.id, Health.NOTE, "; ".join(lacking), way_out(card))
    if verify:
        try:
            locate(card)
        except JarvisError as error:
            return Finding("models", card.id, Health.NOTE, str(error), way_out(card, again=True))
    weight = f", {size(card.size_bytes)}" if card.size_bytes else ""
    hashed = ", hash ok" if verify and card.files else ""
    return Finding("models", card.id, Health.OK, f"{', '.join(card.tasks)}{weight}{hashed}")


def languages(settings: Settings) -> Iterator[Finding]:
    """For each language that is spoken to `jarvis voice`, what hears it and what speaks it."""
    from jarvis.voice.recognition.spoken import spoken_here

    try:
        known = spoken_here(settings)
    except JarvisError as error:
        yield Finding("voice", "languages", Health.NOTE, str(error))
        return
    for spoken in known:
        hears = f"{spoken.recogniser} hears it" if spoken.recogniser else "nothing hears it"
        speaks = f"{spoken.voice} speaks it" if spoken.voice else "nothing speaks it"
        health = Health.NOTE if spoken.advice else Health.OK
        yield Finding("voice", spoken.name, health, f"{hears}, {speaks}", spoken.advice)


def optional_packages() -> Iterator[Finding]:
    """What other extras bring."""
    for extra, modules in _OPTIONAL.items():
        absent = _absent(modules)
        if absent:
            fix = f"run `pip install 'jarvis[{extra}]'` if you want it"
            yield Finding("extras", extra, Health.NOTE, f"missing: {', '.join(absent)}", fix)
        else:
            yield Finding("extras", extra, Health.OK, ", ".join(modules))


def endpoints(settings: Settings) -> Iterator[Finding]:
    """Each endpoint of the user's: whether its key is here, it answers, and its model is ready. Keys are not shown."""
    if settings.endpoints is None:
        return
    from jarvis.execution.remote.endpoints import read_endpoints
    from jarvis.execution.remote.health import states

    try:
        found = read_endpoints(settings.endpoints)
    except JarvisError as error:
        yield Finding("endpoints", str(settings.endpoints), Health.BAD, str(error), "or unset JARVIS_ENDPOINTS")
        return
    for card, state in zip(found.cards, asyncio.run(states(found)), strict=True):
        variable = card.parameters.get("key_variable")
        if isinstance(state, JarvisError):
            problem, _, way = str(state).partition("; ")
            yield Finding("endpoints", card.id, Health.NOTE, problem, way)
        else:
            where = card.parameters.get("endpoint", "a provider of the Hub")
            key = f", {variable} is set" if variable else ""
            yield Finding("endpoints", card.id, Health.OK, f"{where}: {state}{key}")


def cluster(settings: Settings) -> Iterator[Finding]:
    """Whether Ray is here and the cluster's head answers; nothing is started there."""
    if not settings.cluster:
        return
    from jarvis.execution.cluster.link import probe

    if _absent(["ray"]):
        fix = "run `pip install 'jarvis[ray]'`, or unset JARVIS_CLUSTER"
        yield Finding("cluster", settings.cluster, Health.NOTE, "Ray is not installed", fix)
        return
    try:
        probe(settings.cluster)
    except JarvisError as error:
        problem, _, way = str(error).partition("; ")
        yield Finding("cluster", settings.cluster, Health.NOTE, problem, way)
    else:
        yield Finding("cluster", settings.cluster, Health.OK, "its head answers")


def storage(folder: Path, name: str) -> Finding:
    """Whether a folder can be written, and how much room there is. Nothing stays behind."""
    there = next((parent for parent in (folder, *folder.parents) if parent.exists()), Path("/"))
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        fix = "set JARVIS_CACHE_DIR to a folder of yours" if name == "cache" else "choose another folder with --out"
        return Finding("storage", name, Health.BAD, f"{folder} cannot be written ({error.strerror})", fix)
    detail = f"{folder}, {size(free)} free"
    if free < _LITTLE_DISK:
        return Finding("storage", name, Health.NOTE, detail, "free some space: models and results need it")
    return Finding("storage", name, Health.OK, detail)


def memory() -> Finding:
    """How much memory is free."""
    from jarvis.availability import free_memory_mb

    free = free_memory_mb()
    if free is None:
        return Finding("memory", "memory", Health.OK, "this system does not say how much is free")
    if free < _LITTLE_MEMORY_MB:
        fix = f"close other programs: planning and one model need about {_LITTLE_MEMORY_MB} MB"
        return Finding("memory", "memory", Health.NOTE, f"{free} MB free", fix)
    return Finding("memory", "memory", Health.OK, f"{size(free * 2**20)} free")


def _print(found: list[Finding], well: bool, screen: Screen) -> None:
    if screen.interactive:
        from jarvis.cli.tables import findings_table

        screen.out.print(findings_table(found, ascii_only=screen.ascii_only))
    else:
        for finding in found:
            fix = f"; {finding.way_out}" if finding.way_out else ""
            screen.write(
                f"{finding.health.value:4} {finding.area}: {finding.name}: {one_line(finding.detail, 300)}{fix}"
            )
    screen.write()
    screen.write(verdict(found, well))


def verdict(found: list[Finding], well: bool) -> str:
    """The last line: whether Jarvis can work."""
    cards = [finding for finding in found if finding.area == "models"]
    ready = sum(finding.health is Health.OK for finding in cards)
    if well:
        return f"Jarvis can work here, with {ready} of {counted(len(cards), 'model')}."
    bad = [finding.name for finding in found if finding.health is Health.BAD]
    return f"Jarvis cannot work here yet; mend first: {', '.join(bad)}."
