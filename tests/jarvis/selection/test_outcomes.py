"""What was learned survives the process, and processes that learn at once lose nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from jarvis.errors import StorageError
from jarvis.messages import Failure, Result
from jarvis.selection import Lesson
from jarvis.selection.learning import UNSEEN
from jarvis.selection.outcomes import Outcomes, blames_the_model, lesson_of, lessons_file

KEY = ("summarization", "a")
_RECORD = """
import sys
from pathlib import Path
from jarvis.selection.outcomes import Outcomes
outcomes = Outcomes(Path(sys.argv[1]))
for place in range(int(sys.argv[2])):
    outcomes.record("summarization", sys.argv[3], True, 0.5)
    print(place, flush=True)
outcomes.close()
"""


def test_what_is_recorded_is_what_a_lesson_computes(tmp_path: Path) -> None:
    outcomes = [(True, 1.0), (False, 9.0), (True, 3.0), (True, 0.2), (False, 0.1), (True, 2.0)]
    expected = UNSEEN
    with closing(Outcomes(tmp_path)) as kept:
        for ok, seconds in outcomes:
            kept.record(*KEY, ok, seconds)
            expected = expected.after(ok=ok, seconds=seconds)

        assert kept.snapshot()[KEY] == _about(expected)
    with closing(Outcomes(tmp_path)) as again:
        assert again.snapshot()[KEY] == _about(expected)


def _about(lesson: Lesson) -> object:
    class Near:
        def __eq__(self, other: object) -> bool:
            assert isinstance(other, Lesson)
            pairs = [(getattr(lesson, name), getattr(other, name)) for name in Lesson.__slots__]
            return all(one == pytest.approx(two, abs=1e-9) for one, two in pairs)

        __hash__ = None  # type: ignore[assignment]

    return Near()


def test_a_model_that_only_failed_has_no_time(tmp_path: Path) -> None:
    with closing(Outcomes(tmp_path)) as kept:
        kept.record(*KEY, False, 3.0)

        assert kept.snapshot()[KEY].seconds is None
        kept.record(*KEY, True, 3.0)
        assert kept.snapshot()[KEY].seconds == pytest.approx(3.0)


def test_what_another_process_learns_is_seen(tmp_path: Path) -> None:
    with closing(Outcomes(tmp_path)) as kept:
        assert kept.snapshot() == {}
        subprocess.run([sys.executable, "-c", _RECORD, str(tmp_path), "3", "a"], check=True, capture_output=True)

        assert kept.snapshot()[KEY].ok == pytest.approx(1 + 0.98 + 0.98**2)


def test_processes_that_record_at_once_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _RECORD, str(tmp_path), "40"]
    running = [subprocess.Popen([*command, "same"], stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]

    with closing(Outcomes(tmp_path)) as kept:
        count = sum(0.98**place for place in range(120))
        assert kept.snapshot()["summarization", "same"].ok == pytest.approx(count)


def test_a_process_that_is_killed_while_it_records_damages_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _RECORD, str(tmp_path), "100000", "killed"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(20)
    process.stdout.close()

    with closing(Outcomes(tmp_path)) as kept:
        assert kept.snapshot()["summarization", "killed"].ok >= 1
        kept.record(*KEY, True, 1.0)
        assert kept.snapshot()[KEY].ok == 1


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    Outcomes(tmp_path / "data").close()

    assert lessons_file(tmp_path / "data").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_damaged_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    lessons_file(tmp_path).write_bytes(b"no database at all, but long enough to be read as one" * 20)

    with pytest.raises(StorageError, match="move the file away to begin anew"):
        Outcomes(tmp_path)


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(lessons_file(tmp_path))) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(StorageError, match="written by a newer version"):
        Outcomes(tmp_path)


def test_a_file_that_cannot_be_written_costs_the_lesson_and_not_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Outcomes(tmp_path)) as kept, closing(sqlite3.connect(kept.path)) as other:
        other.execute("DROP TABLE lesson")
        other.commit()

        kept.record(*KEY, True, 1.0)

        assert "what was learned about a is lost" in caplog.text
        assert kept.snapshot() == {}


def test_a_model_that_was_replaced_is_forgotten(tmp_path: Path) -> None:
    with closing(Outcomes(tmp_path)) as kept:
        kept.record(*KEY, False, 1.0)
        kept.record("summarization", "b", True, 1.0)
        kept.forget("a")

        assert set(kept.snapshot()) == {("summarization", "b")}


@pytest.mark.parametrize(
    ("result", "lesson"),
    [
        (Result(0, "x", model="m", seconds=2.0), (True, 2.0)),
        (Result(0, "x", model="m", seconds=2.0, cached=True), None),
        (Result(0, "x"), None),
        (Result(0, failure=Failure("no", "TaskError"), model="m", seconds=1.0), (False, 1.0)),
        (Result(0, failure=Failure("no", "InputError"), model="m"), None),
        (Result(0, failure=Failure("no", "Skipped", 1)), None),
    ],
)
def test_only_what_a_model_did_itself_is_a_lesson(result: Result, lesson: tuple[bool, float] | None) -> None:
    assert lesson_of(result) == lesson


def test_a_users_mistake_is_no_fault_of_the_model() -> None:
    assert blames_the_model("TaskTimeoutError")
    assert not blames_the_model("InputError")
