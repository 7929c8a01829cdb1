"""Settings come from the environment, and a value that cannot be meant is refused with what it must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.errors import UsageError
from jarvis.settings import Settings


def test_the_larger_planner_and_when_it_is_asked_come_from_the_environment() -> None:
    environ = {
        "JARVIS_LARGER_PLANNER": "http://127.0.0.1:8080/v1",
        "JARVIS_LARGER_PLANNER_MODEL": "big",
        "JARVIS_LARGER_PLANNER_KEY_VARIABLE": "BIG_KEY",
        "JARVIS_THRESHOLD": "0.4",
        "JARVIS_ASK": "no",
    }
    found = Settings.from_env(environ)
    assert found == replace(
        Settings.from_env({}),
        larger_planner="http://127.0.0.1:8080/v1",
        larger_planner_model="big",
        larger_planner_key_variable="BIG_KEY",
        threshold=0.4,
        ask=False,
    )


def test_the_journal_and_the_rules_of_approval_come_from_the_environment() -> None:
    environ = {
        "JARVIS_DATA_DIR": "/var/jarvis",
        "JARVIS_JOURNAL": "off",
        "JARVIS_JOURNAL_DAYS": "7",
        "JARVIS_JOURNAL_RUNS": "50",
        "JARVIS_ALLOW": "home-control:lock, send-*",
        "JARVIS_FORBID": "home-control:unlock",
    }
    found = Settings.from_env(environ)
    assert (found.data_dir, found.journal, found.journal_days, found.journal_runs) == (
        Path("/var/jarvis"),
        False,
        7,
        50,
    )
    assert (found.allow, found.forbid) == (("home-control:lock", "send-*"), ("home-control:unlock",))


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("JARVIS_THRESHOLD", "1.5", "a number from 0 to 1"),
        ("JARVIS_THRESHOLD", "nan", "a number from 0 to 1"),
        ("JARVIS_ASK", "maybe", "yes or no"),
        ("JARVIS_THREADS", "two", "a whole number"),
        ("JARVIS_TASK_TIMEOUT", "long", "a number"),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: str, must: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is '{value}'; it must be {must}"):
        Settings.from_env({name: value})
