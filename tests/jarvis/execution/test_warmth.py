"""Which models stay in memory."""

from __future__ import annotations

import pytest

from jarvis.execution.warmth import Kept, Use, leak_limit, to_evict

SMALL = Kept(100, 10, True)
DEAR = Kept(100, 90, True)
LARGE = Kept(400, 12, True)
BUSY = Kept(100, 1, False)


@pytest.mark.parametrize(
    ("kept", "budget", "gone"),
    [
        ([SMALL, DEAR, LARGE], 600, []),
        ([SMALL, DEAR, LARGE], 599, [2]),
        ([SMALL, DEAR, LARGE], 150, [2, 0]),
        ([SMALL, DEAR, LARGE], 0, [2, 0, 1]),
        ([BUSY, DEAR, SMALL], 250, [2]),
        ([BUSY, BUSY], 50, []),
        ([], -10, []),
        ([Kept(0, 0, True), SMALL], 50, [0, 1]),
    ],
)
def test_the_least_valuable_for_its_memory_goes_first_and_no_more_than_needed(
    kept: list[Kept], budget: float, gone: list[int]
) -> None:
    assert to_evict(kept, budget) == gone


def test_a_model_is_worth_its_loading_times_its_recent_uses() -> None:
    often = Use(2.0).again(0).again(0).again(0)
    once = Use(2.0).again(0)

    assert often.worth(0) == 3 * once.worth(0) == pytest.approx(6)
    assert often.worth(600) == pytest.approx(6 / 2.71828, rel=1e-3)
    assert once.again(3000).worth(3000) > often.worth(3000)


def test_a_leak_is_more_than_one_large_input_takes() -> None:
    assert leak_limit(10, 3) == 266
    assert leak_limit(1000, 3) == 3000
