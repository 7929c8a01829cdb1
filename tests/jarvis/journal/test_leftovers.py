"""What a killed process was writing goes; everything else stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from jarvis.journal.leftovers import aside_name, clear_leftovers


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


def test_folders_of_tasks_go_when_their_program_was_killed(tmp_path: Path) -> None:
    began = time.time()
    program = (
        "import sys, time; from pathlib import Path; from jarvis.journal.leftovers import aside_name\n"
        "folder = Path(sys.argv[1]) / aside_name(); folder.mkdir(); (folder / 'half.wav').write_bytes(b'RIFF')\n"
        "print('written', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        clear_leftovers(tmp_path, began)
        while_it_lives = len(list(tmp_path.glob(".jarvis-*")))
        process.kill()
    mine = tmp_path / aside_name()
    mine.mkdir()
    (tmp_path / ".theirs.part").mkdir()

    clear_leftovers(tmp_path, began)

    assert while_it_lives == 1
    assert {path.name for path in tmp_path.iterdir()} == {mine.name, ".theirs.part"}


def test_a_folder_that_was_never_made_is_fine(tmp_path: Path) -> None:
    clear_leftovers(tmp_path / "missing", 0.0)
