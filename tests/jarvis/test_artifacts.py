"""Artifacts never overwrite each other, and a folder that cannot be written is told with a way out."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import StorageError
from jarvis.tools.handler import Sink


def hello(file: BinaryIO) -> None:
    file.write(b"hello")


def onto_a_full_device(file: BinaryIO) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


def half_of_it(file: BinaryIO) -> None:
    file.write(b"RIFF")
    raise ValueError("the model gave not one sample")


def stopped_by_ctrl_c(file: BinaryIO) -> None:
    file.write(b"RIFF")
    raise KeyboardInterrupt


def test_two_outputs_of_one_name_lie_side_by_side(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path / "out")
    first, second = (folder.write("speech", "audio/wav", hello) for _ in range(2))
    assert [first.path.name, second.path.name] == ["speech.wav", "speech-2.wav"]
    assert first.digest == hashlib.sha256(b"hello").hexdigest()
    assert sorted(path.name for path in folder.root.iterdir()) == ["speech-2.wav", "speech.wav"]


def test_a_full_disk_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the disk is full at .*; free some space or choose another folder"):
        ArtifactFolder(tmp_path).write("speech", "audio/wav", onto_a_full_device)


@pytest.mark.parametrize(
    ("fill", "error"),
    [(onto_a_full_device, StorageError), (half_of_it, ValueError), (stopped_by_ctrl_c, KeyboardInterrupt)],
)
def test_what_could_not_be_written_leaves_nothing_behind(
    fill: Callable[[BinaryIO], object], error: type[BaseException], tmp_path: Path
) -> None:
    folder = ArtifactFolder(tmp_path)
    with pytest.raises(error):
        folder.write("speech", "audio/wav", fill)
    assert list(tmp_path.iterdir()) == []
    assert folder.write("speech", "audio/wav", hello).path.name == "speech.wav"


def test_sound_that_fills_the_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / f".speech.{bytes(6).hex()}.part").symlink_to("/dev/full")
    sink = Sink(ArtifactFolder(tmp_path), Provenance(0, "text-to-speech", "a-model"))
    with pytest.raises(StorageError, match="the disk is full"):
        sink.audio("speech", np.zeros(100_000, np.float32), 16_000)
    assert list(tmp_path.iterdir()) == []


def test_outputs_of_before_stay_when_a_later_one_fails(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    first = folder.write("speech", "audio/wav", hello)
    with pytest.raises(StorageError):
        folder.write("speech", "audio/wav", onto_a_full_device)
    assert list(tmp_path.iterdir()) == [first.path]
    assert first.path.read_bytes() == b"hello"


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write to .*choose another folder with --out"):
        ArtifactFolder(tmp_path / "file" / "out").write("speech", "audio/wav", hello)


def test_two_folders_without_hard_links_never_overwrite_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        if target.exists():
            raise FileExistsError(target)
        raise OSError(errno.EPERM, "this file system has no hard links")

    monkeypatch.setattr(os, "link", refuse)
    one, other = ArtifactFolder(tmp_path), ArtifactFolder(tmp_path)
    paths = [folder.write("speech", "audio/wav", hello).path for folder in (one, other, one)]
    assert [path.name for path in paths] == ["speech.wav", "speech-2.wav", "speech-3.wav"]
    assert {path.read_bytes() for path in paths} == {b"hello"}
    assert len(list(tmp_path.iterdir())) == 3
