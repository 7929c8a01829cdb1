"""`jarvis plan --batch`: a file of requests and of conversations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact
from jarvis.cli.services import Services
from jarvis.errors import PlannerError
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.planners.dialogue import Dialogue
from jarvis.planners.protocol import AskBack, Turn
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.cli.fakes import ScriptedJarvis
from tests.jarvis.cli.runs import CommandLine, Outcome, spoken

_PLAN = [
    {"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}},
    {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
]
_CAPTION = {"request": "Caption dog.jpg", "plan": [{"id": 0, "task": "image-to-text", "args": {"image": "dog.jpg"}}]}


class _Batch(ScriptedJarvis):
    """Asks back, fails or plans, by the words of the request."""

    async def plan(self, text: str, *, history: Sequence[Turn] = ()) -> TaskGraph:
        if "ask" in text:
            raise AskBack("What?")
        if "fail" in text:
            raise PlannerError("no plan; say it otherwise")
        return await super().plan(text, history=history)


class _Batches:
    """Runs a batch over lines and reads what comes out."""

    def __init__(self, command: CommandLine, folder: Path) -> None:
        self._command, self._source, self._target = command, folder / "in.jsonl", folder / "out.jsonl"

    def __call__(self, *lines: object, jarvis: ScriptedJarvis | Services) -> tuple[Outcome, list[Any]]:
        texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
        self._source.write_text("\n".join(texts), encoding="utf-8")
        done = self._command("plan", "--batch", str(self._source), "--out", str(self._target), jarvis=jarvis)
        return done, [json.loads(line) for line in self._target.read_text("utf-8").splitlines()]


@pytest.fixture
def batch(jarvis_command: CommandLine, tmp_path: Path) -> _Batches:
    return _Batches(jarvis_command, tmp_path)


def test_a_batch_gives_one_line_a_request_in_order(batch: _Batches, speech: Artifact) -> None:
    jarvis = _Batch(spoken(speech))

    done, rows = batch(
        {"id": "a", "request": "describe it"},
        "",
        {"id": 2, "request": "ask me"},
        {"id": None, "request": "fail"},
        {"id": "d", "request": "lies es", "more": 1},
        jarvis=jarvis,
    )

    assert all(row.pop("ms") >= 0 for row in rows)
    assert rows == [
        {"id": "a", "plan": _PLAN},
        {"id": 2, "plan": [], "ask": "What?"},
        {"id": None, "plan": [], "error": "no plan; say it otherwise"},
        {"id": "d", "plan": _PLAN},
    ]
    assert (done.code, done.out, jarvis.opened) == (1, "", 1)
    assert done.err.splitlines()[:-1] == [
        "[1/4] a: 2 tasks",
        "[2/4] 2: asks back: What?",
        "[3/4] None: failed: no plan; say it otherwise",
        "[4/4] d: 2 tasks",
    ]
    assert "1 asked back, 1 failed" in done.err.splitlines()[-1]


def test_a_batch_without_a_failure_gives_code_0(batch: _Batches, speech: Artifact) -> None:
    done, _ = batch({"id": 1, "request": "describe it"}, {"id": 2, "request": "ask me"}, jarvis=_Batch(spoken(speech)))

    assert done.code == 0


@pytest.mark.parametrize(
    ("line", "name", "said"),
    [
        ("{", None, "line 2: it is not JSON"),
        ("[" * 100_000, None, "line 2: it is not JSON"),
        ("[1]", None, "line 2: it is not an object with an id"),
        ({"request": "x"}, None, "line 2: it is not an object with an id"),
        ({"id": 1}, 1, "line 2: it must have a request or turns"),
        ({"id": 1, "request": 5}, 1, "line 2: it must have a request or turns"),
        ({"id": 1, "request": "x", "turns": [_CAPTION]}, 1, "line 2: it must have a request or turns, and one of them"),
        ({"id": 1, "request": " "}, 1, "line 2: the request is empty"),
        ({"id": 1, "turns": []}, 1, 'line 2: "turns" is no list'),
        ({"id": 1, "turns": [_CAPTION, {}]}, 1, "line 2: turn 2 has no request"),
        ({"id": 1, "turns": [{"request": "x"}, {"request": "y"}]}, 1, "line 2: turn 1 has no plan"),
        (
            {"id": 1, "turns": [{"request": "x", "plan": [{"id": 0, "task": "sing", "args": {}}]}, {"request": "y"}]},
            1,
            "line 2: turn 1, task 0: 'sing' is no known tool",
        ),
        (
            {"id": 1, "turns": [_CAPTION, {"request": "x", "plan": [_PLAN[1] | {"id": 4}]}, {"request": "y"}]},
            1,
            "line 2: turn 2, task 4: $0 is the output of no task before it",
        ),
    ],
)
def test_a_broken_line_is_told_and_the_batch_goes_on(
    batch: _Batches, speech: Artifact, line: Any, name: Any, said: str
) -> None:
    done, rows = batch(
        {"id": 0, "request": "x"}, line, {"id": 3, "request": "y"}, jarvis=ScriptedJarvis(spoken(speech))
    )

    assert [(row["id"], row["plan"]) for row in rows] == [(0, _PLAN), (name, []), (3, _PLAN)]
    assert rows[1]["error"].startswith(said)
    assert f"[2/3] {name}: failed: {said}" in done.err
    assert done.code == 1


def test_the_last_turn_of_a_conversation_is_planned_after_the_earlier_ones(batch: _Batches) -> None:
    class Speaking(ScriptedJarvis):
        async def plan(self, text: str, *, history: Sequence[Turn] = ()) -> TaskGraph:
            await super().plan(text, history=history)
            task = Task(1, "text-to-speech", {"text": Ref(0)})
            return TaskGraph([task], self.tools, {0: self.tools["image-to-text"].output})

    jarvis = Speaking()
    asked = {"request": "read it", "plan": [], "ask": "What should I read?"}
    line = {"id": "c", "turns": [_CAPTION, asked, {"request": "the caption \ud800", "plan": "is not looked at"}]}

    done, rows = batch(json.dumps(line), jarvis=jarvis)

    assert (done.code, rows[0]["plan"]) == (0, [{"id": 0, "task": "text-to-speech", "args": {"text": "$1:0"}}])
    assert jarvis.heard[0][0] == "the caption ?"
    assert jarvis.histories == [
        (
            Turn("Caption dog.jpg", (Task(0, "image-to-text", {"image": "dog.jpg"}),)),
            Turn("read it", (), "What should I read?"),
        )
    ]


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("planner")
def test_the_embedded_planner_plans_conversations(batch: _Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_PLANNER", "local")
    translation = {"id": 0, "task": "translation", "args": {"text": "$1:0", "target_language": "French"}}
    french = {"request": "Translate that into French", "plan": [translation]}
    asked = {"request": "turn it off", "plan": [], "ask": "Which light should I turn off?"}
    conversations: dict[str, list[Any]] = {
        "translate": [_CAPTION, {"request": "Translate that into French"}],
        "speak": [_CAPTION, french, {"request": "read the translation aloud"}],
        "answer": [asked, {"request": "the kitchen light"}],
    }

    done, rows = batch(*({"id": k, "turns": turns} for k, turns in conversations.items()), jarvis=Services())

    assert done.code == 0, done.err
    assert [row["id"] for row in rows] == list(conversations)
    assert rows[0]["plan"] == [translation]
    for row in rows:
        assert {"id", "plan", "ms"} <= set(row)
        assert row["plan"] or row["ask"]
        # What comes out can stand in the next line as an earlier turn.
        *earlier, last = conversations[row["id"]]
        dialogue = Dialogue.from_json([*earlier, last | row, {"request": "and now?"}], builtin_tools())
        given = {task.id: builtin_tools()[task.tool].output for turn in dialogue.history[:-1] for task in turn.tasks}
        TaskGraph(dialogue.history[-1].tasks, builtin_tools(), given)
        assert [task["id"] for task in row["plan"]] == list(range(len(row["plan"])))


def test_a_batch_does_not_overwrite_itself(jarvis_command: CommandLine, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "request": "x"}')

    done = jarvis_command("plan", "--batch", str(source), "--out", str(source))

    assert done.code == 2
    assert source.read_text() == '{"id": 1, "request": "x"}'


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
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "request": "x"}')

    done = jarvis_command("plan", "--batch", str(source), "--out", str(tmp_path / "no" / "o.jsonl"))

    assert done.code == 1
    assert "choose another file with --out" in done.err
