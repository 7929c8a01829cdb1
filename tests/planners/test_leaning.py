"""What speaks for added tools is shared out among the ways to go on with a name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.planners.leaning import ANY, NATS, NameLeaning

NAMES = st.lists(st.text("abc-", min_size=1, max_size=5), min_size=1, max_size=8, unique=True)


def test_the_tool_that_fits_better_gains_what_the_other_loses() -> None:
    leaning = NameLeaning({"find-sample": 0.7, "get-run": 0.3}, ["translation"])
    gains = leaning("0 ", ["find", "get", "trans"])
    assert gains == pytest.approx([0.2 * NATS, -0.2 * NATS, 0.0])


def test_a_fit_speaks_for_a_further_task_and_not_for_the_end() -> None:
    leaning = NameLeaning({"a": 0.6, "b": 0.2})
    assert leaning("", ["0", "<|im_end|>", "?"]) == pytest.approx([ANY * 0.2 * NATS, 0.0, 0.0])


def test_a_tool_that_was_used_gains_no_more() -> None:
    leaning = NameLeaning({"a": 0.6, "b": 0.2})
    leaning.used("a")
    leaning.used("translation")
    assert leaning("1 ", ["a", "b"]) == pytest.approx([0.0, -0.2 * NATS])


def test_without_listed_tools_nothing_is_said() -> None:
    assert not NameLeaning({}, ["translation"])("0 ", ["trans", "summ"]).any()


@given(NAMES, st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_the_gains_along_a_name_add_up_to_its_own(names: list[str], fits: list[float]) -> None:
    leaning = NameLeaning(dict(zip(names, fits, strict=False)), ["zz"])
    mean = np.mean(fits[: len(names)])
    for name, fit in zip(names, fits, strict=False):
        written, total = "0 ", 0.0
        for sign in f"{name} ":
            total += float(leaning(written, [sign])[0])
            written += sign
        assert total == pytest.approx(NATS * (fit - mean), abs=1e-3)
