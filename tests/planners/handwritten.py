"""A small planner whose plans are written down, to be put before larger ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from jarvis.graph import Task
from jarvis.planners.confidence import PlanRecord
from jarvis.planners.protocol import AskBack, PlanRequest


class HandWritten:
    """Gives one plan, or asks `question`; `other` is the tool that its first task nearly had."""

    name = "hand-written"
    weights_hash = "by hand"

    def __init__(self, tasks: Sequence[Task], other: str = "", question: str = "") -> None:
        self.tasks, self.other, self.question = tasks, other, question
        self.written = 0

    async def plan(self, request: PlanRequest, record: PlanRecord | None = None) -> AsyncIterator[Task]:
        record = record or PlanRecord()
        record.other = self.other if record.wants_other else ""
        if self.question:
            record.asks = True
            raise AskBack(self.question)
        for task in self.tasks:
            record.tasks.append(task)
            self.written += 1
            yield task
