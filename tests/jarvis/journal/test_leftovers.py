"""What a killed process was writing goes; everything else stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from jarvis.journal.leftovers import clear_leftovers


def test_half_written_files_of_the_run_go_and_nothing_else(tmp_path: Path) -> None:
    began = time.time()
    for name in ("empty.txt", ".b.png.0a1b2c3d4e5f.part"):
        (tmp_path / name).touch()
    (tmp_path / ".a.wav.a0b1c2d3e4f5.part").write_text("half")
    (tmp_path / "whole.wav").write_text("whole")
    (tmp_path / "b.png").write_text("finished by another")
    old = tmp_path / ".old.wav.00112233aabb.part"
    old.write_text("of an earlier run")
    os.utime(old, (began - 1000, began - 1000))
    clear_leftovers(tmp_path, began)
    left = {"whole.wav", "empty.txt", "b.png", ".old.wav.00112233aabb.part"}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_a_folder_that_was_never_made_is_fine(tmp_path: Path) -> None:
    clear_leftovers(tmp_path / "missing", 0.0)
