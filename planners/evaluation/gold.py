"""Gold plans to measure against: single requests, and every turn of conversations.

A turn is a case of its own, called `chat-0041:2`. Its history is the gold of the turns before it, and in its plans
"$t:k" is the output of task k of turn t, while "$k" is one of its own tasks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.errors import InputError, PlanError, UsageError
from jarvis.graph import Task
from jarvis.planners.evaluation.files import read_records
from jarvis.planners.evaluation.metrics import Plan
from jarvis.planners.protocol import Turn
from jarvis.spec import ToolSpec
from jarvis.tools.listed import read_tools

_ACROSS = re.compile(r"\$(\d+):(\d+)")
_WITHIN = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One request with its gold plans."""

    id: str
    row: str
    """The id of its row: of the conversation, for a turn. It decides the split."""
    request: str
    golds: tuple[Plan, ...]
    """Equally good plans, the preferred one first."""
    ask: str = ""
    """The question that should be asked back instead of planning."""
    history: tuple[Turn, ...] = ()
    earlier: tuple[str, ...] = ()
    """The name of each task of the history, by its id: ("$1:0", "$1:1", "$2:0")."""
    tools: tuple[ToolSpec, ...] = ()
    """Tools that this request may use beside those of every request."""

    @property
    def kind(self) -> str:
        """The id before its first hyphen: `zh` for `zh-0012`."""
        return self.row.split("-")[0]

    def to_json(self, task: Task) -> dict[str, Any]:
        """A task of the answer as a row of a plan, whose own ids begin at 0."""
        moved = Task(task.id - len(self.earlier), task.tool, task.args).to_json()
        return moved | {"args": _renamed(moved["args"], self._name)}

    def to_task(self, row: Mapping[str, Any]) -> Task:
        """The way back.

        Raises:
            PlanError: the row is not a task.
        """
        task = Task.from_json({**row, "args": _renamed(row["args"], self._number)})
        return Task(task.id + len(self.earlier), task.tool, task.args)

    @staticmethod
    def is_across(value: str) -> bool:
        """Whether a value refers to a task of another turn: "$2:0"."""
        return _ACROSS.fullmatch(value) is not None

    def _name(self, value: str) -> str:
        if not (ref := _WITHIN.fullmatch(value)):
            return value
        number = int(ref[1])
        return self.earlier[number] if number < len(self.earlier) else f"${number - len(self.earlier)}"

    def _number(self, value: str) -> str:
        if within := _WITHIN.fullmatch(value):
            return f"${int(within[1]) + len(self.earlier)}"
        return f"${self.earlier.index(value)}" if value in self.earlier else value


def _renamed(args: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    def renamed(value: Any) -> Any:
        return name(value) if isinstance(value, str) else value

    return {
        slot: [renamed(v) for v in value] if isinstance(value, list) else renamed(value) for slot, value in args.items()
    }


def read_cases(path: Path) -> list[Case]:
    """The cases of a gold file, in its order.

    Raises:
        InputError: the file cannot be read, or a line is neither a request with plans nor a conversation.
    """
    cases: list[Case] = []
    for where, row in read_records(path):
        try:
            cases.extend(_turns(row) if "turns" in row else [_single(row)])
        except (KeyError, TypeError, AttributeError, ValueError, PlanError, UsageError) as error:
            expected = '{"id", "request", "plans": [[...]]} or {"id", "turns": [{"request", "plan"}]}'
            said = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise InputError(f"{where} is no gold plan ({said}); expected {expected}", path=str(path)) from None
    return cases


def _single(row: Mapping[str, Any]) -> Case:
    tools = tuple(read_tools(row["tools"])) if row.get("tools") else ()
    golds = tuple(_checked(plan) for plan in row["plans"])
    if not golds:
        raise ValueError("it has no plan")
    return Case(str(row["id"]), str(row["id"]), _text(row["request"]), golds, row.get("ask") or "", tools=tools)


def _turns(row: Mapping[str, Any]) -> Iterator[Case]:
    tools = tuple(read_tools(row["tools"])) if row.get("tools") else ()
    name = str(row["id"])
    history: tuple[Turn, ...] = ()
    earlier: tuple[str, ...] = ()
    for number, turn in enumerate(row["turns"], 1):
        golds = (_checked(turn["plan"]), *(_checked(plan) for plan in turn.get("alt", ())))
        ask = turn.get("ask") or ""
        case = Case(f"{name}:{number}", name, _text(turn["request"]), golds, ask, history, earlier, tools)
        yield case
        tasks = tuple(sorted((case.to_task(task) for task in golds[0]), key=lambda task: task.id))
        if [task.id for task in tasks] != list(range(len(earlier), len(earlier) + len(tasks))):
            raise ValueError(f"the tasks of turn {number} are not numbered 0, 1, 2, ...")
        history = (*history, Turn(case.request, tasks, ask))
        earlier = (*earlier, *(f"${number}:{place}" for place in range(len(tasks))))


def _checked(plan: Sequence[Mapping[str, Any]]) -> Plan:
    for task in plan:
        Task.from_json(task)
    return plan


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("the request is no text")
    return value
