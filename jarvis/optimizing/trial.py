"""Runs a model and its variant side by side: do they agree, and which is quicker?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.optimizing.agreement import MEASURES, agreement, kind_of
from jarvis.tools.handler import Handler, Inputs, Sink

Clock = Callable[[], float]

FORGETFUL = {"embeddings_memory_mb": 0, "embeddings_disk_mb": 0}
"""Parameters that turn off what handlers remember of earlier pictures: the work itself is measured, each time anew."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far a variant gives what the original gives."""

    mean: float
    worst: float
    count: int
    """Of inputs."""
    measure: str
    """What was compared, in words."""


@dataclass(frozen=True, slots=True)
class Race:
    """How long both take for the same inputs, run in turns."""

    before: float
    """Seconds for one input, the median of the original."""
    after: float
    ratio: float
    """Median over the rounds of before by after: what else the machine does in a round weighs on both."""
    rounds: int


def value_of(handler: Handler, inputs: Inputs, folder: Path) -> Value:
    """What a model makes of an input; a refusal is told as a value, so that it can be compared."""
    sink = Sink(ArtifactFolder(folder), Provenance(1, inputs.task, "trial"))
    try:
        return handler.run(inputs, sink)
    except TaskError as error:
        return {"refused": str(error)}


def values_of(handler: Handler, examples: Sequence[Inputs], folder: Path) -> list[Value]:
    """What a model makes of several inputs."""
    return [value_of(handler, inputs, folder) for inputs in examples]


def agreed(expected: Sequence[Value], got: Sequence[Value]) -> Agreed:
    """How far two lists of values agree, pair by pair."""
    each = [agreement(one, other) for one, other in zip(expected, got, strict=True)]
    kinds = sorted({MEASURES[kind_of(value)] for value in expected if not _refused(value)})
    return Agreed(statistics.fmean(each), min(each), len(each), "; ".join(kinds) or "what is refused")


def _refused(value: Value) -> bool:
    return isinstance(value, dict) and set(value) == {"refused"}


def race(
    original: Handler, variant: Handler, examples: Sequence[Inputs], folder: Path, *, rounds: int = 5, threads: int = 1
) -> Race:
    """Runs both in turns, ABAB, after one run each that does not count."""
    clock = clock_for(threads)
    for handler in (original, variant):
        value_of(handler, examples[0], folder)
    before, after = [0.0] * rounds, [0.0] * rounds
    for round_ in range(rounds):
        for inputs in examples:
            before[round_] += _seconds(original, inputs, folder, clock)
            after[round_] += _seconds(variant, inputs, folder, clock)
    ratio = statistics.median(a / b for a, b in zip(before, after, strict=True))
    count = len(examples)
    return Race(statistics.median(before) / count, statistics.median(after) / count, ratio, rounds)


def _seconds(handler: Handler, inputs: Inputs, folder: Path, clock: Clock) -> float:
    begun = clock()
    value_of(handler, inputs, folder)
    return clock() - begun


def clock_for(threads: int) -> Clock:
    """What tells the time of a computation: of one thread, its own time, on which other programs do not weigh."""
    return time.thread_time if threads == 1 else time.perf_counter


def session(graph: Path, threads: int, provider: str = "CPUExecutionProvider") -> Any:
    """An `onnxruntime.InferenceSession` of a graph alone, for comparing graphs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(graph), options, providers=[provider])


def graph_ratio(original: Any, variant: Any, feeds: Sequence[Any], *, rounds: int = 4, threads: int = 1) -> float:
    """How many times as quick one session is as another, in turns on the same feeds."""
    clock = clock_for(threads)
    for one in (original, variant):
        one.run(None, dict(feeds[0]))
    ratios: list[float] = []
    for _ in range(rounds):
        took = [0.0, 0.0]
        for feed in feeds:
            for place, one in enumerate((original, variant)):
                begun = clock()
                one.run(None, dict(feed))
                took[place] += clock() - begun
        ratios.append(took[0] / took[1])
    return statistics.median(ratios)


def graph_error(expected: Sequence[Sequence[Any]], variant: Any, feeds: Sequence[Any]) -> float:
    """How far a session's outputs are off, relative to their size: mean over feeds and outputs of numbers."""
    import numpy as np

    errors: list[float] = []
    for feed, wanted in zip(feeds, expected, strict=True):
        for one, other in zip(wanted, variant.run(None, dict(feed)), strict=True):
            if np.asarray(one).dtype.kind != "f":
                continue
            if one.shape != other.shape:
                return float("inf")
            errors.append(float(np.linalg.norm(one - other) / max(float(np.linalg.norm(one)), 1e-9)))
    return statistics.fmean(errors) if errors else 0.0
