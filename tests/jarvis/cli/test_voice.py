"""`jarvis voice` over files and pipes: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sounds import pcm, say, silence, together, write_wav

pytestmark = pytest.mark.timeout(300)
_ORDER = "Hey Jarvis, turn the kitchen light off."


def _voice(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "JARVIS_PLANNER": "rules", "JARVIS_ISOLATION": "thread", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "jarvis", "voice", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, env=env, cwd=folder, timeout=240, check=False)


@pytest.fixture
def order(tmp_path: Path) -> Path:
    """An order in a file."""
    path = tmp_path / "order.wav"
    write_wav(path, together(1.2, say(_ORDER, "joe"), 0.5))
    return path


def _events(out: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.decode().splitlines()]


def test_a_file_is_heard_and_the_answer_is_written(tmp_path: Path, order: Path) -> None:
    done = _voice(tmp_path, "--wav", str(order), "--out", "answer.wav", "--json")
    assert done.returncode == 0, done.stderr.decode()
    events = _events(done.stdout)
    answered = next(event for event in events if event["event"] == "done")
    assert answered["kind"] == "answered"
    assert answered["text"].startswith("In the simulated home, kitchen light is now off")
    assert next(event for event in events if event["event"] == "measured")["sound"] > 0
    with wave.open(str(tmp_path / "answer.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert file.getnframes() / file.getframerate() > 4.0
    assert abs(sound).max() > 3000


def test_a_pipe_is_heard_and_a_person_reads_the_conversation(tmp_path: Path) -> None:
    sound = pcm(together(1.2, say(_ORDER, "joe"), 1.0))
    done = _voice(tmp_path, "--stdin", stdin=sound)
    assert done.returncode == 0, done.stderr.decode()
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "> Turn the kitchen light off."
    assert lines[-1].strip().startswith("In the simulated home, kitchen light is now off")


def test_silence_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    write_wav(path, silence(3.0))
    done = _voice(tmp_path, "--wav", str(path), "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert [event["event"] for event in _events(done.stdout)] == ["state"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--wav", "nowhere.wav"), 2, "there is no file nowhere.wav"),
        (("--wav", "a.wav", "--stdin"), 2, "--wav and --stdin exclude each other"),
        (("--out", "b.wav"), 2, "--out needs --wav or --stdin"),
        (("--microphone", "no such device"), 1, "no such device"),
    ],
)
def test_what_cannot_be_heard_is_said_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = _voice(tmp_path, *arguments)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_a_missing_model_is_named_with_the_way_to_it(
    tmp_path: Path, order: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_VOICE_RECOGNISER", "no-such-model")
    done = _voice(tmp_path, "--wav", str(order))
    assert done.returncode == 2
    assert "no-such-model" in done.stderr.decode()


def test_ctrl_c_leaves_cleanly(tmp_path: Path) -> None:
    env = {**os.environ, "JARVIS_PLANNER": "rules", "JARVIS_ISOLATION": "thread"}
    command = [sys.executable, "-m", "jarvis", "voice", "--stdin", "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=tmp_path
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(bytes(32_000))
        process.stdin.flush()
        assert b"asleep" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, problems = process.communicate(timeout=60)
    assert process.returncode == 0
    assert problems == b""
