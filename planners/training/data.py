"""Gold plans as training sequences: splits by id, conversations as one running graph, listed tools before them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.planners.wire import ASK, END, PlanRow, normalize, write_plan, write_tools, write_turn
from jarvis.spec import ToolSpec

_TURN_REF = re.compile(r"\$(\d+):(\d+)$")
_REF = re.compile(r"\$(\d+)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sequence. Parts of branch 0 are seen by all that follows; those of another by their own only."""

    text: str
    learned: bool
    branch: int


@dataclass(frozen=True, slots=True)
class Example:
    """One sequence of parts: a request and its plan, a whole conversation, or listed tools and several requests."""

    id: str
    parts: tuple[Part, ...]


def split_of(example_id: str) -> str:
    """`train`, `dev` (2.5 %) or `test` (5 %), by a hash of the id: stable whatever the order of lines."""
    bucket = int(hashlib.sha256(example_id.encode()).hexdigest(), 16) % 1000
    return "dev" if bucket < 25 else "test" if bucket < 75 else "train"


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def plan_example(row: Mapping[str, Any], tools: Mapping[str, ToolSpec]) -> Example:
    """A single request and its preferred plan."""
    return Example(row["id"], _request(row, tools, branch=1))


def listed_example(
    rows: Sequence[Mapping[str, Any]], listed: Iterable[ToolSpec], tools: Mapping[str, ToolSpec]
) -> Example:
    """Several requests that read the same list of tools; none sees the others."""
    parts = [Part(write_tools(listed), learned=False, branch=0)]
    for branch, row in enumerate(rows, start=1):
        parts.extend(_request(row, tools, branch))
    return Example("+".join(row["id"] for row in rows), tuple(parts))


def dialogue_example(row: Mapping[str, Any], tools: Mapping[str, ToolSpec]) -> Example:
    """A conversation: every turn is learned and stands before the next; ids run on across turns."""
    parts: list[Part] = []
    starts: list[int] = []
    next_id = 0
    for turn in row["turns"]:
        starts.append(next_id)
        plan = [_renumber(task, starts) for task in turn["plan"]]
        parts.extend(_request({"request": turn["request"], "plans": [plan], "ask": turn.get("ask")}, tools, branch=1))
        next_id += len(plan)
    return Example(row["id"], tuple(parts))


def _request(row: Mapping[str, Any], tools: Mapping[str, ToolSpec], branch: int) -> tuple[Part, Part]:
    request = normalize(row["request"])
    plan, ask = row["plans"][0], row.get("ask")
    lines = f"{ASK} {ask}\n" if ask and not plan else write_plan(plan, request, tools)
    return Part(write_turn(request), learned=False, branch=branch), Part(lines + END, learned=True, branch=branch)


def _renumber(task: PlanRow, starts: list[int]) -> PlanRow:
    def move(value: str) -> str:
        if across := _TURN_REF.match(value):
            return f"${starts[int(across[1]) - 1] + int(across[2])}"
        if within := _REF.match(value):
            return f"${starts[-1] + int(within[1])}"
        return value

    args = {k: [move(x) for x in v] if isinstance(v, list) else move(v) for k, v in task["args"].items()}
    return PlanRow(id=starts[-1] + task["id"], task=task["task"], args=args)
