"""What differs between two runs of a plan is told; times are not."""

from __future__ import annotations

from pathlib import Path

from jarvis.artifacts import Artifact
from jarvis.journal.differences import Difference, differences
from jarvis.messages import Failure, Result


def speech(name: str, digest: str) -> Artifact:
    return Artifact("speech", Path(name), "audio/wav", digest)


def test_the_same_content_is_the_same_whatever_its_time_and_file_name() -> None:
    before = {0: Result(0, {"a": [1, 2]}, model="m", seconds=1.0), 1: Result(1, speech("speech.wav", "ab"), model="t")}
    after = {0: Result(0, {"a": [1, 2]}, model="m", seconds=9.0), 1: Result(1, speech("speech-2.wav", "ab"), model="t")}
    assert differences(before, after) == []


def test_values_files_failures_models_and_missing_tasks_are_told() -> None:
    before = {
        0: Result(0, "a cat", model="m"),
        1: Result(1, [speech("a", "1" * 64)], model="t"),
        2: Result(2, "fine", model="m"),
        3: Result(3, "x", model="old"),
        4: Result(4, "x"),
    }
    after = {
        0: Result(0, "a dog", model="m"),
        1: Result(1, [speech("a", "2" * 64)], model="t"),
        2: Result(2, failure=Failure("no memory", "TaskError"), model="m"),
        3: Result(3, "x", model="new"),
    }
    assert differences(before, after) == [
        Difference(0, "value", "a cat", "a dog"),
        Difference(1, "files", "speech 111111111111", "speech 222222222222"),
        Difference(2, "failure", "fine", "failed: no memory"),
        Difference(3, "model", "old", "new"),
        Difference(4, "missing", "x", "not run"),
    ]
