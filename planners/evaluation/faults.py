"""What is wrong with the form of a plan, whatever the request was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jarvis.errors import PlanError
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.planners.evaluation.gold import Case
from jarvis.planners.evaluation.predicting import Prediction, given_to
from jarvis.spec import ToolSpec

FAULTS = ("missing", "failed", "malformed", "unknown name", "dangling reference", "refused")
"""No line for a request; no plan that the planner could make; not a list of tasks; a task or slot that does not exist;
a reference to no task; and whatever else Jarvis refuses to run, such as an output that does not fit into its slot. A
plan counts under its first fault only."""


def fault_of(prediction: Prediction, case: Case, tools: Mapping[str, ToolSpec]) -> str:
    """The first of FAULTS that a prediction has, or "" when Jarvis would run its plan."""
    plan = prediction.plan
    if plan is None or prediction.error:
        return "failed" if prediction.error else "missing"
    tasks = _tasks(plan, case)
    if tasks is None:
        return "malformed"
    if any(task.tool not in tools or not _has_slots(tools[task.tool], task) for task in tasks):
        return "unknown name"
    known = {task.id for task in tasks} | set(range(len(case.earlier)))
    if any(ref not in known or ref == task.id for task in tasks for ref in _refs(task)) or _points_nowhere(plan, case):
        return "dangling reference"
    try:
        TaskGraph(tasks, tools, given_to(case, tools))
    except PlanError:
        return "refused"
    return ""


def _tasks(plan: Any, case: Case) -> list[Task] | None:
    if not isinstance(plan, list) or not all(map(_is_task, plan)) or len({row["id"] for row in plan}) < len(plan):
        return None
    return [case.to_task(row) for row in plan]


def _is_task(row: Any) -> bool:
    if not isinstance(row, dict) or type(row.get("id")) is not int or not isinstance(row.get("task"), str):
        return False
    args = row.get("args")
    return isinstance(args, dict) and all(_is_value(value) for value in args.values())


def _is_value(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _has_slots(tool: ToolSpec, task: Task) -> bool:
    return all(tool.slot(slot) is not None for slot in task.args)


def _refs(task: Task) -> Iterator[int]:
    return (value.task_id for _, value in task.values() if isinstance(value, Ref))


def _points_nowhere(plan: list[dict[str, Any]], case: Case) -> bool:
    values = (
        v for row in plan for value in row["args"].values() for v in (value if isinstance(value, list) else [value])
    )
    return any(case.is_across(value) and value not in case.earlier for value in values)
