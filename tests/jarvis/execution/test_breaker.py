"""Circuit breakers: open after failures in a row, closed again by one task that goes well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.errors import ModelError, TaskError, TaskTimeoutError
from jarvis.execution.breaker import BreakerOpenError, Breakers
from tests.jarvis.execution.cards import registry_of

CARD = next(iter(registry_of(["m"], ["t"])))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def passing() -> TaskError:
    error = TaskError("busy")
    error.transient = True  # type: ignore[attr-defined]
    return error


def fail(breakers: Breakers, error: Exception | None = None) -> None:
    breakers.enter(CARD)
    breakers.leave(CARD, error or passing())


@pytest.mark.parametrize("error", [passing(), TaskTimeoutError("slow"), ConnectionResetError("reset")])
def test_it_opens_after_failures_in_a_row_and_says_when_it_is_asked_again(error: Exception) -> None:
    breakers = Breakers(failures=3, seconds=30, clock=Clock())
    for _ in range(3):
        fail(breakers, error)

    with pytest.raises(BreakerOpenError, match=r"m failed 3 times in a row; it is tried again in 30 s"):
        breakers.enter(CARD)


@pytest.mark.parametrize("error", [TaskError("not this input"), ModelError("not installed"), RuntimeError("a bug")])
def test_an_error_that_speaks_of_the_input_or_comes_at_once_opens_nothing(error: Exception) -> None:
    breakers = Breakers(failures=1, clock=Clock())
    for _ in range(9):
        fail(breakers, error)


def test_models_behind_one_endpoint_share_a_breaker() -> None:
    breakers = Breakers(failures=1, clock=Clock())
    one, two = (CARD.model_copy(update={"id": name, "parameters": {"endpoint": "http://here/v1"}}) for name in "ab")
    breakers.leave(one, passing())

    with pytest.raises(BreakerOpenError):
        breakers.enter(two)


def test_a_try_that_was_given_up_leaves_the_way_free_for_another() -> None:
    clock = Clock()
    breakers = Breakers(failures=1, seconds=10, clock=clock)
    fail(breakers)
    clock.now = 11
    breakers.enter(CARD)
    with pytest.raises(BreakerOpenError, match="right now, by another task"):
        breakers.enter(CARD)
    breakers.leave(CARD, None, ended=False)

    breakers.enter(CARD)


@settings(max_examples=200, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["good", "bad", "other"])), max_size=40))
def test_it_does_what_its_three_states_say(tale: list[tuple[int, str]]) -> None:
    clock = Clock()
    breakers = Breakers(failures=3, seconds=10, clock=clock)
    failures, since = 0, 0.0
    for pause, outcome in tale:
        clock.now += pause
        shut = failures >= 3 and clock.now < since + 10
        if shut:
            with pytest.raises(BreakerOpenError):
                breakers.enter(CARD)
            continue
        breakers.enter(CARD)
        error = {"good": None, "bad": passing(), "other": TaskError("not this input")}[outcome]
        breakers.leave(CARD, error)
        failures, since = (failures + 1, clock.now) if outcome == "bad" else (0, since)
