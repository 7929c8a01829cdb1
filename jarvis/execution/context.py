"""What one run of the executor is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from jarvis.artifacts import ArtifactFolder
from jarvis.execution.budget import Budget
from jarvis.execution.dataflow import Bind, as_it_is
from jarvis.execution.retry import Retry
from jarvis.execution.runlog import NoLog, RunLog
from jarvis.graph import Task
from jarvis.messages import Assignment, Event, Result
from jarvis.spec import ToolSpec

Approve = Callable[[Task], Awaitable[bool | str]]
"""Asked before a task that cannot be taken back, and before one that an earlier try may have done already; words say
why not."""

Replan = Callable[[Mapping[int, Result]], AsyncIterable[tuple[Task, Assignment]]]
"""Asked once for further tasks when some have failed; they have new ids and may use every result that is there."""


async def refuse(task: Task) -> bool:
    """Approves nothing."""
    return False


def ignore(event: Event) -> None:
    """Listens to nothing."""


def _new_id() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Context:
    """What one run is given."""

    tools: Mapping[str, ToolSpec]
    folder: ArtifactFolder
    """Where artifacts go."""
    given: Mapping[int, Result] = field(default_factory=dict[int, Result])
    """Results of earlier turns that tasks may refer to; the failure of one is told for those that need it."""
    emit: Callable[[Event], None] = ignore
    approve: Approve = refuse
    release: asyncio.Event | None = None
    """Nothing with an effect begins before it is set: a run may start while the request is still being said."""
    about: Mapping[str, str] = field(default_factory=dict[str, str])
    """What tools may know of the request beside their slots, where they ask for it (`ToolSpec.context`): the room."""
    bind: Bind = as_it_is
    """Called in the order of the plan, in a thread."""
    timeout: float | None = 120.0
    """Seconds for one run of a model, from when its slots are free; None for no limit."""
    results: dict[int, Result] = field(default_factory=dict[int, Result])
    """Filled as tasks end; after a cancellation it holds what was finished."""
    log: RunLog = field(default_factory=NoLog)
    """The journal of the run. What it knows is not done again."""
    run_id: str = field(default_factory=_new_id)
    """The same when a run is taken up again: effects are told apart by it and the id of their task."""
    budget: Budget = field(default_factory=Budget)
    retry: Retry = field(default_factory=Retry)
    replan: Replan | None = None
