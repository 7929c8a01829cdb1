"""Artifacts never overwrite each other, and a folder that cannot be written is told with a way out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

import pytest

from jarvis.artifacts import ArtifactFolder
from jarvis.errors import StorageError


def hello(file: BinaryIO) -> None:
    file.write(b"hello")


def onto_a_full_device(file: BinaryIO) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


def test_two_outputs_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path / "out")
    first, second = (folder.write("speech", "audio/wav", hello) for _ in range(2))
    assert [first.path.name, second.path.name] == ["speech.wav", "speech-2.wav"]
    assert first.digest == hashlib.sha256(b"hello").hexdigest()
    assert sorted(path.name for path in folder.root.iterdir()) == ["speech-2.wav", "speech.wav"]


def test_a_full_disk_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the disk is full at .*; free some space or choose another folder"):
        ArtifactFolder(tmp_path).write("speech", "audio/wav", onto_a_full_device)


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write to .*choose another folder with --out"):
        ArtifactFolder(tmp_path / "file" / "out").write("speech", "audio/wav", hello)
