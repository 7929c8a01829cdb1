"""A bandit that is honest: what it says after many outcomes is near the truth, and old outcomes fade."""

from __future__ import annotations

from random import Random

import pytest

from jarvis.selection import Lesson
from jarvis.selection.learning import FADING, PRIOR_SUCCESS, UNSEEN, dice, draw


def after(outcomes: list[bool], seconds: float = 1.0) -> Lesson:
    lesson = UNSEEN
    for ok in outcomes:
        lesson = lesson.after(ok=ok, seconds=seconds)
    return lesson


def test_before_anything_ran_a_model_is_believed_to_work_nine_times_in_ten() -> None:
    assert pytest.approx(0.9) == PRIOR_SUCCESS
    assert UNSEEN.seconds is None


def test_failures_lower_the_belief_and_fade_when_it_works_again() -> None:
    failed = after([False] * 5)
    mended = after([False] * 5 + [True] * 40)

    assert failed.success < 0.5 < mended.success
    assert mended.success > 0.85
    assert mended.ok + mended.failed < 1 / (1 - FADING)


def test_the_time_of_a_model_is_the_geometric_mean_of_its_runs_that_worked() -> None:
    lesson = UNSEEN.after(ok=True, seconds=1.0).after(ok=False, seconds=60.0).after(ok=True, seconds=4.0)

    assert lesson.seconds == pytest.approx(2.0, rel=0.05)


def test_more_outcomes_make_draws_surer() -> None:
    def spread(lesson: Lesson) -> float:
        source = Random(1)
        rates = [draw(lesson, 1.0, source).success for _ in range(400)]
        return max(rates) - min(rates)

    assert spread(after([True] * 45 + [False] * 5)) < spread(after([True] * 4 + [False])) < spread(UNSEEN)


def test_draws_scatter_around_what_is_believed() -> None:
    lesson = after([True, True, False, True] * 10, seconds=2.0)
    source = Random(2)
    draws = [draw(lesson, 2.0, source) for _ in range(3000)]

    assert sum(one.success for one in draws) / 3000 == pytest.approx(lesson.success, abs=0.01)
    assert sum(one.seconds for one in draws) / 3000 == pytest.approx(2.0, rel=0.05)


def test_chance_depends_on_the_seed_the_task_and_the_model_alone() -> None:
    first = dice(7, "summarization", "a").random()

    assert first == dice(7, "summarization", "a").random()
    others = {
        dice(8, "summarization", "a").random(),
        dice(7, "x", "a").random(),
        dice(7, "summarization", "b").random(),
    }
    assert len(others | {first}) == 4
