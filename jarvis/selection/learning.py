"""What runs on this machine taught about a model, with honest uncertainty: a bandit with one arm a model and task.

Whether a model does a task is a coin of unknown bias with a Beta belief; how long it takes is log-normal. Near-equals
are ordered by Thompson sampling: each is given a success rate and a time drawn from what is believed of it, and the
best draw goes first, so that a model is tried out exactly as often as it may still be the best. Old outcomes fade,
because machines and models change.

Sources: W. R. Thompson, "On the likelihood that one unknown probability exceeds another" (Biometrika, 1933);
O. Chapelle and L. Li, "An empirical evaluation of Thompson sampling" (NIPS 2011); D. Russo et al., "A tutorial on
Thompson sampling" (2018), chapter 4; fading as in V. Raj and S. Kalyani, "Taming non-stationary bandits: a Bayesian
approach" (2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from random import Random

FADING = 0.98
"""What an outcome still counts after one more: fifty of them count for what was seen lately."""
PRIOR_OK = 4.5
PRIOR_FAILED = 0.5
"""Before a model has run, it is believed to work nine times in ten, as firmly as after five runs."""
_UNSEEN_SPREAD = 0.5
"""Standard deviation of the logarithm of a time that was only predicted: a factor of 1.6 either way."""
_LEAST_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Lesson:
    """What became of the runs of one model for one task; faded counts, so no whole numbers."""

    ok: float = 0.0
    failed: float = 0.0
    log_seconds: float = 0.0
    """Mean of the natural logarithm of the seconds of runs that worked."""
    squares: float = 0.0
    """Their summed squared distances from that mean."""

    @property
    def seconds(self) -> float | None:
        """What a run takes here, as the geometric mean; None when none has worked."""
        return math.exp(self.log_seconds) if self.ok else None

    @property
    def success(self) -> float:
        """How likely the next run works: the mean of the Beta belief."""
        return (self.ok + PRIOR_OK) / (self.ok + self.failed + PRIOR_OK + PRIOR_FAILED)

    def after(self, *, ok: bool, seconds: float) -> Lesson:
        """With one outcome more. The time of a run that failed says nothing about one that works."""
        if not ok:
            return Lesson(self.ok * FADING, self.failed * FADING + 1, self.log_seconds, self.squares * FADING)
        count = self.ok * FADING + 1
        step = math.log(max(seconds, 1e-4)) - self.log_seconds
        mean = self.log_seconds + step / count
        squares = self.squares * FADING + step * step * (1 - 1 / count)
        return Lesson(count, self.failed * FADING, mean, squares)


UNSEEN = Lesson()
PRIOR_SUCCESS = UNSEEN.success


@dataclass(frozen=True, slots=True)
class Draw:
    """A success rate and a time that may be the true ones."""

    success: float
    seconds: float


def draw(lesson: Lesson, expected_seconds: float, source: Random) -> Draw:
    """Draws from what is believed; `expected_seconds` is the belief about the time where no run has told."""
    success = source.betavariate(lesson.ok + PRIOR_OK, lesson.failed + PRIOR_FAILED)
    if lesson.ok:
        spread = math.sqrt(lesson.squares / lesson.ok) if lesson.ok > 1 else _UNSEEN_SPREAD
        error = max(spread, _LEAST_SPREAD) / math.sqrt(lesson.ok)
    else:
        error = _UNSEEN_SPREAD
    return Draw(success, expected_seconds * math.exp(source.gauss(0.0, error)))


def dice(seed: int, task: str, model_id: str) -> Random:
    """The source of chance for one model in one run: it depends on nothing but these three."""
    digest = blake2b(f"{seed}\0{task}\0{model_id}".encode(), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))  # noqa: S311 - no secret hangs on it
