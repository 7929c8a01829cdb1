"""What a change of state makes true, in the words of homes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jarvis.standing.conditions import BECOMES, Condition


@pytest.mark.parametrize(
    ("becomes", "before", "after", "value"),
    [
        ("done", "running", "off", None),
        ("done", "washing", "finished", None),
        ("done", "on", "done", None),
        ("done", "cleaning", "docked", None),
        ("open", "closed", "open", None),
        ("open", "closed", "50 % open", None),
        ("open", "off", "on", None),
        ("closed", "open", "closed", None),
        ("on", "off", "on, 80 %", None),
        ("off", "on, 80 %", "off", None),
        ("running", "off", "running", None),
        ("locked", "unlocked", "locked", None),
        ("unlocked", "locked", "unlocked", None),
        ("motion", "off", "on", None),
        ("above", "24.9", "25.1", 25.0),
        ("above", "set to 21 °C", "set to 22 °C", 21.0),
        ("below", "18", "-2,5", 0.0),
    ],
)
def test_it_became_true(becomes: str, before: str, after: str, value: float | None) -> None:
    assert Condition("it", becomes, value).became(before, after)
    assert not Condition("it", becomes, value).became(after, before)
    assert not Condition("it", becomes, value).became(after, after), "only a change makes it true"


@pytest.mark.parametrize("becomes", BECOMES)
@pytest.mark.parametrize("before", ["", "unknown", "unavailable", "None"])
def test_what_was_not_known_before_makes_nothing_true(becomes: str, before: str) -> None:
    for after in ("on", "off", "open", "30", "done", "running", "locked"):
        assert not Condition("it", becomes, 25.0).became(before, after)
        assert not Condition("it", becomes, 25.0).became(after, before)


def test_a_machine_that_did_not_run_is_not_done() -> None:
    assert not Condition("washer", "done").became("idle", "off")


@pytest.mark.parametrize(
    ("window", "hours"),
    [(None, set(range(24))), ((22 * 60, 6 * 60), {22, 23, 0, 1, 2, 3, 4, 5}), ((9 * 60, 12 * 60), {9, 10, 11})],
)
def test_it_is_looked_at_in_its_hours(window: tuple[int, int] | None, hours: set[int]) -> None:
    condition = Condition("door", "open", window=window)
    assert {hour for hour in range(24) if condition.counts_at(datetime(2026, 1, 1, hour, 30, tzinfo=UTC))} == hours


@pytest.mark.parametrize("becomes", BECOMES)
def test_what_is_written_down_is_read_again(becomes: str) -> None:
    condition = Condition("door", becomes, 3.5, (60, 120), 30, "opens")
    assert Condition.from_json(condition.to_json()) == condition
