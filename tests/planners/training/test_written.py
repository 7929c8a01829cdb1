"""The gold data that ships: every plan is valid, and every value stands where the user said it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jarvis.planners.training.corpus import WRITTEN, libraries
from jarvis.planners.training.data import read_jsonl
from jarvis.spec import ToolSpec
from jarvis.tools.toolset import builtin_tools
from tests.planners.training.validity import Turn, faults

TOOLS = builtin_tools()
LIBRARIES = libraries()
FILES = {f"{path.parent.name}/{path.name}": path for path in sorted(WRITTEN.glob("*/*.jsonl"))}


@cache
def tools_of(library: str | None) -> Mapping[str, ToolSpec]:
    return {**TOOLS, **{tool.name: tool for tool in LIBRARIES[library]}} if library else TOOLS


def of(folder: str) -> list[Path]:
    return [path for name, path in FILES.items() if name.startswith(f"{folder}/")]


def wrong(rows: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: found for name, found in rows.items() if found}


def request_faults(row: Mapping[str, Any]) -> list[str]:
    tools = tools_of(row.get("tools"))
    found = [fault for plan in row["plans"] for fault in faults(plan, tools, row["request"])]
    if set(row) - {"id", "request", "plans", "ask", "tools"} or not row["plans"] or not row["request"].strip():
        found.append("other keys, or something is empty")
    if "ask" in row and (row["plans"][0] or not row["ask"]):
        found.append("a question beside a plan, or an empty one")
    return found


@pytest.mark.parametrize("path", [*of("plans"), *of("plug")], ids=lambda path: path.stem)
def test_requests_have_valid_plans(path: Path) -> None:
    rows = read_jsonl(path)
    assert wrong({row["id"]: request_faults(row) for row in rows}) == {}
    assert all(("tools" in row) == (path.parent.name == "plug") for row in rows)


@pytest.mark.parametrize("path", of("dialogues"), ids=lambda path: path.stem)
def test_dialogues_have_valid_plans_and_refer_to_turns_before(path: Path) -> None:
    found: dict[str, list[str]] = {}
    for row in read_jsonl(path):
        turns: list[Turn] = []
        for turn in row["turns"]:
            problems = faults(turn["plan"], TOOLS, turn["request"], turns)
            if turn.get("ask") and turn["plan"]:
                problems.append("a question beside a plan")
            found.setdefault(row["id"], []).extend(problems)
            turns.append((turn["request"], turn["plan"]))
        assert 2 <= len(turns) <= 5
    assert wrong(found) == {}


@pytest.mark.parametrize("path", of("taskbench"), ids=lambda path: path.stem)
def test_plans_for_taskbench_are_valid(path: Path) -> None:
    rows = read_jsonl(path)
    assert wrong({row["id"]: [f for plan in row["plans"] for f in faults(plan, TOOLS, None)] for row in rows}) == {}
    assert all(set(row) == {"id", "plans"} and re.fullmatch(r"(hf|mm)-\d+", row["id"]) for row in rows)


def test_an_id_stands_once() -> None:
    counted = Counter(row["id"] for path in FILES.values() for row in read_jsonl(path))
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_library_is_used_and_none_hides_a_built_in_tool() -> None:
    assert {row["tools"] for path in of("plug") for row in read_jsonl(path)} == set(LIBRARIES)
    assert {tool.name for tools in LIBRARIES.values() for tool in tools} & set(TOOLS) == set()


def test_every_tool_of_a_library_says_what_it_does() -> None:
    assert [tool.name for tools in LIBRARIES.values() for tool in tools if not tool.does.strip()] == []


def test_every_built_in_task_type_is_planned_somewhere() -> None:
    plans = [plan for path in of("plans") for row in read_jsonl(path) for plan in row["plans"]]
    assert {task["task"] for plan in plans for task in plan} == set(TOOLS)


def test_the_card_counts_the_rows() -> None:
    card = (WRITTEN / "README.md").read_text(encoding="utf-8")
    table = [line for line in card.splitlines() if line.startswith("| `")]
    counts = [int(number.replace(",", "")) for line in table for number in re.findall(r"\d[\d,]*\d", line[-20:])]
    folders = [sum(len(read_jsonl(path)) for path in of(name)) for name in ("dialogues", "plug", "taskbench")]
    assert counts[-3:] == folders
    assert sum(counts) == sum(len(read_jsonl(path)) for path in FILES.values())
