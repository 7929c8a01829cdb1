"""Every example runs as its docstring says, offline, and prints what it is about."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PRINTS = {
    "chat_about_a_picture.py": ["1:", "2:", "'$0'"],
    "choose_a_model.py": ["image-classification ran on", "could run on"],
    "describe_and_speak.py": ["cat", "listen to"],
    "langchain_chain.py": ["made by"],
    "own_tool.py": ["water-the-plants takes room: text, liters: number", "effect: irreversible"],
    "plan_a_batch.py": [
        "Transcribe memo.wav and summarize it: automatic-speech-recognition -> summarization",
        "flowchart LR",
    ],
    "segment_anything.py": ["cup:", "also the spoon:", "spoon:"],
    "stream_events.py": ["planned  0 object-detection", "started  0 on", "finished 0 after", "cup"],
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_prints_what_it_is_about(example: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(example)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    for text in PRINTS[example.name]:
        assert text in run.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_short_and_says_how_to_run_it(example: Path) -> None:
    source = example.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60
    assert f"python examples/{example.name}" in (ast.get_docstring(ast.parse(source)) or "")
