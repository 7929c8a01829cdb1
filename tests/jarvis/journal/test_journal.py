"""Runs are found again, listed, taken up by one process only, and dropped when they are old."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from jarvis.errors import UsageError
from jarvis.journal.journal import Journal, Retention, check_inputs
from jarvis.journal.records import InputFile, State
from jarvis.journal.store import open_store
from jarvis.messages import Result
from tests.jarvis.journal.runs import SUMMARY, do, origin, plan, restarted

pytestmark = pytest.mark.anyio

_ELSEWHERE = """
import asyncio, sys, time
from pathlib import Path
from jarvis.journal.journal import Journal, Origin
from jarvis.messages import Request
async def main():
    journal = Journal(Path(sys.argv[1]))
    recorder = await journal.begin(Origin(Request("elsewhere"), Path("out")))
    print(recorder.run_id, flush=True)
    time.sleep(100)
asyncio.run(main())
"""


async def finished(journal: Journal, folder: Path, text: str) -> str:
    recorder = await journal.begin(origin(folder, text))
    await plan(recorder, SUMMARY)
    await do(recorder, Result(0, text))
    await recorder.ended(State.DONE, {0: Result(0, text)}, {"answer": text})
    return recorder.run_id


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("journal.db*"))


async def test_the_newest_runs_come_first(journal: Journal, tmp_path: Path) -> None:
    for number in range(4):
        await finished(journal, tmp_path, f"run {number}")
    assert [summary.title for summary in journal.runs(3)] == ["run 3", "run 2", "run 1"]
    assert journal.runs(unfinished=True) == []


async def test_a_part_of_an_id_finds_the_run(journal: Journal, tmp_path: Path) -> None:
    first, second = [await finished(journal, tmp_path, text) for text in ("a", "b")]
    assert journal.read(first[-8:]).id == first
    assert journal.read().id == second
    with pytest.raises(UsageError, match="several runs have 2 in their id"):
        journal.read("2")
    with pytest.raises(UsageError, match="there is no run nonsense; `jarvis runs` lists them"):
        journal.read("nonsense")


async def test_a_run_of_a_living_process_is_left_alone_and_of_a_dead_one_taken_up(folder: Path) -> None:
    command = [sys.executable, "-c", _ELSEWHERE, str(folder)]
    with (
        closing(Journal(folder)) as journal,
        subprocess.Popen(command, cwd=Path.cwd(), stdout=subprocess.PIPE, text=True) as other,  # noqa: ASYNC220
    ):
        assert other.stdout
        run_id = other.stdout.readline().strip()
        assert [(s.standing, s.resumable) for s in journal.runs()] == [("running", False)]
        with pytest.raises(UsageError, match=f"run {run_id} goes on in another process"):
            await journal.take_up(journal.read(run_id))
        other.kill()
        other.wait()
        assert [(s.standing, s.resumable) for s in journal.runs()] == [("broken off", True)]
        await journal.take_up(journal.unfinished())
        assert [(s.standing, s.resumable) for s in journal.runs()] == [("running", False)]


async def test_of_two_that_take_up_a_run_one_gets_it(journal: Journal, folder: Path, tmp_path: Path) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, SUMMARY)
    journal = restarted(journal, folder)
    record = journal.unfinished()
    with closing(Journal(folder)) as other:
        await journal.take_up(record)
        with pytest.raises(UsageError, match="was taken up by another process"):
            await other.take_up(record)
    journal.close()


async def test_a_finished_run_is_not_taken_up(journal: Journal, tmp_path: Path) -> None:
    run_id = await finished(journal, tmp_path, "a")
    with pytest.raises(UsageError, match=f"is finished; `jarvis replay {run_id}` runs its plan again"):
        await journal.take_up(journal.read(run_id))
    with pytest.raises(UsageError, match="no run was broken off"):
        journal.unfinished()


async def test_a_file_that_has_changed_since_is_named(journal: Journal, tmp_path: Path) -> None:
    await finished(journal, tmp_path, "a")
    record = journal.read()
    record.inputs.append(InputFile(tmp_path / "gone.jpg", "00", 1))
    with pytest.raises(UsageError, match=r"gone.jpg is not what it was when run .* put it back"):
        check_inputs(record)


async def test_too_many_and_too_old_runs_are_dropped_and_their_room_is_given_back(folder: Path, tmp_path: Path) -> None:
    with closing(Journal(folder, Retention(runs=5))) as journal:
        for number in range(8):
            await finished(journal, tmp_path, f"run {number} {'x' * 50_000}")
        before = size_of(folder)
        assert await journal.prune() == 3
        assert len(journal.runs()) == 5
        await journal.vacuum()
        assert size_of(folder) < before
    with closing(open_store(folder)) as connection:
        connection.execute("UPDATE runs SET began = ? WHERE seq <= 6", (time.time() - 100 * 86_400,))
    with closing(Journal(folder, Retention(days=90, runs=100))) as journal:
        assert await journal.prune() == 3
        assert [summary.title[:5] for summary in journal.runs()] == ["run 7", "run 6"]
    with closing(open_store(folder)) as connection:
        assert connection.execute("SELECT count(DISTINCT run) FROM events").fetchone() == (2,)


async def test_a_run_that_goes_on_is_never_dropped(folder: Path, tmp_path: Path) -> None:
    with closing(Journal(folder, Retention(runs=1))) as journal:
        goes_on = await journal.begin(origin(tmp_path, "goes on"))
        for number in range(3):
            await finished(journal, tmp_path, f"run {number}")
        await journal.prune()
        assert {summary.title for summary in journal.runs()} == {"goes on", "run 2"}
        await plan(goes_on, SUMMARY)


def test_a_hundred_thousand_runs_are_listed_by_index(folder: Path) -> None:
    with closing(open_store(folder)) as connection:
        connection.execute("BEGIN")
        rows = ((f"run-{n}", 1.0, "nobody", "done", "x", 1.0, 1, 0) for n in range(100_000))
        sql = "INSERT INTO runs (id, began, owner, state, title, seconds, tasks, failed) VALUES (?,?,?,?,?,?,?,?)"
        connection.executemany(sql, rows)
        connection.execute("COMMIT")
        plans = [
            connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
            for query in (
                "SELECT * FROM runs ORDER BY seq DESC LIMIT 20",
                "SELECT * FROM runs WHERE state IN ('running', 'stopped', 'broken') ORDER BY seq DESC LIMIT 20",
                "SELECT * FROM runs WHERE id = 'run-7'",
                "SELECT n FROM events WHERE run = 7 ORDER BY n",
            )
        ]
    assert not [step for plan in plans for step in plan if "TEMP B-TREE" in str(step)]
    with closing(Journal(folder)) as journal:
        began = time.perf_counter()
        assert len(journal.runs(20)) == 20
        assert journal.runs(20, unfinished=True) == []
        assert time.perf_counter() - began < 5
