"""What makes a gold plan valid: asked of every source of training data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jarvis.planners.grammar import LANGUAGES
from jarvis.planners.wire import PLACEHOLDERS, PlanRow, normalize
from jarvis.spec import Slot, ToolSpec, fits

Turn = tuple[str, Sequence[PlanRow]]
"""A request and its plan."""
_REF = re.compile(r"\$(?:(\d+):)?(\d+)")


def literals(plan: Sequence[Mapping[str, Any]]) -> list[str]:
    """The values of a plan that are not references, in order."""
    return [value for task in plan for _, value in values(task) if not _REF.fullmatch(value)]


def values(task: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Slot and value of each value of a task; the values of a list one by one."""
    for slot, value in task["args"].items():
        for one in value if isinstance(value, list) else [value]:
            yield slot, one


def stands(value: str, *requests: str) -> bool:
    """Whether a request holds a value, as the planner reads both; case is ignored."""
    return any(normalize(value).text.casefold() in normalize(request).text.casefold() for request in requests)


def faults(
    plan: Sequence[PlanRow], tools: Mapping[str, ToolSpec], request: str | None, earlier: Sequence[Turn] = ()
) -> list[str]:
    """Everything that is wrong with a plan. Without a request its literal values are not looked at."""
    found = [] if [task["id"] for task in plan] == list(range(len(plan))) else ["the ids are not 0, 1, 2, ..."]
    requests = None if request is None else [request, *(text for text, _ in earlier)]
    for index, task in enumerate(plan):
        spec = tools.get(task["task"])
        if spec is None or set(task) != {"id", "task", "args"}:
            found.append(f"{task}: no such tool, or other keys")
            continue
        found.extend(
            f"{index} lacks {slot.name}" for slot in spec.slots if slot.required and slot.name not in task["args"]
        )
        for name, value in values(task):
            slot = spec.slot(name)
            why = f"no slot {name}" if slot is None else _misfit(value, slot, plan[:index], tools, requests, earlier)
            if why:
                found.append(f"{index} {spec.name}: {why}")
    return found


def _misfit(
    value: str,
    slot: Slot,
    before: Sequence[PlanRow],
    tools: Mapping[str, ToolSpec],
    requests: Sequence[str] | None,
    earlier: Sequence[Turn],
) -> str:
    if reference := _REF.fullmatch(value):
        turn, index = reference[1], int(reference[2])
        givers = earlier[int(turn) - 1][1] if turn and 0 < int(turn) <= len(earlier) else () if turn else before
        if index >= len(givers):
            return f"{value} does not exist"
        giver = tools[givers[index]["task"]]
        return "" if fits(giver.output, slot.type) else f"{value} gives {giver.output}, {slot.name} wants {slot.type}"
    if value.startswith("@"):
        return "" if value in PLACEHOLDERS else f"{value} is no placeholder"
    if slot.choices:
        return "" if value in slot.choices else f"{value} is no {slot.name}"
    if slot.name.endswith("language"):
        return "" if value in LANGUAGES else f"{value} is no language"
    return "" if requests is None or stands(value, *requests) else f"{value!r} does not stand in the request"
