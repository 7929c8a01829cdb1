"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, file_digest
from tests.jarvis.cli.runs import CommandLine


@pytest.fixture
def jarvis_command(monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Runs `jarvis ...` in this process."""
    return CommandLine(monkeypatch)


@pytest.fixture
def speech(tmp_path: Path) -> Artifact:
    """A file that a task made."""
    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF....WAVE")
    return Artifact("speech", path, "audio/wav", file_digest(path))
