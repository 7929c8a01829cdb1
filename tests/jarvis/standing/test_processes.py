"""Several processes keep the same timers: one rings each, and what a killed one did not tell another one tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis.standing.records import Kind, Timer
from jarvis.standing.store import Store

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-m", "tests.jarvis.standing.keeper_process"]


@contextmanager
def keeper(folder: Path, telling: float = 0.0) -> Iterator[subprocess.Popen[str]]:
    command = [*PROGRAM, str(folder), str(telling)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout
    return [process.stdout.readline().strip() for _ in range(count)]


def tea(after: float, name: str = "t") -> Timer:
    return Timer(name, Kind.TIMER, name, time.time() + after, said="a while")


def test_a_timer_of_another_process_rings_at_its_time(tmp_path: Path) -> None:
    with keeper(tmp_path) as process:
        time.sleep(0.5)
        due = tea(1.0, "tea")
        Store(tmp_path).add(due)
        assert lines(process, 2)[1] == "told Your tea timer has ended."
        assert 0 <= time.time() - due.due < 3


def test_what_a_killed_keeper_claimed_and_did_not_tell_is_told_by_another(tmp_path: Path) -> None:
    Store(tmp_path).add(tea(0.0, "tea"))
    with keeper(tmp_path, telling=60.0) as first:
        assert lines(first, 1) == ["begins Your tea timer has ended."]
        with keeper(tmp_path) as second:
            time.sleep(0.5)
            first.send_signal(signal.SIGKILL)
            first.wait()
            assert lines(second, 2)[1] == "told Your tea timer has ended."
            deadline = time.time() + 10
            while Store(tmp_path).timers() and time.time() < deadline:
                time.sleep(0.1)
    assert Store(tmp_path).timers() == []


def test_three_keepers_ring_each_of_many_timers_once(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(30)]
    for number, name in enumerate(names):
        Store(tmp_path).add(tea(3.0 + number / 50, name))
    with keeper(tmp_path) as first, keeper(tmp_path) as second, keeper(tmp_path) as third:
        deadline = time.time() + 40
        while Store(tmp_path).timers() and time.time() < deadline:
            time.sleep(0.2)
        time.sleep(0.5)
        processes = (first, second, third)
        for process in processes:
            process.send_signal(signal.SIGKILL)
        told = [
            line for process in processes for line in process.communicate()[0].splitlines() if line.startswith("told")
        ]
    assert sorted(told) == sorted(f"told Your {name} timer has ended." for name in names)


def test_when_the_disk_is_full_a_timer_is_refused_and_what_is_kept_stays(tmp_path: Path) -> None:
    Store(tmp_path).add(tea(60.0, "tea"))
    program = """
import resource, signal, sys, time
from pathlib import Path
from jarvis.errors import StorageError
from jarvis.standing.records import Kind, Timer
from jarvis.standing.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))  # no file may grow beyond this
try:
    Store(Path(sys.argv[1])).add(Timer("x", Kind.TIMER, "x" * 50_000, time.time() + 60))
except StorageError as error:
    print(error)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert "standing" in done.stdout
    assert done.stderr == ""
    assert [timer.label for timer in Store(tmp_path).timers()] == ["tea"]
