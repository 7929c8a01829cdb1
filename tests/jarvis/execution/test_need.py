"""What a model takes of the machine, as its card tells, and how long it takes."""

from __future__ import annotations

import pytest

from jarvis.execution.durations import UNKNOWN_SECONDS, Durations
from jarvis.execution.need import NOTHING, Need, batch_of, memory_of, need_of
from jarvis.model_registry.card import Measured, WeightFile
from jarvis.model_registry.registry import Registry
from tests.jarvis.execution.cards import registry_of

PLAIN = next(iter(registry_of(["m"], ["t"])))
FILE = WeightFile(role="model", package="p", version="1", path="p/m", sha256="aa", bytes=2**21)
HEAVY = PLAIN.model_copy(update={"files": (FILE,), "measured": Measured(seconds=2, memory_mb=300, on="nothing")})


def test_weights_fill_the_threads_of_a_model_and_it_runs_once_at_a_time() -> None:
    assert need_of(HEAVY) == Need(2, 300, False, "m")
    assert need_of(HEAVY, threads=1).cores == 1
    assert need_of(HEAVY.model_copy(update={"parameters": {"accelerator": True}})).accelerator


@pytest.mark.parametrize("name", ["network", "endpoint", "protocol"])
def test_what_other_machines_do_needs_nothing_here(name: str) -> None:
    card = HEAVY.model_copy(update={"parameters": {name: "yes"}})

    assert (need_of(card), memory_of(card)) == (NOTHING, 0)


def test_code_without_weights_fills_a_core_when_it_is_not_done_in_a_moment() -> None:
    slow = PLAIN.model_copy(update={"measured": Measured(seconds=0.6, memory_mb=50, on="nothing")})
    quick = PLAIN.model_copy(update={"measured": Measured(seconds=0.01, memory_mb=50, on="nothing")})

    assert (need_of(slow), need_of(quick), need_of(PLAIN)) == (Need(1, 50), NOTHING, NOTHING)


def test_memory_that_nobody_measured_is_guessed_from_the_files() -> None:
    assert memory_of(PLAIN.model_copy(update={"files": (FILE,)})) == 3


def test_every_model_that_ships_fits_on_two_cores() -> None:
    assert {need_of(card).cores for card in Registry.load()} <= {0, 1, 2}
    assert all(batch_of(card) >= 1 for card in Registry.load())


def test_durations_follow_what_was_measured_here() -> None:
    durations = Durations({"known": 4.0})
    known, heavy = (HEAVY.model_copy(update={"id": name}) for name in ("known", "heavy"))

    assert [durations.seconds(card) for card in (known, heavy, PLAIN)] == [4.0, 2.0, UNKNOWN_SECONDS]
    for _ in range(20):
        durations.learn("known", 1.0)
    durations.learn("heavy", 0.5)
    assert durations.seconds(known) == pytest.approx(1.0, abs=0.01)
    assert durations.seconds(heavy) == 0.5
