"""The record of one run while it goes on: what the executor tells, written as it happens."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import JournalError
from jarvis.graph import Task
from jarvis.journal.energy import Meter
from jarvis.journal.records import RunRecord, State
from jarvis.journal.redaction import Redaction
from jarvis.journal.rows import dumped, result_row, task_row
from jarvis.journal.writer import Entry, Writer
from jarvis.messages import Assignment, Decision, Failure, Result

_log = logging.getLogger(__name__)

UNSETTLED = "Unsettled"
"""The kind of the failure of an effect that may have been done before, and was not done again."""


class Recorder:
    """A RunLog (`jarvis.execution.runlog`) that keeps everything in the journal.

    When the journal cannot be written any more, a run goes on without it, and does nothing with an effect.
    """

    def __init__(
        self,
        writer: Writer,
        seq: int,
        run_id: str,
        redact: Redaction,
        *,
        began: float,
        earlier: RunRecord | None = None,
        known: Mapping[int, Result] | None = None,
        warn: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Goes on from `earlier`, of which the results in `known` still hold. `warn` is told when writing fails."""
        self.run_id = run_id
        self.trouble: JournalError | None = None
        """Why nothing is written any more."""
        self._writer, self._seq, self._redact, self._clock = writer, seq, redact, clock
        self._warn = warn or _log.warning
        self._loop = asyncio.get_running_loop()
        self._earlier = dict(earlier.tasks) if earlier else {}
        self._complete = earlier.complete if earlier else False
        self._known = dict(known or {})
        self._unsettled = {task_id: row.task for task_id, row in self._earlier.items() if row.unsettled}
        self._kept: set[int] = set()
        """Tasks of the plan that are the recorded ones."""
        self._same_so_far = True
        self._approved: dict[int, Task] = {}
        """Tasks as they were approved."""
        self._meant: set[int] = set()
        """Tasks whose intent was written: their result is a receipt."""
        self._planned = 0
        self._numbers = itertools.count(earlier.last + 2 if earlier else 1)  # files are read in other threads
        self._offset = max(earlier.seconds if earlier else 0.0, time.time() - began)
        self._start = clock()
        self._meter = Meter.read()
        self._over = False

    # What the executor asks and tells.

    def known(self, task_id: int) -> Result | None:
        """The result that an earlier try left, if the task is the same and its files still are what they were."""
        return self._known.get(task_id)

    def unsettled(self, task_id: int) -> bool:
        """Whether an earlier try meant to do this task's effect and left no receipt."""
        return task_id in self._unsettled

    async def planned(self, task: Task, assignment: Assignment) -> None:
        """Notes a task, unless it is the recorded one. Another task than before loses what was known of the old."""
        self._planned += 1
        if self._is_recorded(task):
            self._kept.add(task.id)
            return
        self._same_so_far = False
        if task.id in self._earlier:
            self._known.pop(task.id, None)
            self._superseded(task.id, "planned", "started", "setback", "finished")
        self._append("planned", task.id, task_row(task, assignment))
        if task.id in self._known:  # what a replay does not do again
            self._append("finished", task.id, result_row(self._known[task.id]))

    async def complete(self) -> None:
        """Notes that the plan has no more tasks."""
        if not self._complete:
            self._complete = True
            self._append("complete")

    def started(self, task_id: int, model: str) -> None:
        """Notes that a worker took a task."""
        self._append("started", task_id, {"model": model})

    async def intent(self, task: Task, key: str) -> None:
        """Notes that an effect is about to be done; on disk for good when this returns.

        Raises:
            JournalError: it cannot be noted, so the effect must not be done.
        """
        meant = self._approved.get(task.id, task)
        row = {"tool": meant.tool, "args": meant.to_json()["args"], "key": key}
        self._meant.add(task.id)
        await self._write("intent", task.id, row, durable=True)
        if self.trouble:
            raise self.trouble

    async def finished(self, result: Result) -> None:
        """Notes a result; on disk when this returns, and for good when it is the receipt of an effect."""
        if result.task_id in self._known:
            return
        await self._write("finished", result.task_id, result_row(result), durable=result.task_id in self._meant)

    # What the engine tells.

    @property
    def open_questions(self) -> Mapping[int, Task]:
        """The tasks that may have been done, and nobody knows."""
        return self._unsettled

    async def settle(self, task_id: int, *, again: bool) -> None:
        """Notes what a person says about an effect without a receipt: to do it (again), or to leave it.

        Raises:
            JournalError: it cannot be noted.
        """
        if again:
            await self._write("again", task_id, {}, durable=True)
        else:
            message = "it may have been done before the run broke off, so it was not done again; look whether it was"
            result = Result(task_id, failure=Failure(message, UNSETTLED))
            await self._write("finished", task_id, result_row(result), durable=True)
            self._known[task_id] = result
        if self.trouble:
            raise self.trouble
        del self._unsettled[task_id]

    def setback(self, task_id: int, problem: str) -> None:
        """Notes that a candidate failed."""
        self._append("setback", task_id, {"problem": problem})

    def read(self, artifact: Artifact) -> None:
        """Notes a file of the user's that went in."""
        size = 0
        with suppress(OSError):  # gone at once; whoever reads it says so
            size = artifact.path.stat().st_size
        self._append("input", None, {"path": str(artifact.path), "sha256": artifact.digest, "bytes": size})

    def approved(self, task: Task, by: str, *, given: bool) -> None:
        """Notes who said yes or no to a task that cannot be taken back, and to what: it may have been changed."""
        if given:
            self._approved[task.id] = task
        self._append("approved" if given else "refused", task.id, {"by": by, "args": task.to_json()["args"]})

    def decided(self, decision: Decision) -> None:
        """Notes how the plan came about."""
        self._append("decided", None, decision.to_json())

    def stopped(self, state: State = State.STOPPED) -> None:
        """Notes that the run was cancelled; written when the journal is closed at the latest."""
        if not self._over:
            self._end(state, {}, self._planned, 0)

    async def ended(self, state: State, results: Mapping[int, Result], told: Mapping[str, Any]) -> None:
        """Notes the end of the run, with its answer, its question, or its problem."""
        self._end(state, told, max(self._planned, len(results)), sum(not result.ok for result in results.values()))
        await self._writer.settled()

    def _end(self, state: State, told: Mapping[str, Any], tasks: int, failed: int) -> None:
        self._over = True
        row = {name: value for name, value in told.items() if value}
        joules = Meter.read().joules_since(self._meter)
        self._append("ended", None, row if joules is None else row | {"joules": round(joules, 3)})
        sql = "UPDATE runs SET state = ?, seconds = ?, tasks = ?, failed = ? WHERE seq = ?"
        self._execute(sql, (state.value, self._now(), tasks, failed, self._seq))

    def _is_recorded(self, task: Task) -> bool:
        recorded = self._earlier.get(task.id)
        if recorded is None or recorded.task != task:
            return False
        if not self._same_so_far and any(
            isinstance(value, str) and value.startswith("@") for _, value in task.values()
        ):
            return False  # "@image" is the next picture: which one that is depends on all tasks before.
        return not (task.needs & self._earlier.keys()) - self._kept

    def _superseded(self, task_id: int, *kinds: str) -> None:
        marks = ",".join("?" * len(kinds))
        sql = f"UPDATE events SET kind = 'superseded' WHERE run = ? AND task = ? AND kind IN ({marks})"  # noqa: S608
        self._execute(sql, (self._seq, task_id, *kinds))

    def _now(self) -> float:
        """Seconds since the run began, by a clock that nobody sets while it runs."""
        return round(self._offset + self._clock() - self._start, 6)

    def _entry(self, kind: str, task_id: int | None, row: Mapping[str, Any]) -> Entry:
        return Entry(self._seq, next(self._numbers), kind, task_id, self._now(), self._redact(dumped(row)))

    def _append(self, kind: str, task_id: int | None = None, row: Mapping[str, Any] | None = None) -> None:
        if not self.trouble:
            self._writer.append(self._entry(kind, task_id, row or {}), self._gave_up)

    async def _write(self, kind: str, task_id: int, row: Mapping[str, Any], *, durable: bool) -> None:
        if not self.trouble:
            await self._writer.write(self._entry(kind, task_id, row), self._gave_up, durable=durable)

    def _execute(self, sql: str, values: Sequence[object]) -> None:
        if not self.trouble:
            self._writer.execute(sql, values, self._gave_up)

    def _gave_up(self, error: JournalError) -> None:
        """In the lane of the writer."""
        if self.trouble is None:
            self.trouble = error
            message = f"this run is not in the journal any more and could not be resumed: {error}"
            with suppress(RuntimeError):  # The loop is closed: nobody listens any more.
                self._loop.call_soon_threadsafe(self._warn, message)
