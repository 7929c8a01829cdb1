"""What a recorded run tells about its time: when each task waited and worked, and what the whole run waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jarvis.journal.records import RunRecord, TaskRecord
from jarvis.messages import value_to_json


@dataclass(frozen=True, slots=True)
class Span:
    """One task on the time line; all times in seconds since the run began."""

    task_id: int
    tool: str
    planned: float
    ready: float
    """When its plan and all its inputs were there."""
    started: float | None
    """When a worker took it first; None when none ever did."""
    finished: float | None
    model: str
    state: str
    """done, cached, failed, skipped, or unfinished."""
    problem: str
    bytes: int
    """Of the files that it made, as far as they are still there."""
    files: tuple[str, ...]
    attempts: int
    needs: tuple[int, ...]
    critical: bool
    """Whether the run as a whole waited for it."""

    @property
    def work(self) -> float:
        """Seconds from its first start to its end."""
        return 0.0 if self.started is None or self.finished is None else max(self.finished - self.started, 0.0)

    @property
    def waited(self) -> float:
        """Seconds that it was ready and nobody took it."""
        return 0.0 if self.started is None else max(self.started - self.ready, 0.0)

    def to_json(self) -> dict[str, Any]:
        """As `jarvis trace --json` prints it."""
        names = ("task_id", "tool", "planned", "ready", "started", "finished", "model", "state", "attempts", "critical")
        row: dict[str, Any] = {name: getattr(self, name) for name in names}
        row |= {"work": round(self.work, 6), "waited": round(self.waited, 6), "bytes": self.bytes}
        row |= {"files": list(self.files), "needs": list(self.needs)}
        return row | ({"problem": self.problem} if self.problem else {})


@dataclass(frozen=True, slots=True)
class Trace:
    """A run on the time line."""

    record: RunRecord
    spans: tuple[Span, ...]
    critical: tuple[int, ...]
    """The chain of tasks that the end of the run waited for, first to last."""

    @property
    def seconds(self) -> float:
        """From the beginning of the run to its end; a pause before it was resumed counts."""
        return self.record.seconds

    @property
    def path_seconds(self) -> float:
        """How long the tasks of the critical path worked."""
        return sum(span.work for span in self.spans if span.critical)

    @property
    def work_seconds(self) -> float:
        """How long all tasks worked, side by side or not."""
        return sum(span.work for span in self.spans)

    @property
    def cached(self) -> int:
        """How many results came out of the cache."""
        return sum(span.state == "cached" for span in self.spans)

    @property
    def bytes(self) -> int:
        """Size of all files that were made and are still there."""
        return sum(span.bytes for span in self.spans)

    @property
    def models(self) -> Mapping[str, float]:
        """Seconds that each model worked, longest first."""
        seconds: dict[str, float] = {}
        for span in self.spans:
            if span.model:
                seconds[span.model] = seconds.get(span.model, 0.0) + span.work
        return dict(sorted(seconds.items(), key=lambda item: -item[1]))

    def to_json(self) -> dict[str, Any]:
        """As `jarvis trace --json` prints it."""
        record = self.record
        return {
            **record.summary.to_json(),
            "text": record.request.text,
            "files": [str(path) for path in record.request.files],
            "planner": record.planner,
            "decided_by": record.decision.to_json() if record.decision else None,
            "resumed_at": record.resumed_at,
            "answer": record.answer,
            "ask": record.ask,
            "problem": record.problem,
            "critical_path": list(self.critical),
            "critical_seconds": round(self.path_seconds, 6),
            "work_seconds": round(self.work_seconds, 6),
            "cache_hits": self.cached,
            "bytes": self.bytes,
            "joules": record.joules,
            "models": {model: round(seconds, 6) for model, seconds in self.models.items()},
            "tasks": [span.to_json() | self._value(span) for span in self.spans],
        }

    def _value(self, span: Span) -> dict[str, Any]:
        row = self.record.tasks[span.task_id]
        told: dict[str, Any] = {"args": row.task.to_json()["args"]}
        if row.approval:
            told["approval"] = row.approval
        if row.result and row.result.ok:
            told["value"] = value_to_json(row.result.value)
        return told


def trace_of(record: RunRecord) -> Trace:
    """Lays a recorded run out on the time line."""
    critical = tuple(reversed(list(_backwards(record))))
    spans = tuple(_span(row, record, critical=task_id in critical) for task_id, row in record.tasks.items())
    return Trace(record, spans, critical)


def _backwards(record: RunRecord) -> Iterator[int]:
    """From the task that ended last, to the one that it waited for, and so on; up to one that waited for its plan."""
    ended = [(row.finished_at, task_id) for task_id, row in record.tasks.items() if row.finished_at is not None]
    task_id = max(ended)[1] if ended else None
    while task_id is not None:
        yield task_id
        row = record.tasks[task_id]
        before = max(_inputs(row, record), default=None)
        task_id = before[1] if before and before[0] >= row.planned_at else None


def _inputs(row: TaskRecord, record: RunRecord) -> Iterator[tuple[float, int]]:
    """When each of its inputs was there, and whose they are; inputs of earlier turns always were."""
    for need in row.task.needs & record.tasks.keys():
        finished = record.tasks[need].finished_at
        if finished is not None:
            yield finished, need


def _span(row: TaskRecord, record: RunRecord, *, critical: bool) -> Span:
    result, starts = row.result, row.attempts
    files = result.files if result else []
    return Span(
        row.task.id,
        row.task.tool,
        row.planned_at,
        max([row.planned_at, *(at for at, _ in _inputs(row, record))]),
        starts[0].at if starts else None,
        row.finished_at,
        result.model if result and result.model else starts[-1].model if starts else "",
        _state(row),
        result.failure.message if result and result.failure else "",
        sum(_size(file.path) for file in files),
        tuple(str(file.path) for file in files),
        len(starts),
        tuple(sorted(row.task.needs)),
        critical,
    )


def _state(row: TaskRecord) -> str:
    result = row.result
    if result is None:
        return "unfinished"
    if result.failure:
        return "skipped" if result.failure.kind == "Skipped" else "failed"
    return "cached" if result.cached else "done"


def _size(path: Any) -> int:
    with suppress(OSError):  # removed since
        return int(path.stat().st_size)
    return 0
