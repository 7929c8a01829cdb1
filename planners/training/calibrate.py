"""Fits the calibration of the planner's probabilities; run as `python -m jarvis.planners.confidence`.

Only rows that the weights were not trained on count, so by default those of the dev split; those of the test split are
never read. The rows are dealt into two halves by a hash of their ids. Each half is measured with a fit to the other
one, and what is written is fitted to both. A conversation stays in one half.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jarvis.artifacts import file_digest
from jarvis.planners.confidence import CALIBRATION, SIGNS, Calibration, PlanEvidence, features
from jarvis.planners.evaluation.curve import Outcome, best_threshold, handover_curve, table, write_curve
from jarvis.planners.evaluation.gold import Case, read_cases
from jarvis.planners.evaluation.metrics import score
from jarvis.planners.local import WEIGHTS, LocalPlanner
from jarvis.planners.protocol import AskBack, PlanRequest
from jarvis.planners.training.data import split_of
from jarvis.tools.toolset import builtin_tools

Array = NDArray[np.float64]
_RIDGE = 1.0
"""Pull of each coefficient towards 0, on features of unit variance: there are few rows."""
_STEPS = 100
_BINS = 10


@dataclass(frozen=True, slots=True)
class Observation:
    """One plan: what its writing showed, and whether it was exactly right."""

    id: str
    evidence: PlanEvidence
    exact: bool


def fit(observations: Sequence[Observation], weights: str) -> Calibration:
    """The calibration that explains the observations best.

    Raises:
        ValueError: there are none.
    """
    if not observations:
        raise ValueError("no observations to fit a calibration to")
    values = np.array([features(seen.evidence) for seen in observations], np.float64)
    right = np.array([seen.exact for seen in observations], np.float64)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    kept = spread > 0
    scaled = (values - mean) / np.where(kept, spread, 1.0)
    signs = np.array(list(SIGNS.values()))
    # A feature that would move the probability the wrong way is left out, so that more evidence never lowers it.
    while True:
        intercept, found = _logistic(scaled[:, kept], right)
        wrong = found * signs[kept] < 0
        if not wrong.any():
            break
        kept[np.flatnonzero(kept)[wrong]] = False
    slopes = found / spread[kept]
    names = [name for name, used in zip(SIGNS, kept, strict=True) if used]
    plain = float(intercept - slopes @ mean[kept])
    return Calibration(weights, 0.5, plain, dict(zip(names, map(float, slopes), strict=True)))


def _logistic(values: Array, right: Array) -> tuple[float, Array]:
    """Logistic regression by Newton's method; the intercept is not pulled towards 0."""
    design = np.column_stack([np.ones(len(values)), values])
    pull = np.diag([1e-6, *[_RIDGE] * values.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (right - chance) - pull @ found
        step = np.linalg.solve(design.T @ (design * (chance * (1 - chance))[:, None]) + pull, slope)
        found = found + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-9:
            break
    return float(found[0]), found[1:]


def brier(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """The mean squared distance of a probability from what happened: 0 is perfect, 0.25 is what always saying 0.5 gets.

    >>> brier([1.0, 0.5], [True, False])
    0.125
    """
    return math.fsum((p - r) ** 2 for p, r in zip(probabilities, right, strict=True)) / len(right)


def calibration_error(probabilities: Sequence[float], right: Sequence[bool], bins: int = _BINS) -> float:
    """The expected calibration error: how far the mean probability of a bin lies from the share that was right.

    The bins are equally wide, and count by how many probabilities fall into them.
    """
    total = 0.0
    for index in range(bins):
        held = [(p, r) for p, r in zip(probabilities, right, strict=True) if min(int(p * bins), bins - 1) == index]
        total += abs(math.fsum(p for p, _ in held) - sum(r for _, r in held))
    return total / len(right)


def cross_fitted(observations: Sequence[Observation], weights: str) -> list[float]:
    """The probability of each plan by a fit to the half that it is not in.

    Raises:
        ValueError: a half is empty.
    """
    halves = [_half(seen.id) for seen in observations]
    fits = [fit([o for o, half in zip(observations, halves, strict=True) if half != own], weights) for own in (0, 1)]
    return [fits[half].probability(seen.evidence) for seen, half in zip(observations, halves, strict=True)]


def _half(example_id: str) -> int:
    row = example_id.partition(":")[0]
    return hashlib.sha256(f"calibration {row}".encode()).digest()[0] % 2


def observe(planner: LocalPlanner, cases: Sequence[Case]) -> Iterator[Observation]:
    """Plans each case and compares it with its gold plans."""
    for case in cases:
        tools = builtin_tools().with_specs(case.tools)
        plan: list[dict[str, Any]] = []
        try:
            found = planner.tasks(PlanRequest(case.request, tools, case.history, len(case.earlier)))
            plan = [case.to_json(task) for task in found]
        except AskBack:
            plan = []
        if planner.evidence is not None:
            yield Observation(case.id, planner.evidence, score(plan, case.golds).exact == 1.0)


def main() -> None:
    """Reads the arguments, fits and reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="gold files: requests or conversations")
    parser.add_argument("--split", choices=["dev", "all"], default="dev", help="all: files never trained on (not test)")
    parser.add_argument("--adapter", type=Path, default=WEIGHTS)
    parser.add_argument("--limit", type=int, default=0, help="plan only so many requests")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--curve", type=Path, help="also draw the curve of what is handed over: FILE.svg or FILE.md")
    parser.add_argument("--out", type=Path, default=CALIBRATION)
    options = parser.parse_args()
    cases = [case for path in options.data for case in read_cases(path) if _may_be_read(case, options.split)]
    planner = LocalPlanner(options.adapter, options.threads)
    began = time.perf_counter()
    observations = list(observe(planner, cases[: options.limit or None]))
    digest = file_digest(options.adapter)
    found, outcomes = calibrated(observations, digest)
    found.write(options.out)
    points = handover_curve(outcomes)
    print(f"{len(observations)} plans in {time.perf_counter() - began:.0f} s, weights {digest[:12]}")
    print(", ".join(f"{name} {value}" for name, value in found.measured.items()), f"threshold {found.threshold}")
    print("\n".join(table(points)))
    if options.curve:
        write_curve(points, options.curve)


def _may_be_read(case: Case, split: str) -> bool:
    return split_of(case.row) == "dev" if split == "dev" else split_of(case.row) != "test"


def calibrated(observations: Sequence[Observation], weights: str) -> tuple[Calibration, list[Outcome]]:
    """The calibration fitted to all, and each plan with the probability that a fit to the other half gives it.

    Raises:
        ValueError: too few observations.
    """
    right = [seen.exact for seen in observations]
    chances = cross_fitted(observations, weights)
    outcomes = [Outcome(chance, exact) for chance, exact in zip(chances, right, strict=True)]
    base = sum(right) / len(right)
    measured = {
        "plans": len(right),
        "exact": round(base, 4),
        "brier": round(brier(chances, right), 4),
        "brier_of_the_share_alone": round(base * (1 - base), 4),
        "calibration_error": round(calibration_error(chances, right), 4),
    }
    whole = fit(observations, weights)
    threshold = best_threshold(handover_curve(outcomes))
    return Calibration(weights, threshold, whole.intercept, whole.coefficients, measured), outcomes
