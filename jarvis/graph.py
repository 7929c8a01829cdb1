"""The typed task graph: tasks, references between them, and the rules that every graph keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from jarvis.errors import PlanError
from jarvis.spec import Slot, ToolSpec, ValueType, fits

_REF = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The whole output of an earlier task."""

    task_id: int

    def __str__(self) -> str:
        return f"${self.task_id}"


Arg = str | Ref | tuple[str | Ref, ...]
"""What stands in a slot: a literal, a reference, or several of them."""


@dataclass(frozen=True, slots=True)
class Task:
    """One use of a tool."""

    id: int
    tool: str
    """The name of its ToolSpec, such as `text-to-speech`."""
    args: Mapping[str, Arg] = field(default_factory=dict[str, Arg])

    def values(self) -> Iterator[tuple[str, str | Ref]]:
        """Each (slot, value), lists opened up."""
        for slot, arg in self.args.items():
            for value in arg if isinstance(arg, tuple) else (arg,):
                yield slot, value

    @property
    def needs(self) -> frozenset[int]:
        """Ids of the tasks whose outputs go in."""
        return frozenset(value.task_id for _, value in self.values() if isinstance(value, Ref))

    def literal(self, slot: str) -> str | None:
        """The literal text in a slot, or None when the slot is empty, a reference, or a list."""
        value = self.args.get(slot)
        return value if isinstance(value, str) else None

    def to_json(self) -> dict[str, Any]:
        """The form of `plans/train.jsonl`: {"id", "task", "args"} with "$k" for references."""
        return {"id": self.id, "task": self.tool, "args": {k: _arg_to_json(v) for k, v in self.args.items()}}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Task:
        """Reads the form of `to_json`.

        Raises:
            PlanError: a field is missing or has the wrong type.
        """
        try:
            args = {str(k): _arg_from_json(v) for k, v in row["args"].items()}
            return cls(int(row["id"]), str(row["task"]), args)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PlanError(f"{row!r} is not a task; it needs an integer id, a task name and args") from error


def _arg_to_json(arg: Arg) -> str | list[str]:
    return [str(value) for value in arg] if isinstance(arg, tuple) else str(arg)


def _arg_from_json(value: Any) -> Arg:
    if isinstance(value, list):
        return tuple(_value_from_json(item) for item in value)
    return _value_from_json(value)


def _value_from_json(value: Any) -> str | Ref:
    text = str(value)
    match = _REF.fullmatch(text)
    return Ref(int(match[1])) if match else text


class TaskGraph:
    """Tasks in the order they were planned. It checks itself when built; it grows and never shrinks.

    `given` names tasks of earlier turns that may be referred to, with the type of their output.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        tools: Mapping[str, ToolSpec],
        given: Mapping[int, ValueType] | None = None,
    ) -> None:
        """Builds and checks.

        Raises:
            PlanError: a duplicate id, an unknown tool or slot, a missing slot, a literal outside the choices,
                a reference to nothing, types that do not fit, or a cycle.
        """
        self.tools = tools
        self.given = dict(given or {})
        self._tasks: dict[int, Task] = {}
        for task in tasks:
            if task.id in self._tasks or task.id in self.given:
                raise PlanError(f"two tasks have the id {task.id}; number them 0, 1, 2, ...", task_id=task.id)
            self._tasks[task.id] = task
        for task in self:
            self._check(task)
        self._check_order()

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks.values())

    def __len__(self) -> int:
        return len(self._tasks)

    def __getitem__(self, task_id: int) -> Task:
        return self._tasks[task_id]

    def __contains__(self, task_id: object) -> bool:
        return task_id in self._tasks

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TaskGraph) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def with_task(self, task: Task) -> TaskGraph:
        """A graph with one task more, checked."""
        if task.id in self or task.id in self.given or task.id in task.needs:
            return TaskGraph([*self, task], self.tools, self.given)
        # What is there has been checked, and nothing in it can wait for a task that was not there.
        grown = TaskGraph((), self.tools, self.given)
        grown._tasks = {**self._tasks, task.id: task}
        grown._check(task)
        return grown

    def spec_of(self, task: Task) -> ToolSpec:
        """The ToolSpec that a task uses."""
        return self.tools[task.tool]

    def dependants(self, task_id: int) -> list[int]:
        """Ids of all tasks that need the output of `task_id`, directly or through others."""
        found: list[int] = []
        reached = {task_id}
        for task in self:
            if task.needs & reached:
                reached.add(task.id)
                found.append(task.id)
        return found

    def sinks(self) -> list[Task]:
        """The tasks whose output no other task of the graph uses."""
        used = {need for task in self for need in task.needs}
        return [task for task in self if task.id not in used]

    def output_type(self, task_id: int) -> ValueType | None:
        """The type of a task's output, also of a task of an earlier turn; None when there is no such task."""
        if task_id in self._tasks:
            tool = self.tools.get(self._tasks[task_id].tool)
            return tool.output if tool else None
        return self.given.get(task_id)

    def to_json(self) -> list[dict[str, Any]]:
        """The plan as rows of `plans/train.jsonl`."""
        return [task.to_json() for task in self]

    def mermaid(self) -> str:
        """The graph as Mermaid text, as notebooks and Markdown show it."""
        lines = ["flowchart LR"]
        lines += [f'    t{task.id}["{task.id} {task.tool}"]' for task in self]
        for task in self:
            for slot, value in task.values():
                if isinstance(value, Ref):
                    lines.append(f"    t{value.task_id} -->|{slot}| t{task.id}")
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return f"```mermaid\n{self.mermaid()}\n```"

    def _check(self, task: Task) -> None:
        tool = self.tools.get(task.tool)
        if tool is None:
            message = f"task {task.id} uses the unknown tool {task.tool!r}; `jarvis models list` shows the known ones"
            raise PlanError(message, task_id=task.id)
        for slot in tool.slots:
            if slot.required and not task.args.get(slot.name):
                message = f"task {task.id} ({task.tool}) needs a value for {slot.name!r}"
                raise PlanError(message, task_id=task.id, slot=slot.name)
        for name, value in task.values():
            self._check_value(task, tool, name, value)

    def _check_value(self, task: Task, tool: ToolSpec, name: str, value: str | Ref) -> None:
        slot = tool.slot(name)
        if slot is None:
            known = ", ".join(s.name for s in tool.slots)
            message = f"task {task.id} ({task.tool}) has no slot {name!r}; its slots are {known}"
            raise PlanError(message, task_id=task.id, slot=name)
        if isinstance(value, Ref):
            self._check_ref(task, slot, value)
        elif slot.choices and value not in slot.choices:
            message = f"task {task.id} ({task.tool}): {name} is {value!r}; it can be {', '.join(slot.choices)}"
            raise PlanError(message, task_id=task.id, slot=name)

    def _check_ref(self, task: Task, slot: Slot, ref: Ref) -> None:
        given = self.output_type(ref.task_id)
        if given is None:
            message = f"task {task.id} ({task.tool}) needs the output of task {ref.task_id}, which does not exist"
            raise PlanError(message, task_id=task.id, slot=slot.name)
        if not fits(given, slot.type):
            message = (
                f"task {task.id} ({task.tool}) needs {slot.type.value} for {slot.name!r}, "
                f"but task {ref.task_id} gives {given.value}; put a task in between that turns one into the other"
            )
            raise PlanError(message, task_id=task.id, slot=slot.name)

    def _check_order(self) -> None:
        sorter = TopologicalSorter({t.id: [n for n in t.needs if n in self._tasks] for t in self})
        try:
            sorter.prepare()
        except ValueError as error:  # graphlib.CycleError
            cycle = " -> ".join(f"${i}" for i in error.args[1])
            raise PlanError(f"the tasks wait for each other in a circle: {cycle}", task_id=error.args[1][0]) from None
