"""Measures installed models as they run here: each in a process of its own, on real inputs."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.execution.processes import ProcessWorker
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.optimizing.examples import Examples
from jarvis.optimizing.measurements import Measurement
from jarvis.optimizing.trial import FORGETFUL
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

_PATIENCE = 600.0
"""Seconds that a model may take to load."""


def measure(card: ModelCard, examples: Examples, folder: Path, *, threads: int = 2, repeat: int = 3) -> Measurement:
    """Loads a model into a fresh process and runs it on each input `repeat` times. `folder` takes what it makes.

    Raises:
        ModelError: it cannot be loaded.
        TaskError: it can do none of the inputs.
    """
    card = card.model_copy(update={"parameters": {**card.parameters, **FORGETFUL}})
    worker = ProcessWorker(RuntimeOptions(threads), slots=1, leak_factor=math.inf)
    try:
        begun = time.perf_counter()
        worker.warm(card).result(timeout=_PATIENCE)
        load = time.perf_counter() - begun
        took, factors = _runs(worker, card, examples, folder, repeat)
        memory = max((_most_mb(process.pid, process.mb) for process in worker.processes), default=0.0)
    finally:
        worker.unload()
    return Measurement(
        card.id,
        examples.spec.name,
        threads,
        repeat,
        f"{len(examples.all)} inputs, {examples.where}",
        statistics.median(took),
        quantile(took, 0.95),
        load,
        memory,
        statistics.median(factors) if factors else None,
    )


def _runs(
    worker: ProcessWorker, card: ModelCard, examples: Examples, folder: Path, repeat: int
) -> tuple[list[float], list[float]]:
    """Seconds of each run, and for sounds the seconds for a second of it. The first run of all does not count."""
    took: list[float] = []
    factors: list[float] = []
    refusal = ""
    for number in range(repeat + 1):
        for inputs in examples.all[:1] if number == 0 else examples.all:
            begun = time.perf_counter()
            try:
                value = asyncio.run(_once(worker, card, examples, inputs, folder))
            except TaskError as error:
                refusal = str(error)
                continue
            spent = time.perf_counter() - begun
            if number:
                took.append(spent)
                factors += [spent / length for length in [_sound_seconds(inputs, value)] if length]
    if not took:
        raise TaskError(f"{card.name} could do none of the inputs ({refusal}); name a folder of your own with --data")
    return took, factors


async def _once(worker: ProcessWorker, card: ModelCard, examples: Examples, inputs: Inputs, folder: Path) -> Value:
    sink = Sink(ArtifactFolder(folder), Provenance(1, inputs.task, card.id))
    return (await worker.run(Task(1, examples.spec.name, {}), examples.spec, card, inputs, sink)).value


def _sound_seconds(inputs: Inputs, value: Value) -> float:
    """How long the recording is that went in, or else the one that came out; 0 for neither."""
    from jarvis.tools.media import read_audio

    for one in (*inputs.values.values(), value):
        if isinstance(one, Artifact) and one.media_type.startswith("audio/"):
            return len(read_audio(one.path, 16_000)) / 16_000
    return 0.0


def _most_mb(pid: int, now: float) -> float:
    """The most memory that a process ever took, in MB of 2**20 bytes; where the system does not say, what it takes."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass  # not Linux, or the process is gone
    return now


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies: the nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
