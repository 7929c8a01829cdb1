"""What is to be run, and the journal that it is written into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.errors import JournalError, UsageError
from jarvis.graph import Task
from jarvis.journal.journal import Origin
from jarvis.journal.recorder import Recorder
from jarvis.journal.records import RunRecord
from jarvis.messages import Request, Result
from jarvis.session import Circumstances, Memory
from jarvis.spec import Effect, ToolSpec

if TYPE_CHECKING:
    from jarvis.engine import Jarvis


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run."""

    request: Request
    out: Path
    memory: Memory
    record: RunRecord | None = None
    """A run of the journal that is taken up, or whose plan is run again."""
    replays: bool = False
    """Whether the plan of the record is run again, as a new run."""
    effects: bool = False
    """Whether a replay does effects again, too; else it takes what they gave."""
    circumstances: Circumstances = field(default_factory=Circumstances)

    @property
    def recorded_plan(self) -> RunRecord | None:
        """The record whose plan stands for planning."""
        return self.record if self.record and self.record.complete else None


async def recorder_of(
    jarvis: Jarvis, order: Order, tools: Mapping[str, ToolSpec], planner: str, warn: Callable[[str], None]
) -> Recorder | None:
    """The journal of a run. A new run goes on without one, where the journal cannot be used.

    Raises:
        UsageError: nobody knows whether an effect of a run that is taken up has happened, and nobody can be asked.
        JournalError: a run that is taken up is in a journal that cannot be used.
    """
    if order.record and not order.replays:
        journal = await jarvis.journal()
        recorder = await journal.take_up(order.record, warn)
        await _settle(jarvis, recorder)
        return recorder
    if not jarvis.settings.journal:
        return None
    try:
        journal = await jarvis.journal()
        return await journal.begin(_origin(order, planner), warn, known=_kept(order, tools))
    except JournalError as error:
        warn(f"this run is not in the journal and could not be resumed: {error}")
        return None


def _origin(order: Order, planner: str) -> Origin:
    import jarvis

    replays = order.record.id if order.record else ""
    return Origin(order.request, order.out, order.memory.run, replays, jarvis.__version__, planner)


def _kept(order: Order, tools: Mapping[str, ToolSpec]) -> dict[int, Result]:
    """What a replay takes over: results of tasks with an effect."""
    record = order.record
    if record is None or order.effects:
        return {}
    rows = {task_id: row for task_id, row in record.tasks.items() if row.task.tool in tools}
    kept = {task_id: row for task_id, row in rows.items() if tools[row.task.tool].effect is not Effect.NONE}
    return {task_id: row.result for task_id, row in kept.items() if row.result}


async def _settle(jarvis: Jarvis, recorder: Recorder) -> None:
    """Asks about effects that may have happened."""
    for task_id, task in list(recorder.open_questions.items()):
        settle = jarvis.settle
        if settle is None:
            recorder.stopped()
            raise UsageError(_nobody_knows(recorder.run_id, task))
        await recorder.settle(task_id, again=await settle(task))


def _nobody_knows(run_id: str, task: Task) -> str:
    what = f"task {task.id} ({task.tool}{' ' + (task.literal('action') or '') if task.literal('action') else ''})"
    way = f"say so with `jarvis resume {run_id} --again` or `--not-again`"
    return f"{what} may have been done before the run broke off, and nobody is there to ask; {way}"
