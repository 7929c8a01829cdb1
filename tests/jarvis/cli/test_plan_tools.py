"""`jarvis plan --tools`: tools that are told in files, with the real engine and planners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.cli.services import Services
from jarvis.engine import Jarvis
from jarvis.graph import Task, TaskGraph
from jarvis.settings import Settings
from jarvis.tools.listed import read_tools_file
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.cli.runs import CommandLine

pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model
TOOLS = [
    {"task": "book-table", "in": {"place": "name", "people?": "number"}, "out": "data", "does": "Reserve a table."},
    {"task": "喂猫", "in": {"份量?": "number"}, "out": "text", "does": "Feed the cat."},
    {"task": 'say "hi"'.replace(" ", "_"), "in": {}, "out": "audio", "does": "Greets."},
]


@pytest.fixture
def tools_file(tmp_path: Path) -> Path:
    path = tmp_path / "tools.json"
    path.write_text(json.dumps({"tasks": TOOLS}), encoding="utf-8")
    return path


def check_plan(rows: list[dict[str, Any]], *files: Path) -> None:
    """Fails unless the rows are a valid graph of built-in tools and those of the files."""
    tools = builtin_tools().with_specs(tool for path in files for tool in read_tools_file(path))
    TaskGraph([Task.from_json(row) for row in rows], tools)


def many(count: int, path: Path) -> Path:
    rows = [
        {"task": f"count-things-{number}", "in": {"place": "name"}, "does": f"Count in {number}."}
        for number in range(count)
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("words", ["Book a table for 4 at Nero", "喂猫", "describe cat.jpg"])
def test_a_plan_over_listed_tools_is_valid(
    jarvis_command: CommandLine, monkeypatch: pytest.MonkeyPatch, tools_file: Path, words: str
) -> None:
    done = jarvis_command("plan", words, "--tools", str(tools_file), "--json", jarvis=Services())

    assert done.code == 0, done.err
    check_plan(done.json["plan"], tools_file)


def test_a_batch_over_several_files_with_many_tools_is_valid(
    jarvis_command: CommandLine, tmp_path: Path, tools_file: Path
) -> None:
    more = many(60, tmp_path / "more.json")
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": 1, "request": "book a table at Nero"}\n{"id": 2, "request": "count things in Rome"}')
    options = ("--tools", str(tools_file), "--tools", str(more))

    done = jarvis_command("plan", "--batch", str(source), "--out", str(target), *options, jarvis=Services())

    assert done.code == 0, done.err
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [1, 2]
    for row in rows:
        check_plan(row["plan"], tools_file, more)


def test_the_engine_is_opened_with_the_tools_beside_the_built_in_ones(
    jarvis_command: CommandLine, tools_file: Path
) -> None:
    opened: list[Jarvis] = []

    def opener(settings: Settings, approve: Any) -> Jarvis:
        opened.append(Jarvis.open(settings, approve=approve))
        return opened[-1]

    services = Services(open=opener, settings=lambda: Settings(planner="rules"))
    done = jarvis_command("plan", "describe cat.jpg", "--tools", str(tools_file), "--json", jarvis=services)

    assert [row["task"] for row in done.json["plan"]] == ["image-to-text"]
    assert list(opened[0].tools) == [*builtin_tools(), "standing-plan", *(tool["task"] for tool in TOOLS)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ('{"tools": []}', "no list of tools"),
        ('[{"task": "a", "in": {"x": "string"}}]', "a: unknown type 'string'; one of text"),
        ('[{"task": "a"}, {"task": "a"}]', "two tools have the name 'a'"),
        (None, "check its name"),
    ],
)
@pytest.mark.parametrize("batch", [False, True])
def test_a_wrong_file_is_told_with_code_2_and_nothing_is_planned(
    jarvis_command: CommandLine, tmp_path: Path, content: str | None, said: str, batch: bool
) -> None:
    path, target = tmp_path / "tools.json", tmp_path / "out.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "request": "x"}')
    request = ("--batch", str(source), "--out", str(target)) if batch else ("x",)

    done = jarvis_command("plan", *request, "--tools", str(path))

    assert done.code == 2
    assert str(path) in done.err and said in done.err
    assert done.err.count("\n") == 1
    assert not target.exists()


def test_two_files_that_contradict_each_other_are_told(
    jarvis_command: CommandLine, tmp_path: Path, tools_file: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps([TOOLS[0] | {"out": "text"}]), encoding="utf-8")

    done = jarvis_command("plan", "x", "--tools", str(tools_file), "--tools", str(other), "--json")

    assert done.code == 2
    assert done.json["error"]["kind"] == "UsageError"
    assert "two tools named 'book-table'" in done.json["error"]["message"]
