"""Weights that come in parts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jarvis.errors import ModelFileError
from jarvis.tools.handlers.joined_parts import joined


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    for name, content in (("a", b"one "), ("b", b"two")):
        (tmp_path / name).write_bytes(content)
    return [tmp_path / "a", tmp_path / "b"]


SHA = hashlib.sha256(b"one two").hexdigest()


def test_parts_are_joined_once_and_then_found(parts: list[Path], tmp_path: Path) -> None:
    path = joined(parts, "model.bin", SHA, tmp_path / "models")
    made = path.stat().st_mtime_ns
    again = joined([], "model.bin", SHA, tmp_path / "models")

    assert path.read_bytes() == b"one two"
    assert again.stat().st_mtime_ns == made
    assert [file.name for file in path.parent.iterdir()] == ["model.bin"]


def test_a_broken_file_is_made_again(parts: list[Path], tmp_path: Path) -> None:
    path = joined(parts, "model.bin", SHA, tmp_path / "models")
    path.write_bytes(b"one tw")

    assert joined(parts, "model.bin", SHA, tmp_path / "models").read_bytes() == b"one two"


def test_wrong_parts_are_refused_and_leave_nothing(parts: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="do not fit together"):
        joined(parts[::-1], "model.bin", SHA, tmp_path / "models")

    assert list((tmp_path / "models").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_as_the_models_fault_so_that_another_model_is_tried(
    parts: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        ModelFileError, match=r"cannot write .*model\.bin .*; free some space there or set JARVIS_CACHE"
    ):
        joined(parts, "model.bin", SHA, tmp_path / "file" / "models")


def test_the_folder_is_the_cache_unless_given(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path / "elsewhere"))

    assert joined(parts, "model.bin", SHA) == tmp_path / "elsewhere" / "models" / "model.bin"
