"""What a run tells its journal: the plan, every start, every result, and around each effect an intent and a receipt."""

from __future__ import annotations

from typing import Protocol

from jarvis.graph import Task
from jarvis.messages import Assignment, Result


class RunLog(Protocol):
    """The record of one run. A run that was broken off goes on from what stands in it."""

    def known(self, task_id: int) -> Result | None:
        """The result that an earlier try at this run left, whose files still are what they were."""
        ...

    def unsettled(self, task_id: int) -> bool:
        """Whether an earlier try meant to do this task's effect and left no receipt: it may have happened."""
        ...

    async def planned(self, task: Task, assignment: Assignment) -> None:
        """A task came from the planner."""
        ...

    async def complete(self) -> None:
        """The plan has no more tasks."""
        ...

    def started(self, task_id: int, model: str) -> None:
        """A worker took a task."""
        ...

    async def intent(self, task: Task, key: str) -> None:
        """An effect is about to be done. On disk for good when this returns; `key` tells repetitions of it."""
        ...

    async def finished(self, result: Result) -> None:
        """A task has its result, and an effect its receipt. On disk when this returns.

        Tasks without an effect that need the result do not wait for that; no effect begins before it.
        """
        ...


class NoLog:
    """Remembers nothing."""

    def known(self, task_id: int) -> Result | None:
        """Nothing."""
        return None

    def unsettled(self, task_id: int) -> bool:
        """Nothing is unsettled."""
        return False

    async def planned(self, task: Task, assignment: Assignment) -> None:
        """Does nothing."""

    async def complete(self) -> None:
        """Does nothing."""

    def started(self, task_id: int, model: str) -> None:
        """Does nothing."""

    async def intent(self, task: Task, key: str) -> None:
        """Does nothing."""

    async def finished(self, result: Result) -> None:
        """Does nothing."""
