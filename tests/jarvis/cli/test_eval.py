"""`jarvis eval`: three measures, as tables and as JSON; wrong files and options in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.cli.services import Services
from jarvis.planners.evaluation.gold import read_cases
from jarvis.planners.training.data import split_of
from jarvis.settings import Settings
from tests.jarvis.cli.runs import CommandLine

RULES = Services(settings=lambda: Settings(planner="rules"))
CAPTION = {"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}}
SPOKEN = {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}}
ROWS: list[dict[str, Any]] = [
    {"id": "home-1", "request": "describe cat.jpg", "plans": [[CAPTION]]},
    {"id": "home-2", "request": "describe cat.jpg", "plans": [[CAPTION, SPOKEN]]},
    {"id": "zh-1", "request": "看看 cat.jpg", "plans": [[CAPTION]]},
]


def lines(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def gold(tmp_path: Path) -> str:
    return lines(tmp_path / "gold.jsonl", ROWS)


def test_the_requests_of_a_file_are_planned_and_scored(jarvis_command: CommandLine, gold: str, tmp_path: Path) -> None:
    out = tmp_path / "plans.jsonl"

    done = jarvis_command("eval", "plans", "--data", gold, "--limit", "2", "--out", str(out), "--json", jarvis=RULES)

    assert done.code == 0
    assert done.json["planner"].startswith("rules")
    assert done.json["scores"] == {"node_f1": 83.33, "edge_f1": 50.0, "arg_f1": 100.0, "exact": 50.0}
    assert done.json["seconds"]["median"] > 0
    assert [json.loads(line)["plan"] for line in out.read_text().splitlines()] == [[CAPTION], [CAPTION]]


def test_plans_that_are_there_are_scored_and_shown(jarvis_command: CommandLine, gold: str, tmp_path: Path) -> None:
    plans = lines(tmp_path / "p.jsonl", [{"id": "home-1", "plan": [CAPTION]}, {"id": "home-2", "plan": [CAPTION]}])
    plot = tmp_path / "plot.svg"

    done = jarvis_command(
        "eval", "plans", "--data", gold, "--predictions", plans, "--show", "1", "--plot", str(plot), jarvis=RULES
    )

    assert (done.code, done.err) == (0, "")
    for line in (
        "| home |        2 |    83.3 |    50.0 |       100.0 |  50.0 |",
        "| all  |        3 |    55.6 |    66.7 |        66.7 |  33.3 |",
        "| text-to-speech -> (none)     |     1 |",
        "questions back: wanted 0, asked 0, of these wanted 0",
        "zh-1 (node F1 0, edge F1 100, argument F1 0, exact 0, missing): 看看 cat.jpg",
    ):
        assert line in done.out.splitlines()
    assert "text-to-speech -&gt; (none): 1" in plot.read_text(encoding="utf-8")


def test_every_turn_of_a_conversation_is_scored(jarvis_command: CommandLine, tmp_path: Path) -> None:
    again = {"id": 0, "task": "text-to-speech", "args": {"text": "$1:0"}}
    turns = [{"request": "describe cat.jpg", "plan": [CAPTION]}, {"request": "aloud", "plan": [again]}]
    data = lines(tmp_path / "gold.jsonl", [{"id": "chat-1", "turns": turns}])
    plans = lines(tmp_path / "p.jsonl", [{"id": "chat-1:1", "plan": [CAPTION]}, {"id": "chat-1:2", "plan": [again]}])

    done = jarvis_command("eval", "plans", "--data", data, "--predictions", plans, "--json", jarvis=RULES)

    assert (done.json["requests"], done.json["scores"]["exact"], done.json["earlier_references_f1"]) == (
        2,
        100.0,
        100.0,
    )
    assert {name: fault["plans"] for name, fault in done.json["faults"].items()}["dangling reference"] == 0


def test_tools_of_a_file_are_known(jarvis_command: CommandLine, tmp_path: Path) -> None:
    book = {"id": 0, "task": "book-table", "args": {"place": "Roma"}}
    data = lines(tmp_path / "gold.jsonl", [{"id": "a", "request": "book Roma", "plans": [[book]]}])
    plans = lines(tmp_path / "p.jsonl", [{"id": "a", "plan": [book]}])
    tools = lines(
        tmp_path / "tools.json", [{"tasks": [{"task": "book-table", "in": {"place": "name"}, "out": "data"}]}]
    )
    asked = ("eval", "plans", "--data", data, "--predictions", plans, "--json")

    known = jarvis_command(*asked, "--tools", tools, jarvis=RULES).json["faults"]["unknown name"]["plans"]
    unknown = jarvis_command(*asked, jarvis=RULES).json["faults"]["unknown name"]["plans"]

    assert (known, unknown) == (0, 1)


def test_a_split_is_told_by_the_ids(jarvis_command: CommandLine, tmp_path: Path) -> None:
    rows = [{"id": f"a-{n}", "request": "describe cat.jpg", "plans": [[CAPTION]]} for n in range(200)]
    data = lines(tmp_path / "gold.jsonl", rows)

    done = jarvis_command("eval", "plans", "--data", data, "--split", "test", "--json", jarvis=RULES)

    assert done.json["requests"] == sum(split_of(case.row) == "test" for case in read_cases(Path(data))) > 0


ULTRA = [
    {
        "id": "1",
        "user_request": "?",
        "task_nodes": [{"task": "a"}, {"task": "b"}],
        "task_links": [{"source": "a", "target": "b"}],
    },
    {"id": "2", "user_request": "?", "task_nodes": [{"task": "c"}], "task_links": []},
]


def test_ultratool(jarvis_command: CommandLine, tmp_path: Path) -> None:
    data, plans = lines(tmp_path / "gold.jsonl", ULTRA), lines(tmp_path / "p.jsonl", ULTRA[:1])
    asked = ("eval", "ultratool", "--data", data, "--predictions", plans)

    scores = {"requests": 2, "node_f1": 50.0, "link_f1": 50.0, "accuracy": 50.0}
    assert jarvis_command(*asked, "--json").json["scores"] == scores
    shown = jarvis_command(*asked).out.splitlines()
    assert "| all               |        2 |    50.0 |    50.0 |     50.0 |" in shown
    assert "1 of 2 requests have no prediction and count 0" in shown


def test_taskbench(jarvis_command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "tool_desc.json").write_text('{"nodes": [{"id": "call", "parameters": []}]}')
    plan = {"task_steps": ["Call"], "task_nodes": [{"task": "call", "arguments": []}], "task_links": []}
    lines(tmp_path / "data.json", [{"id": name, "type": "single", **plan} for name in ("a", "b")])
    plans = lines(tmp_path / "p.jsonl", [{"id": "a", "result": plan}])
    asked = ("eval", "taskbench", "--data", str(tmp_path), "--predictions", plans)

    found = jarvis_command(*asked, "--json").json
    assert found["official"]["overall_overall"]["node_micro_f1_no_matching"] == 1.0
    assert found["strict"]["overall_overall"]["node_micro_f1_no_matching"] == pytest.approx(2 / 3)
    assert "| node micro F1         |      100.00 |  66.67 |" in jarvis_command(*asked).out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--data", "none.jsonl"), "none.jsonl cannot be read"),
        (("--data", "GOLD", "--plot", "plot.png"), "name a file that ends with .svg"),
        (("--data", "GOLD", "--predictions", "GOLD", "--out", "x"), "leave out --out"),
        (("--data", "GOLD", "--out", "GOLD"), "write the predictions to another file"),
        (("--data", "GOLD", "--adapter", "none.safetensors"), "none.safetensors is no file"),
        (("--data", "GOLD", "--adapter", "GOLD"), "--adapter is for the embedded planner"),
        (("--data", "GOLD", "--split", "dev"), "try --split all"),
    ],
)
def test_what_does_not_work_is_told_in_a_sentence(
    jarvis_command: CommandLine, gold: str, arguments: tuple[str, ...], said: str
) -> None:
    done = jarvis_command("eval", "plans", *(gold if a == "GOLD" else a for a in arguments), jarvis=RULES)

    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_file_that_cannot_be_written_is_told(jarvis_command: CommandLine, gold: str, tmp_path: Path) -> None:
    for option, name in (("--out", "p.jsonl"), ("--plot", "p.svg")):
        nowhere = str(tmp_path / "no" / name)
        done = jarvis_command("eval", "plans", "--data", gold, option, nowhere, jarvis=RULES)

        assert done.code == 1
        assert f"choose another file with {option}" in done.err
