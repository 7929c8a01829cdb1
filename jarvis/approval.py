"""Who may say yes to what cannot be taken back: a rule of the settings, or a person who may; never what a tool gave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from jarvis.errors import PlanError
from jarvis.graph import Task, TaskGraph
from jarvis.spec import ToolSpec, ValueType


@dataclass(frozen=True, slots=True)
class Approval:
    """The answer to the question whether a task may be done."""

    given: bool
    always: bool = False
    """Whether it holds for every later task of the same tool and action, as long as this Jarvis is open."""
    task: Task | None = None
    """What to do instead: the same task with other literals."""


Approve = Callable[[Task], Awaitable[bool | Task | Approval]]
"""Asked before a task that cannot be taken back. A Task stands for yes, with other literals."""

Permit = Callable[[Task], Awaitable[str]]
"""Whether whoever speaks may have a task done that cannot be taken back: why not, in one sentence; "" when they may."""

Settle = Callable[[Task], Awaitable[bool]]
"""Asked about an effect that may have happened before a run broke off: whether to do it (again)."""


class By(StrEnum):
    """Who decided."""

    RULE = "a rule of the settings"
    SPEAKER = "what the speaker may do"
    ALWAYS = "an earlier answer"
    ASKED = "an answer"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a task."""

    given: bool
    by: By
    task: Task
    """As it is to be done."""
    reason: str = ""
    """Why not, as a sentence for whoever asked, where there is more to say than no."""


async def refuse(task: Task) -> bool:
    """Approves nothing."""
    return False


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns of `TOOL` or `TOOL:ACTION`, as for file names: `send-*`, `home-control:lock`."""

    allow: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    """Stronger than everything else, also than a person who says yes."""

    def decide(self, task: Task) -> bool | None:
        """Whether the task may be done; None when the rules say nothing about it."""
        if matches(task, self.forbid):
            return False
        return True if matches(task, self.allow) else None


class Approver:
    """Decides by what is forbidden, by what the speaker may do, by what is allowed, by earlier answers, else by asking.

    One for each Jarvis; where it is known who speaks, one for each turn.
    """

    def __init__(self, ask: Approve, rules: Rules, permit: Permit | None = None) -> None:
        """`permit`: stronger than what is allowed, as rules are for everyone; None where nobody can tell who speaks."""
        self._ask, self._rules, self._permit = ask, rules, permit
        self._always: set[tuple[str, str]] = set()

    async def decide(self, task: Task, types: Mapping[int, ValueType], tools: Mapping[str, ToolSpec]) -> Verdict:
        """Whether a task may be done, and how. `types` are those of the outputs that it may refer to.

        Raises:
            PlanError: the answer changes the task into one that cannot be.
        """
        ruled = self._rules.decide(task)
        if ruled is False:
            return Verdict(False, By.RULE, task)
        if reason := await self._refused(task):
            return Verdict(False, By.SPEAKER, task, reason)
        if ruled:
            return Verdict(True, By.RULE, task)
        if _kind(task) in self._always:
            return Verdict(True, By.ALWAYS, task)
        reply = _plain(await self._ask(task))
        if not reply.given:
            return Verdict(False, By.ASKED, task)
        changed = task if reply.task is None else checked(task, reply.task, types, tools)
        if self._rules.decide(changed) is False:
            return Verdict(False, By.RULE, changed)
        if changed != task and (reason := await self._refused(changed)):
            return Verdict(False, By.SPEAKER, changed, reason)
        if reply.always:
            self._always.add(_kind(changed))
        return Verdict(True, By.ASKED, changed)

    async def _refused(self, task: Task) -> str:
        return await self._permit(task) if self._permit else ""


def checked(task: Task, changed: Task, types: Mapping[int, ValueType], tools: Mapping[str, ToolSpec]) -> Task:
    """The changed form of a task: other literals, and no input that it did not have.

    Raises:
        PlanError: it is another task, or one that cannot be.
    """
    if (changed.id, changed.tool) != (task.id, task.tool):
        raise PlanError(f"task {task.id} ({task.tool}) cannot be changed into another one; change its values")
    if not changed.needs <= task.needs:
        raise PlanError(f"task {task.id} ({task.tool}) cannot be given the output of another task; write a value")
    TaskGraph([changed], tools, {need: types[need] for need in task.needs})
    return changed


def _plain(reply: bool | Task | Approval) -> Approval:
    if isinstance(reply, Approval):
        return reply
    return Approval(True, task=reply) if isinstance(reply, Task) else Approval(reply)


def _kind(task: Task) -> tuple[str, str]:
    """Tool and action. An action that a tool gave is no literal, and is refused before anyone is asked."""
    return task.tool, task.literal("action") or ""


def matches(task: Task, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns (`TOOL` or `TOOL:ACTION`, as for file names) fits a task."""
    names = (task.tool, ":".join(_kind(task)))
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
