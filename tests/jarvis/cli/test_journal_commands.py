"""`jarvis runs`, `trace`, `resume` and `replay`, on a real journal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from jarvis.approval import Settle
from jarvis.cli.services import Approve, Services
from jarvis.engine import Jarvis
from jarvis.execution.fake import FunctionWorker
from jarvis.functions import FunctionTool, function_tool
from jarvis.messages import TaskFinished, TaskStarted, Value
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs
from tests.jarvis.cli.runs import CommandLine
from tests.jarvis.fakes import echo, fake_jarvis

PLAN: list[dict[str, Any]] = [
    {"id": 0, "task": "summarization", "args": {"text": "a long text"}},
    {"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}},
]
RING: list[dict[str, Any]] = [{"id": 0, "task": "ring", "args": {"bell": "door"}}]


class Slow:
    """A worker's function that never ends in a translation."""

    async def __call__(self, inputs: Inputs) -> Value:
        if inputs.task == "translation":
            await asyncio.sleep(100)
        return echo(inputs)


def given_up(jarvis: Jarvis, text: str, after: type) -> None:
    async def run() -> None:
        async with aclosing(jarvis.stream(text)) as events:
            async for event in events:
                if isinstance(event, after):
                    await asyncio.sleep(0.2)
                    return

    with jarvis:
        asyncio.run(run())


def kept(out: Path, worker: Callable[[Inputs], Value] = echo, tools: tuple[FunctionTool, ...] = ()) -> Services:
    """Services whose Jarvis goes on with what is in the journal."""

    def keep(settings: Settings, approve: Approve, settle: Settle | None) -> Jarvis:
        return fake_jarvis([], out, worker=FunctionWorker(worker), approve=approve, settle=settle, tools=tools)[0]

    return Services(keep=keep)


def finished(out: Path, text: str = "Summarize and translate it") -> str:
    jarvis, _ = fake_jarvis([PLAN], out)
    with jarvis:
        return jarvis.run_sync(text).run_id


def test_no_runs_is_an_answer(jarvis_command: CommandLine) -> None:
    done = jarvis_command("runs")
    assert (done.code, done.out) == (0, "no runs yet\n")
    assert jarvis_command("trace").err == "jarvis: no run is in the journal\n"
    assert jarvis_command("resume").code == 2


def test_runs_are_listed_newest_first(jarvis_command: CommandLine, tmp_path: Path) -> None:
    first, second = finished(tmp_path, "one"), finished(tmp_path, "two \x1b[31mred")
    lines = jarvis_command("runs").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == [second, first]
    assert lines[0].endswith("two red")
    rows = jarvis_command("runs", "--json", "-n", "1").json
    assert [(row["run_id"], row["state"], row["task_count"], row["resumable"]) for row in rows] == [
        (second, "done", 2, False)
    ]
    shown = jarvis_command("runs", terminal=True).out
    assert first in shown and "one" in shown


def test_old_runs_are_dropped_on_request(
    jarvis_command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        finished(tmp_path, f"run {number}")
    monkeypatch.setenv("JARVIS_JOURNAL_RUNS", "1")
    done = jarvis_command("runs", "--prune")
    assert (done.code, done.out.split(";")[0]) == (0, "2 runs dropped")
    assert len(jarvis_command("runs").out.splitlines()) == 1


def test_a_trace_tells_times_models_and_the_critical_path(jarvis_command: CommandLine, tmp_path: Path) -> None:
    run_id = finished(tmp_path)
    plain = jarvis_command("trace", run_id[-6:]).out
    assert "critical path\t0 → 1" in plain
    assert "fake-translation" in plain
    told = jarvis_command("trace", "--json").json
    assert (told["run_id"], told["critical_path"], [task["state"] for task in told["tasks"]]) == (
        run_id,
        [0, 1],
        ["done", "done"],
    )
    shown = jarvis_command("trace", run_id, terminal=True).out
    assert "█" in shown and "translation" in shown and "Summarize and translate it" in shown


def test_a_trace_is_written_as_a_page(jarvis_command: CommandLine, tmp_path: Path) -> None:
    run_id, page = finished(tmp_path), tmp_path / "trace.html"
    done = jarvis_command("trace", "--html", str(page))
    assert (done.code, done.out, done.err) == (0, "", f"the trace of run {run_id} is in {page}\n")
    assert run_id in page.read_text() and "<svg" in page.read_text()
    refused = jarvis_command("trace", "--html", str(tmp_path / "no" / "page.html"))
    assert refused.code == 1 and "name another file with --html" in refused.err


def test_an_unknown_run_is_named(jarvis_command: CommandLine, tmp_path: Path) -> None:
    finished(tmp_path)
    for command in ("trace", "resume", "replay"):
        done = jarvis_command(command, "nonsense", jarvis=kept(tmp_path))
        assert (done.code, done.err) == (2, "jarvis: there is no run nonsense; `jarvis runs` lists them\n")


def test_a_run_that_was_broken_off_is_finished(jarvis_command: CommandLine, tmp_path: Path) -> None:
    given_up(fake_jarvis([PLAN], tmp_path, worker=FunctionWorker(Slow()))[0], "do it", TaskFinished)
    assert jarvis_command("runs", "--unfinished", "--json").json[0]["state"] == "stopped"
    done = jarvis_command("resume", "--json", jarvis=kept(tmp_path))
    assert done.code == 0
    assert [result["ok"] for result in done.json["results"]] == [True, True]
    again = jarvis_command("resume", jarvis=kept(tmp_path))
    assert again.code == 2 and "no run was broken off" in again.err


def bell(rung: list[str], *, hangs: bool = False) -> FunctionTool:
    async def ring(bell: str) -> str:
        """Ring a bell."""
        if hangs:
            await asyncio.sleep(100)
        rung.append(bell)
        return "ding"

    return function_tool(ring, "effect")


@pytest.mark.parametrize(
    ("options", "typed", "code", "rings"),
    [
        ((), "y\n", 0, ["door"]),
        ((), "n\n", 1, []),
        ((), "\n", 1, []),
        (("--again",), None, 0, ["door"]),
        (("--not-again",), None, 1, []),
        ((), None, 2, []),
    ],
)
def test_an_effect_that_may_have_happened_is_asked_about(
    jarvis_command: CommandLine,
    tmp_path: Path,
    options: tuple[str, ...],
    typed: str | None,
    code: int,
    rings: list[str],
) -> None:
    rung: list[str] = []
    given_up(fake_jarvis([RING], tmp_path, tools=[bell([], hangs=True)])[0], "ring", TaskStarted)
    services = kept(tmp_path, tools=(bell(rung),))
    done = jarvis_command("resume", *options, jarvis=services, stdin=typed or "", keyboard=typed is not None)
    assert (done.code, rung) == (code, rings), done.err
    if typed is not None:
        assert 'may have been done: ring bell="door". Do it (again)? [y/N]' in done.err
    if code == 2:
        assert "nobody is there to ask" in done.err


def test_a_replay_says_that_nothing_differs_or_what_does(jarvis_command: CommandLine, tmp_path: Path) -> None:
    run_id = finished(tmp_path)
    same = jarvis_command("replay", run_id, jarvis=kept(tmp_path))
    assert same.code == 0
    assert same.out.splitlines()[-1] == f"all 2 tasks gave what they gave in run {run_id}"
    other = jarvis_command("replay", run_id, "--json", jarvis=kept(tmp_path, lambda inputs: f"new {inputs.task}"))
    assert (other.code, other.json["replays"]) == (1, run_id)
    assert [difference["what"] for difference in other.json["differences"]] == ["value", "value"]
    told = jarvis_command("replay", run_id, jarvis=kept(tmp_path, lambda inputs: "new"))
    assert told.code == 1 and "  now:    new" in told.out


def test_a_damaged_journal_is_one_sentence(jarvis_command: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "journal"
    folder.mkdir(parents=True)
    (folder / "journal.db").write_bytes(b"nonsense " * 1000)
    for command in ("runs", "trace", "resume", "replay"):
        done = jarvis_command(command, "--json")
        assert done.code == 1
        assert json.loads(done.out)["error"]["kind"] == "JournalError"
