"""`jarvis standing ...`, `jarvis keep`, and the line that appears in `jarvis chat`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.cli.services import Services
from jarvis.settings import Settings
from jarvis.standing.records import Kind, Timer
from jarvis.standing.schedule import Schedule
from jarvis.standing.store import Store
from tests.jarvis.cli.runs import CommandLine

LIGHT = "every weekday at 6:30 turn on the kitchen light"


@pytest.fixture
def here(tmp_path: Path) -> Services:
    settings = Settings(
        planner="rules",
        data_dir=tmp_path / "data",
        out=tmp_path / "out",
        cache_mb=0,
        isolation="thread",
        fast_path=False,
    )
    return Services(settings=lambda: settings)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


@pytest.fixture
def added(jarvis_command: CommandLine, here: Services, store: Store) -> str:
    assert jarvis_command("standing", "add", "--yes", LIGHT, jarvis=here).code == 0
    return store.plans()[0].id


def test_a_plan_is_shown_and_kept_after_a_yes(jarvis_command: CommandLine, here: Services, store: Store) -> None:
    refused = jarvis_command("standing", "add", LIGHT, jarvis=here, keyboard=True, stdin="\n")
    assert (refused.code, refused.out, store.plans()) == (1, "Nothing was kept.\n", [])
    assert refused.err == "Every weekday at 06:30: turn on kitchen light. Shall I keep it? [y/N] "

    kept = jarvis_command("standing", "add", LIGHT, jarvis=here, keyboard=True, stdin="y\n")
    assert kept.out.startswith("Kept: Every weekday at 06:30: turn on kitchen light.")
    assert [plan.request for plan in store.plans()] == ["turn on the kitchen light"]


def test_where_nobody_can_say_yes_nothing_is_kept(jarvis_command: CommandLine, here: Services) -> None:
    done = jarvis_command("standing", "add", LIGHT, jarvis=here)
    assert (done.code, done.err) == (
        2, "jarvis: nobody is there to say yes; add --yes to keep the plan without being asked\n",
    )  # fmt: skip


def test_what_is_for_once_is_no_standing_plan(jarvis_command: CommandLine, here: Services) -> None:
    done = jarvis_command("standing", "add", "--yes", "turn on the light", jarvis=here)
    assert done.code == 2
    assert 'say it like "every day at seven read me the weather"' in done.err


def test_what_cannot_be_taken_back_is_said_before(jarvis_command: CommandLine, here: Services, store: Store) -> None:
    done = jarvis_command(
        "standing", "add", "every day at 7 unlock the front door", jarvis=here, keyboard=True, stdin="yes\n"
    )
    assert "It does what cannot be taken back, each time without asking." in done.err
    assert store.plans()[0].allowed


def test_plans_and_alarms_that_come_again_are_listed(
    jarvis_command: CommandLine, here: Services, store: Store, added: str
) -> None:
    store.add(Timer("a1", Kind.ALARM, "", time.time() + 60, Schedule((420,)), "every day at 7"))
    store.add(Timer("t1", Kind.TIMER, "tea", time.time() + 60))

    done = jarvis_command("standing", "list", jarvis=here)

    rows = [line.split("\t")[:3] for line in done.out.splitlines()]
    assert rows == [[added, "Every weekday at 06:30", "turn on kitchen light"], ["a1", "Every day at 07:00", "alarm"]]
    assert done.err == "nothing is running now that would do them: start `jarvis keep`\n"
    assert [row["id"] for row in jarvis_command("standing", "list", "--json", jarvis=here).json["plans"]] == [added]
    assert "turn on kitchen light" in jarvis_command("standing", "list", jarvis=here, terminal=True).out


def test_a_plan_is_shown_paused_moved_run_and_deleted(
    jarvis_command: CommandLine, here: Services, store: Store, added: str
) -> None:
    shown = jarvis_command("standing", "show", "kitchen light", jarvis=here)
    assert '  0 home-control action="turn_on" target="kitchen light"' in shown.out
    assert jarvis_command("standing", "pause", added, jarvis=here).out.startswith("Paused: Every weekday")
    assert "rests: asked for" in jarvis_command("standing", "show", added, jarvis=here).out
    assert jarvis_command("standing", "resume", added, jarvis=here).out.startswith("Goes on: Every weekday")
    moved = jarvis_command("standing", "move", added, "at 8", jarvis=here)
    assert moved.out == "Changed: Every weekday at 08:00: turn on kitchen light.\n"
    ran = jarvis_command("standing", "run", added, jarvis=here)
    assert (ran.code, ran.out.startswith("In the simulated home, kitchen light is now on")) == (0, True)
    assert jarvis_command("standing", "rm", added, jarvis=here).out.startswith("Deleted: Every weekday at 08:00")
    assert store.plans() == []
    assert jarvis_command("standing", "rm", added, jarvis=here).code == 2


def test_a_damaged_file_is_one_sentence(jarvis_command: CommandLine, here: Services, store: Store) -> None:
    store.folder.mkdir(parents=True)
    store.path.write_bytes(b"nonsense" * 500)
    done = jarvis_command("standing", "list", jarvis=here)
    assert (done.code, "standing.db are damaged" in done.err, done.err.count("\n")) == (1, True, 1)


def _until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_keep_rings_and_runs_until_it_is_stopped(
    jarvis_command: CommandLine, here: Services, store: Store, added: str
) -> None:
    (plan,) = store.plans()
    environment = {**os.environ, "JARVIS_DATA_DIR": str(store.folder.parent), "JARVIS_PLANNER": "rules"}
    command = [sys.executable, "-m", "jarvis", "keep", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout and process.stderr
        assert process.stderr.readline() == "0 timers and 1 standing plans are kept; Ctrl-C ends this\n"
        _until(lambda: bool(store.keepers()))
        store.add(Timer("t1", Kind.TIMER, "tea", time.time() + 0.5))
        rung = json.loads(process.stdout.readline())
        store.change(replace(plan, due=time.time() - 1))
        ran = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert "stopped; timers and standing plans are kept" in process.stderr.read()
    assert (rung["event"], rung["said"], rung["label"]) == ("TimerDue", "Your tea timer has ended.", "tea")
    assert (ran["event"], ran["plan"]) == ("StandingRan", added)
    assert ran["said"].startswith("In the simulated home, kitchen light is now on")
    assert store.timers() == []


def test_in_a_chat_a_line_appears(store: Store, tmp_path: Path) -> None:
    environment = {
        **os.environ, "JARVIS_DATA_DIR": str(store.folder.parent), "JARVIS_PLANNER": "rules",
        "JARVIS_OUT": str(tmp_path),
    }  # fmt: skip
    command = [sys.executable, "-m", "jarvis", "chat"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdin and process.stdout and process.stderr
        _until(lambda: bool(store.keepers()))
        process.stdin.write("set a timer for 1 second\n")
        process.stdin.flush()
        assert process.stdout.readline() == "Timer was set (1 second). [0]\n"
        assert process.stderr.readline() == "Your timer has ended.\n"
        process.stdin.close()
        assert process.wait(30) == 0
    assert store.timers() == []
