"""What a recorder is told stands in the journal, and what it knows of an earlier try is right."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, file_digest
from jarvis.errors import JournalError
from jarvis.execution.runlog import RunLog
from jarvis.graph import Ref, Task
from jarvis.journal.journal import Journal
from jarvis.journal.recorder import UNSETTLED
from jarvis.journal.records import State
from jarvis.journal.redaction import REDACTED
from jarvis.journal.store import journal_file, open_store
from jarvis.messages import Decision, Failure, Result
from tests.jarvis.journal.runs import LIGHT, SPEECH, SUMMARY, assigned, do, origin, plan, restarted

pytestmark = pytest.mark.anyio


def spoken(folder: Path, text: str = "RIFF") -> Artifact:
    folder.mkdir(exist_ok=True)
    path = folder / "speech.wav"
    path.write_text(text)
    return Artifact("speech", path, "audio/wav", file_digest(path))


def written_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("journal.db*"))


async def test_a_whole_run_is_read_back(journal: Journal, tmp_path: Path) -> None:
    recorder = await journal.begin(origin(tmp_path, planner="a script", version="0.1.0"))
    log: RunLog = recorder
    await log.planned(SUMMARY, assigned(SUMMARY))
    await log.planned(SPEECH, assigned(SPEECH))
    recorder.decided(Decision("a script", probability=0.9))
    await log.complete()
    log.started(0, "b-model")
    recorder.setback(0, "out of memory")
    results = {0: Result(0, "short", None, "a-model", 0.5, False, ("b-model: out of memory",))}
    await do(recorder, results[0])
    results[1] = Result(1, spoken(tmp_path / "out"), model="kokoro")
    await do(recorder, results[1])
    await recorder.ended(State.DONE, results, {"answer": "It was said."})

    record = journal.read(recorder.run_id)
    assert (record.state, record.complete, record.answer) == (State.DONE, True, "It was said.")
    assert (record.planner, record.version, record.decision) == (
        "a script",
        "0.1.0",
        Decision("a script", probability=0.9),
    )
    assert (record.request.text, record.out) == ("summarize it and read it aloud", tmp_path / "out")
    assert [row.task for row in record.tasks.values()] == [SUMMARY, SPEECH]
    assert record.results == results
    tries = record.tasks[0].attempts
    assert [(attempt.model, attempt.problem) for attempt in tries] == [("b-model", "out of memory"), ("a-model", "")]
    assert record.tasks[0].planned_at <= tries[0].at <= tries[1].at <= (record.tasks[0].finished_at or 0)
    assert [(s.state, s.tasks, s.failed) for s in journal.runs()] == [(State.DONE, 2, 0)]


async def test_what_is_done_is_known_when_a_run_is_taken_up_again(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, SUMMARY, SPEECH)
    done = Result(0, "short", model="a-model")
    await do(recorder, done)
    journal = restarted(journal, folder)
    taken_up = await journal.take_up(journal.unfinished())
    await plan(taken_up, SUMMARY, SPEECH)
    assert (taken_up.known(0), taken_up.known(1)) == (done, None)
    assert len(journal.read(taken_up.run_id).tasks) == 2
    journal.close()


async def test_a_result_whose_file_has_changed_is_not_known(journal: Journal, folder: Path, tmp_path: Path) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, SUMMARY, SPEECH)
    await do(recorder, Result(0, "short"))
    await do(recorder, Result(1, spoken(tmp_path / "out")))
    (tmp_path / "out" / "speech.wav").write_text("something else")
    journal = restarted(journal, folder)
    taken_up = await journal.take_up(journal.unfinished())
    await plan(taken_up, SUMMARY, SPEECH)
    assert (taken_up.known(0), taken_up.known(1)) == (Result(0, "short"), None)
    again = Result(1, spoken(tmp_path / "out", "again"))
    await do(taken_up, again)
    await taken_up.ended(State.DONE, {}, {})
    assert journal.read(taken_up.run_id).results[1] == again
    journal.close()


async def test_another_plan_keeps_what_is_the_same_and_drops_the_rest(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    other = Task(1, "translation", {"text": Ref(0), "target_language": "French"})
    builds_on_it = Task(2, "text-to-speech", {"text": Ref(1)})
    recorder = await journal.begin(origin(tmp_path))
    for task in (SUMMARY, SPEECH, builds_on_it):
        await recorder.planned(task, assigned(task))
        await do(recorder, Result(task.id, f"of {task.tool}"))
    journal = restarted(journal, folder)
    taken_up = await journal.take_up(journal.unfinished())
    await plan(taken_up, SUMMARY, other, builds_on_it)
    assert [taken_up.known(task_id) for task_id in range(3)] == [Result(0, "of summarization"), None, None]
    await do(taken_up, Result(1, "en bref"))
    await taken_up.ended(State.DONE, {}, {})
    record = journal.read(taken_up.run_id)
    assert [row.task for row in record.tasks.values()] == [SUMMARY, other, builds_on_it]
    assert record.results == {0: Result(0, "of summarization"), 1: Result(1, "en bref")}
    journal.close()


async def test_the_next_picture_is_another_one_when_an_earlier_task_is(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    looks = [Task(number, "image-to-text", {"image": "@image"}) for number in range(2)]
    recorder = await journal.begin(origin(tmp_path))
    for task in looks:
        await recorder.planned(task, assigned(task))
        await do(recorder, Result(task.id, f"picture {task.id}"))
    journal = restarted(journal, folder)
    taken_up = await journal.take_up(journal.unfinished())
    await plan(taken_up, SUMMARY, looks[1])
    assert taken_up.known(1) is None
    journal.close()


@pytest.mark.parametrize("again", [True, False])
async def test_an_effect_without_a_receipt_is_unsettled_until_someone_decides(
    journal: Journal, folder: Path, tmp_path: Path, again: bool
) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, LIGHT)
    await recorder.intent(LIGHT, "key")
    journal = restarted(journal, folder)
    taken_up = await journal.take_up(journal.unfinished())
    assert taken_up.unsettled(2) and dict(taken_up.open_questions) == {2: LIGHT}
    await taken_up.settle(2, again=again)
    known = taken_up.known(2)
    assert not taken_up.unsettled(2)
    assert (known is None) == again
    assert again or (known and known.failure and known.failure.kind == UNSETTLED)
    record = journal.read(taken_up.run_id)
    assert not record.tasks[2].unsettled
    journal.close()


async def test_an_effect_with_a_receipt_is_known_even_when_its_file_is_gone(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, LIGHT)
    await recorder.intent(LIGHT, "key")
    await do(recorder, Result(2, spoken(tmp_path / "out")))
    (tmp_path / "out" / "speech.wav").unlink()
    journal = restarted(journal, folder)
    taken_up = await journal.take_up(journal.unfinished())
    assert taken_up.known(2) is not None and not taken_up.unsettled(2)
    journal.close()


async def test_keys_of_this_machine_are_never_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_SERVICE_API_KEY", 'sk-"secret"-1234567890')
    journal = Journal(folder)
    recorder = await journal.begin(origin(tmp_path, 'use sk-"secret"-1234567890 for it'))
    await plan(recorder, SUMMARY)
    failure = Failure('401 for sk-"secret"-1234567890; set the key', "TaskError")
    await do(recorder, Result(0, failure=failure))
    record = journal.read(recorder.run_id)
    journal.close()
    assert b"secret" not in written_in(folder)
    assert record.request.text == f"use {REDACTED} for it"
    assert record.results[0].failure == Failure(f"401 for {REDACTED}; set the key", "TaskError")


async def test_results_of_many_runs_at_once_are_all_there(journal: Journal, tmp_path: Path) -> None:
    async def one(number: int) -> str:
        recorder = await journal.begin(origin(tmp_path, f"run {number}"))
        await plan(recorder, *(Task(i, "summarization", {"text": f"{number} {i}"}) for i in range(20)))
        await asyncio.gather(*(do(recorder, Result(i, f"{number} {i}")) for i in range(20)))
        await recorder.ended(State.DONE, {}, {})
        return recorder.run_id

    run_ids = await asyncio.gather(*map(one, range(20)))
    values = [[result.value for result in journal.read(run_id).results.values()] for run_id in run_ids]
    assert values == [[f"{number} {i}" for i in range(20)] for number in range(20)]


async def test_a_result_is_never_written_twice(journal: Journal, tmp_path: Path) -> None:
    warned: list[str] = []
    recorder = await journal.begin(origin(tmp_path), warned.append)
    await plan(recorder, SUMMARY)
    other = await journal.begin(origin(tmp_path))
    await plan(other, SUMMARY)
    await asyncio.gather(
        recorder.finished(Result(0, "once")), recorder.finished(Result(0, "twice")), other.finished(Result(0, "mine"))
    )
    await asyncio.sleep(0)
    assert journal.read(recorder.run_id).results == {0: Result(0, "once")}
    assert journal.read(other.run_id).results == {0: Result(0, "mine")}
    assert len(warned) == 1


def _full(connection: sqlite3.Connection) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")


async def test_when_the_disk_is_full_the_run_goes_on_and_no_effect_is_done(journal: Journal, tmp_path: Path) -> None:
    warned: list[str] = []
    recorder = await journal.begin(origin(tmp_path), warned.append)
    await plan(recorder, SUMMARY, LIGHT)
    await recorder._writer.call(_full, alone=True)  # pyright: ignore[reportPrivateUsage]
    _full(recorder._writer._quick)  # pyright: ignore[reportPrivateUsage]
    await recorder.finished(Result(0, "x" * 1_000_000))
    with pytest.raises(JournalError, match=r"the disk is full .* JARVIS_DATA_DIR"):
        await recorder.intent(LIGHT, "key")
    await recorder.ended(State.DONE, {}, {})
    await asyncio.sleep(0)
    assert [message.split(":")[0] for message in warned] == [
        "this run is not in the journal any more and could not be resumed"
    ]


async def test_an_effects_intent_is_flushed_to_the_disk_and_a_pure_result_is_not(
    journal: Journal, tmp_path: Path
) -> None:
    levels: list[int] = []

    def look(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(lambda sql: levels.append(2) if "FULL" in sql else None)

    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, SUMMARY, LIGHT)
    await recorder._writer.call(look)  # pyright: ignore[reportPrivateUsage]
    await do(recorder, Result(0, "short"))
    assert levels == []
    await recorder.intent(LIGHT, "key")
    await do(recorder, Result(2, "on"))
    assert len(levels) == 2


async def test_a_cancelled_run_is_stopped_and_can_be_taken_up(journal: Journal, folder: Path, tmp_path: Path) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, SUMMARY)
    recorder.stopped()
    journal = restarted(journal, folder)
    assert [(s.standing, s.resumable) for s in journal.runs()] == [("stopped", True)]
    journal.close()


async def test_files_that_went_in_are_noted_from_any_thread(journal: Journal, tmp_path: Path) -> None:
    photo = tmp_path / "cat.jpg"
    photo.write_bytes(b"jpeg")
    recorder = await journal.begin(origin(tmp_path))
    note: Callable[[], None] = lambda: recorder.read(Artifact("cat", photo, "image/jpeg", file_digest(photo)))  # noqa: E731
    threads = [threading.Thread(target=note) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await recorder.ended(State.DONE, {}, {})
    inputs = journal.read(recorder.run_id).inputs
    assert {(file.path, file.digest, file.bytes) for file in inputs} == {(photo, file_digest(photo), 4)}
    assert len(inputs) == 8


async def test_a_long_pause_counts_and_a_clock_that_was_set_back_does_not(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    recorder = await journal.begin(origin(tmp_path))
    await plan(recorder, SUMMARY)
    journal = restarted(journal, folder)
    record = journal.unfinished()
    record.seconds = 1000.0  # as if its last event lay in what is now the future
    taken_up = await journal.take_up(record)
    await do(taken_up, Result(0, "short"))
    finished = journal.read(taken_up.run_id).tasks[0].finished_at
    assert finished is not None and finished >= 1000.0
    journal.close()


def test_the_journal_is_where_it_is_looked_for(folder: Path, journal: Journal) -> None:
    assert os.listdir(folder / "live") and journal_file(folder).is_file()


async def test_results_are_written_in_order_while_another_process_holds_the_file(
    journal: Journal, folder: Path, tmp_path: Path
) -> None:
    recorder = await journal.begin(origin(tmp_path))
    other = open_store(folder)
    other.execute("BEGIN IMMEDIATE")
    await recorder.planned(SUMMARY, assigned(SUMMARY))
    waiting = asyncio.create_task(do(recorder, Result(0, "short")))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    await waiting
    await plan(recorder, SPEECH)
    await do(recorder, Result(1, "spoken"))
    assert journal.read(recorder.run_id).results == {0: Result(0, "short"), 1: Result(1, "spoken")}


async def test_thousands_of_results_are_written_back_into_the_file(journal: Journal, tmp_path: Path) -> None:
    recorder = await journal.begin(origin(tmp_path))
    tasks = [Task(number, "summarization", {"text": "x" * 100}) for number in range(3000)]
    await plan(recorder, *tasks)
    for task in tasks:
        await do(recorder, Result(task.id, "y" * 100))
    await recorder.ended(State.DONE, {}, {})
    assert len(journal.read(recorder.run_id).results) == 3000
