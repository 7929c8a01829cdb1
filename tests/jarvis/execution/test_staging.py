"""Files of a process that may die: aside until they are whole, then in place under the first free name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from jarvis.artifacts import file_digest
from jarvis.errors import StorageError
from jarvis.execution.staging import StagedFolder, aside_folder, sweep


def write(folder: StagedFolder, content: bytes) -> Path:
    made = folder.write("note", "text/plain", lambda file: file.write(content))
    assert made.digest == file_digest(made.path)
    return made.path


def test_a_file_is_not_in_its_place_before_it_is_whole(tmp_path: Path) -> None:
    folder = StagedFolder(tmp_path, aside_folder(tmp_path))
    seen: list[list[str]] = []

    def fill(file: BinaryIO) -> None:
        file.write(b"half")
        seen.append([name for name in os.listdir(tmp_path) if not name.startswith(".")])

    made = folder.write("note", "text/plain", fill)
    folder.clear()

    assert seen == [[]]
    assert os.listdir(tmp_path) == ["note.txt"]
    assert (made.path, made.path.read_bytes()) == (tmp_path / "note.txt", b"half")


def test_two_files_of_a_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    one, other = (StagedFolder(tmp_path, aside_folder(tmp_path)) for _ in range(2))

    written = [write(one, b"a"), write(other, b"b"), write(one, b"c")]

    assert [path.name for path in written] == ["note.txt", "note-2.txt", "note-3.txt"]
    assert [path.read_bytes() for path in written] == [b"a", b"b", b"c"]


def test_it_works_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    folder = StagedFolder(tmp_path, aside_folder(tmp_path))

    written = [write(folder, b"a"), write(folder, b"b")]
    folder.clear()

    assert [path.read_bytes() for path in written] == [b"a", b"b"]
    assert sorted(os.listdir(tmp_path)) == ["note-2.txt", "note.txt"]


def test_a_failure_leaves_nothing_and_names_the_folder_of_the_user(tmp_path: Path) -> None:
    def fail(file: BinaryIO) -> None:
        raise OSError(28, "No space left on device")

    folder = StagedFolder(tmp_path / "out", aside_folder(tmp_path / "out"))
    with pytest.raises(StorageError, match=f"the disk is full at {tmp_path}/out;"):
        folder.write("note", "text/plain", fail)
    folder.clear()

    assert os.listdir(tmp_path / "out") == []


def test_what_killed_programs_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    names = {
        "old and dead": f".jarvis-{int(dead.stdout)}-aa.part",
        "young and dead": f".jarvis-{int(dead.stdout)}-bb.part",
        "old and alive": f".jarvis-{os.getpid()}-cc.part",
        "another's": ".jarvis-cache",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.txt").write_text("half")
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / names["young and dead"])

    sweep(tmp_path)
    sweep(tmp_path / "not there")

    assert set(os.listdir(tmp_path)) == set(names.values()) - {names["old and dead"]}
