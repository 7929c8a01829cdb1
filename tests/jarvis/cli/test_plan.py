"""`jarvis plan`: one request in three forms, and a file of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jarvis.artifacts import Artifact
from jarvis.errors import PlannerError
from jarvis.graph import TaskGraph
from jarvis.planners.protocol import AskBack
from tests.jarvis.cli.fakes import ScriptedJarvis
from tests.jarvis.cli.runs import CommandLine, spoken

_PLAN = [
    {"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}},
    {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
]


def test_a_plan_is_one_line_a_task(jarvis_command: CommandLine, speech: Artifact) -> None:
    done = jarvis_command("plan", "describe cat.jpg aloud", jarvis=ScriptedJarvis(spoken(speech)))

    assert (done.code, done.err) == (0, "")
    assert done.out == '0 image-to-text image="cat.jpg"\n1 text-to-speech text=$0\n'


def test_a_plan_as_json_and_as_a_diagram(jarvis_command: CommandLine, speech: Artifact) -> None:
    jarvis = ScriptedJarvis(spoken(speech))

    assert jarvis_command("plan", "x", "--json", jarvis=jarvis).json == {"plan": _PLAN, "ask": None}
    assert jarvis_command("plan", "x", "--mermaid", jarvis=jarvis).out.splitlines() == [
        "flowchart LR",
        '    t0["0 image-to-text"]',
        '    t1["1 text-to-speech"]',
        "    t0 -->|text| t1",
    ]


def test_a_terminal_sees_a_table(jarvis_command: CommandLine, speech: Artifact) -> None:
    done = jarvis_command("plan", "x", jarvis=ScriptedJarvis(spoken(speech)), terminal=True)

    for words in ("inputs", "gives", "image-to-text", "cat.jpg", "← 0", "audio"):
        assert words in done.out


def test_a_question_back_is_the_plan(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis(ask="Which light?")

    assert jarvis_command("plan", "turn it on", jarvis=jarvis).out == "Which light?\n"
    assert jarvis_command("plan", "turn it on", "--json", jarvis=jarvis).json == {"plan": [], "ask": "Which light?"}


def test_a_request_without_tasks_says_so_beside_standard_output(jarvis_command: CommandLine) -> None:
    done = jarvis_command("plan", "hm", jarvis=ScriptedJarvis())

    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("nothing to plan")


class _Batch(ScriptedJarvis):
    """Asks back, fails or plans, by the words of the request."""

    async def plan(self, text: str) -> TaskGraph:
        if "ask" in text:
            raise AskBack("What?")
        if "fail" in text:
            raise PlannerError("no plan; say it otherwise")
        return await super().plan(text)


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "in.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_batch_gives_one_line_a_request_in_order(
    jarvis_command: CommandLine, speech: Artifact, tmp_path: Path
) -> None:
    source = _file(
        tmp_path,
        '{"id": "a", "request": "describe it"}',
        "",
        '{"id": 2, "request": "ask me"}',
        '{"id": null, "request": "fail"}',
        '{"id": "d", "request": "", "more": 1}',
        '{"id": "e", "request": "lies es"}',
    )
    jarvis = _Batch(spoken(speech))

    done = jarvis_command("plan", "--batch", str(source), "--out", str(tmp_path / "out.jsonl"), jarvis=jarvis)

    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(row["id"], row["plan"]) for row in rows] == [("a", _PLAN), (2, []), (None, []), ("d", []), ("e", _PLAN)]
    assert all(set(row) == {"id", "plan", "ms"} and row["ms"] >= 0 for row in rows)
    assert (done.code, done.out, jarvis.opened) == (0, "", 1)
    assert done.err.splitlines()[:-1] == [
        "[1/5] a: 2 tasks",
        "[2/5] 2: asks back: What?",
        "[3/5] None: failed: no plan; say it otherwise",
        "[4/5] d: failed: the request is empty; give it some words",
        "[5/5] e: 2 tasks",
    ]
    assert "1 asked back, 2 failed" in done.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2 is not a request"),
        ('{"id": 1}', "line 2 is not a request"),
        ('{"id": 1, "request": 5}', "line 2 is not a request"),
        ('{"request": "x"}', "line 2 is not a request"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(
    jarvis_command: CommandLine, tmp_path: Path, line: str, said: str
) -> None:
    source = _file(tmp_path, '{"id": 1, "request": "x"}', line)

    done = jarvis_command("plan", "--batch", str(source), "--out", str(tmp_path / "out.jsonl"))

    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_batch_does_not_overwrite_itself(jarvis_command: CommandLine, tmp_path: Path) -> None:
    source = _file(tmp_path, '{"id": 1, "request": "x"}')

    done = jarvis_command("plan", "--batch", str(source), "--out", str(source))

    assert done.code == 2
    assert source.read_text() == '{"id": 1, "request": "x"}'


def test_a_batch_of_which_nothing_could_be_planned_gives_code_1(jarvis_command: CommandLine, tmp_path: Path) -> None:
    source = _file(tmp_path, '{"id": 1, "request": "fail"}')

    assert jarvis_command("plan", "--batch", str(source), "--out", str(tmp_path / "o"), jarvis=_Batch()).code == 1


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(
    jarvis_command: CommandLine, tmp_path: Path, content: bytes | None
) -> None:
    source = tmp_path / "in.jsonl"
    if content is not None:
        source.write_bytes(content)

    done = jarvis_command("plan", "--batch", str(source), "--out", str(tmp_path / "o"))

    assert done.code == 2
    assert str(source) in done.err


def test_plans_that_cannot_be_written_are_told(jarvis_command: CommandLine, tmp_path: Path) -> None:
    source = _file(tmp_path, '{"id": 1, "request": "x"}')

    done = jarvis_command("plan", "--batch", str(source), "--out", str(tmp_path / "no" / "o.jsonl"))

    assert done.code == 1
    assert "choose another file with --out" in done.err
