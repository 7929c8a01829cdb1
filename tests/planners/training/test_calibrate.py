"""A calibration is fitted to what happened, and never promises more for less."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jarvis.planners.confidence import SIGNS, PlanEvidence
from jarvis.planners.training.calibrate import (
    Observation,
    brier,
    calibrated,
    calibration_error,
    cross_fitted,
    fit,
)


def observations(count: int, slope: float = 1.0, seed: int = 0) -> list[Observation]:
    """Plans that are right with the probability that a logistic function of their log probability gives."""
    draw = np.random.default_rng(seed)
    found: list[Observation] = []
    for index in range(count):
        value = float(draw.uniform(-6, 0))
        chance = 1 / (1 + math.exp(-(2 + slope * value)))
        evidence = PlanEvidence(log_probability=value, lowest=value / 2, choices=4, tasks=index % 3)
        found.append(Observation(f"a-{index}", evidence, bool(draw.random() < chance)))
    return found


def test_a_fit_finds_the_probabilities_that_made_the_data() -> None:
    found = fit(observations(4000), "weights")
    for value in (-5.0, -2.0, -0.5):
        evidence = PlanEvidence(log_probability=value, lowest=value / 2, choices=4, tasks=1)
        assert found.probability(evidence) == pytest.approx(1 / (1 + math.exp(-(2 + value))), abs=0.04)


def test_the_fit_of_one_feature_is_the_one_that_is_worked_out_by_hand() -> None:
    # Of the plans with one task 3 of 4 are right, of those with none 1 of 4: without the pull the logits are +-log 3.
    rows = [Observation(f"a-{i}", PlanEvidence(tasks=i // 100), i % 4 < (3 if i >= 100 else 1)) for i in range(200)]
    found = fit(rows, "weights")
    assert set(found.coefficients) == {"tasks"}
    assert found.probability(PlanEvidence(tasks=1)) == pytest.approx(0.75, abs=0.01)
    assert found.probability(PlanEvidence(tasks=0)) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("slope", [1.0, -1.0])
def test_no_feature_moves_a_probability_the_wrong_way(slope: float) -> None:
    found = fit(observations(300, slope), "weights")
    assert all(found.coefficients[name] * sign >= 0 for name, sign in SIGNS.items() if name in found.coefficients)


@pytest.mark.parametrize("right", [True, False])
def test_plans_that_are_all_alike_still_give_a_fit(right: bool) -> None:
    found = fit([Observation("a", PlanEvidence(), right)] * 10, "weights")
    assert found.coefficients == {}
    assert (found.probability(PlanEvidence()) > 0.99) is right


def test_without_plans_there_is_no_fit() -> None:
    with pytest.raises(ValueError, match="no observations"):
        fit([], "weights")


def test_the_figures_of_a_calibration_are_those_worked_out_by_hand() -> None:
    chances, right = [0.9, 0.8, 0.3, 0.1], [True, False, False, False]
    assert brier(chances, right) == pytest.approx((0.01 + 0.64 + 0.09 + 0.01) / 4)
    # Two bins: 0.3 + 0.1 against none right, 1.7 against one right.
    assert calibration_error(chances, right, bins=2) == pytest.approx((0.4 + 0.7) / 4)
    assert calibration_error([1.0, 0.0], [True, False]) == 0


def test_a_plan_is_never_measured_with_a_fit_to_itself() -> None:
    rows = observations(60)
    before = cross_fitted(rows, "weights")
    turned = [Observation(rows[0].id, rows[0].evidence, not rows[0].exact), *rows[1:]]
    assert cross_fitted(turned, "weights")[0] == before[0]


def test_the_turns_of_a_conversation_stay_in_one_half() -> None:
    rows = [Observation(f"chat-1:{i}", PlanEvidence(tasks=i), True) for i in range(8)]
    with pytest.raises(ValueError, match="no observations"):
        cross_fitted(rows, "weights")


def test_what_is_written_says_how_good_it_is() -> None:
    found, outcomes = calibrated(observations(400), "weights")
    assert found.weights == "weights"
    assert found.measured["plans"] == len(outcomes) == 400
    assert found.measured["brier"] < found.measured["brier_of_the_share_alone"]
    assert found.measured["calibration_error"] < 0.1
    assert 0 < found.threshold < 1
