"""Embeddings are kept in memory and on disk, both bounded."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from jarvis.tools.handlers.sam.embeddings import Embeddings
from jarvis.tools.handlers.sam.network import Embedding


class Maker:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Embedding:
        self.calls += 1
        return {"image_embeddings.0": np.full((1, 64, 64, 64), self.calls, dtype=np.float32)}  # 1 MB


def test_the_second_time_nothing_is_made(tmp_path: Path) -> None:
    make, kept = Maker(), Embeddings(tmp_path)

    first, second = kept.of("a", "m", make), kept.of("a", "m", make)

    assert make.calls == 1
    assert (first["image_embeddings.0"] == second["image_embeddings.0"]).all()


def test_another_image_and_another_model_are_other_embeddings(tmp_path: Path) -> None:
    make, kept = Maker(), Embeddings(tmp_path)

    for image, model in (("a", "m"), ("b", "m"), ("a", "n")):
        kept.of(image, model, make)

    assert make.calls == 3


def test_memory_holds_no_more_than_its_limit(tmp_path: Path) -> None:
    make, kept = Maker(), Embeddings(None, memory_mb=2)
    for image in "abc":
        kept.of(image, "m", make)

    kept.of("c", "m", make)
    assert make.calls == 3
    kept.of("a", "m", make)
    assert make.calls == 4


def test_disk_holds_no_more_than_its_limit_and_the_latest_stay(tmp_path: Path) -> None:
    make, kept = Maker(), Embeddings(tmp_path, memory_mb=1, disk_mb=3)
    for number, image in enumerate("abcdef"):
        kept.of(image, "m", make)
        for path in tmp_path.glob("*.npz"):
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 10 + number * 0))

    assert len(list(tmp_path.glob("*.npz"))) == 2
    again = Embeddings(tmp_path)
    again.of("f", "m", make)
    assert make.calls == 6


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"\x80\x04pickle"])
def test_a_damaged_file_costs_another_look(tmp_path: Path, damage: bytes) -> None:
    make = Maker()
    Embeddings(tmp_path).of("a", "m", make)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(damage)

    found = Embeddings(tmp_path).of("a", "m", make)

    assert make.calls == 2
    assert found["image_embeddings.0"][0, 0, 0, 0] == 2


def test_pickled_tensors_are_not_read(tmp_path: Path) -> None:
    make = Maker()
    Embeddings(tmp_path).of("a", "m", make)
    (path,) = tmp_path.glob("*.npz")
    with path.open("wb") as file:
        np.savez(file, evil=np.array([{"code": 1}], dtype=object))

    Embeddings(tmp_path).of("a", "m", make)

    assert make.calls == 2


def test_a_folder_that_cannot_be_written_costs_only_the_next_look(tmp_path: Path) -> None:
    make = Maker()
    (tmp_path / "file").write_text("in the way")

    kept = Embeddings(tmp_path / "file" / "folder")

    assert kept.of("a", "m", make)["image_embeddings.0"].shape == (1, 64, 64, 64)
    kept.of("a", "m", make)
    assert make.calls == 1
