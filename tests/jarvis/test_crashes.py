"""A run that is killed at any step of its journal goes on, and nothing is lost, doubled or left half done."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.jarvis.crashing import DIGESTS, EFFECTS, PLAN, VALUES, state_of

pytestmark = pytest.mark.timeout(900)
_ROOT = Path(__file__).resolve().parents[2]
_DONE, _KILLED = 0, -signal.SIGKILL


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.jarvis.crashing", *arguments]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=850, check=False)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What is there after a kill at every step and going on: one record for each step."""
    done = program(str(tmp_path_factory.mktemp("crashes")), "every")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def values(outcome: dict[str, Any]) -> dict[int, Any]:
    return {int(task_id): value for task_id, value in outcome["values"].items()}


@pytest.mark.xdist_group("crashes")
def test_every_step_was_reached_and_every_process_but_the_last_was_killed(outcomes: list[dict[str, Any]]) -> None:
    whole, *killed = outcomes
    assert whole["steps"]["recorder"] >= 4 * len(PLAN)
    assert whole["steps"]["writer"] >= len(PLAN)
    assert {row["ended"][-1] for row in killed} == {_DONE}
    reached = [row for row in killed if row["ended"][0] == _KILLED]
    assert len(reached) >= 0.8 * len(killed)


@pytest.mark.xdist_group("crashes")
def test_every_result_is_there_exactly_once_and_right(outcomes: list[dict[str, Any]]) -> None:
    for row in outcomes:
        assert row["counts"] == [1] * len(PLAN), row
        unsettled = {int(task_id) for task_id in row["failed"]}
        assert values(row) == {task_id: value for task_id, value in VALUES.items() if task_id not in unsettled}, row
        assert row["states"] == (["failed"] if unsettled else ["done"]), row


@pytest.mark.xdist_group("crashes")
def test_every_effect_happens_at_most_once_and_what_is_not_known_is_asked(outcomes: list[dict[str, Any]]) -> None:
    for row in outcomes:
        assert len(set(row["world"])) == len(row["world"]), row
        done = {task_id for task_id, what in EFFECTS.items() if what in row["world"]}
        asked = {int(task_id) for task_id in row["asked"]}
        assert {int(task_id): kind for task_id, kind in row["failed"].items()} == dict.fromkeys(asked, "Unsettled"), row
        assert done >= EFFECTS.keys() - asked, row


@pytest.mark.xdist_group("crashes")
def test_no_artifact_is_lost_or_half_written(outcomes: list[dict[str, Any]]) -> None:
    for row in outcomes:
        assert {int(task_id): digest for task_id, digest in row["drawn"].items()} == DIGESTS, row
        assert (row["left"], row["whole"]) == ([], "ok"), row


def test_a_program_killed_from_outside_leaves_a_run_that_the_next_program_finishes(tmp_path: Path) -> None:
    killed = program(str(tmp_path), "recorder:after:12")
    finished = program(str(tmp_path))
    state = state_of(tmp_path)
    assert (killed.returncode, finished.returncode) == (_KILLED, _DONE)
    assert (state["states"], state["counts"], state["asked"]) == (["done"], [1] * len(PLAN), [])
    assert sorted(state["world"]) == sorted(EFFECTS.values())
