"""How long a turn takes: every stage from the end of speech to the first sound of the answer, in one run.

    python -m benchmarks.voice.latency [--quick] [--times 3]

The whole loop with its real models hears sentences in a simulated room. First household commands that the fast path
plans, then requests that the embedded model plans and whose models are warm; then somebody interrupts; then nothing
happens, and the CPU and memory of doing nothing are measured. Seconds are medians; "sound" is the first sample of the
answer that is louder than silence, handed to the sink (a device adds its own buffer).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jarvis.voice.seen import Done, Interrupted, Measured, State
from jarvis.voice.sound.frames import samples_of
from tests.jarvis.voice.rooms import Room, room

HOUSEHOLD = (
    "Hey Jarvis, turn the kitchen light off.",
    "Hey Jarvis, turn on the reading lamp.",
    "Hey Jarvis, set the living room light to fifty percent.",
    "Hey Jarvis, is the oven on?",
    "Hey Jarvis, close the garage door.",
)
PLANNED = (
    "Hey Jarvis, what is the sentiment of this sentence, I love this house.",
    "Hey Jarvis, which language is this, bonjour mes amis.",
    "Hey Jarvis, tell me how similar good morning and good evening are.",
    "Hey Jarvis, tell me the state of the oven and the state of the front door.",
)
STAGES = ("end_of_turn", "words", "planned", "started", "claim", "sound")


def memory_mb(pid: int | None = None) -> float:
    """The resident memory of a process and its children, in MB; what they share is counted once."""
    pid = pid or os.getpid()
    own = sum(int(line.split()[1]) for line in _lines(f"/proc/{pid}/smaps_rollup") if line.startswith("Pss:")) / 1024
    return own + sum(memory_mb(child) for child in _children(pid))


def cpu_seconds() -> float:
    """The CPU time of this process and its children that still run."""
    return _cpu(os.getpid())


def _cpu(pid: int) -> float:
    fields = _lines(f"/proc/{pid}/stat")[0].rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") + sum(_cpu(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    """Those of all its threads."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in " ".join(_lines(str(path))).split()]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:  # a child that has just ended
        return []


async def _turns(here: Room, sentences: Sequence[str], times: int) -> list[Measured]:
    for sentence in sentences * times:
        here.words(sentence, after=1.0)
        done = await here.done()
        await here.state(State.ASLEEP)
        print(f"  {sentence.removeprefix('Hey Jarvis, '):70} {done.kind}: {' '.join(done.text.split())[:70]}")
    measured = here.of(Measured)
    here.forget()
    return measured


def _table(name: str, measured: Sequence[Measured], bar: float, hope: float) -> None:
    print(f"\n{name}: {len(measured)} turns, {sum(m.filler for m in measured)} began with a filler, "
          f"{sum(m.ahead for m in measured)} planned ahead")  # fmt: skip
    print(f"{'stage':14}{'median':>8}{'p90':>8}{'worst':>8}")
    for stage in STAGES:
        times = sorted(value for each in measured if (value := getattr(each, stage)) is not None)
        if times:
            p90 = times[min(len(times) - 1, int(0.9 * len(times)))]
            print(f"{stage:14}{statistics.median(times):8.2f}{p90:8.2f}{times[-1]:8.2f}")
    sound = statistics.median([each.sound for each in measured if each.sound is not None])
    print(f"end of speech -> first sound: {sound:.2f} s (bar {bar}, hope {hope}): {'ok' if sound <= bar else 'MISSED'}")


async def _barge_in(here: Room, times: int) -> list[float]:
    """Seconds from the first sound of who interrupts until the loudspeaker is silent."""
    found: list[float] = []
    for _ in range(times):
        here.words("Hey Jarvis, what is on my shopping list?", after=1.0)
        await here.state(State.SPEAKING)
        start = len(here.heard)
        here.words("Stop.", after=0.8)
        await here.until(Interrupted)
        await here.until(Done, lambda done: done.kind == "instant")
        played = samples_of(b"".join(here.heard[start:]))
        loud = np.flatnonzero(abs(played) > 0.01)
        spoke = 0.8
        found.append(max(0.0, float(loud[-1]) / 16_000 - spoke) if len(loud) else 0.0)
        await here.state(State.ASLEEP)
    return found


async def _idle(here: Room, seconds: float) -> float:
    """The share of one core that listening to a quiet room takes, in real time."""
    with here.pace.busy():
        await asyncio.sleep(1.0)
        cpu, wall = cpu_seconds(), time.perf_counter()
        await asyncio.sleep(seconds)
        return (cpu_seconds() - cpu) / (time.perf_counter() - wall)


async def run(times: int, idle: float, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with room(Path(folder), planner="local", isolation="process", tools=("home-control",)) as (here, _, _):
            await _turns(here, HOUSEHOLD[:1], 1)
            household = await _turns(here, HOUSEHOLD[: 2 if quick else None], times)
            memory = memory_mb()
            await _turns(here, PLANNED[: 2 if quick else None], 1)
            planned = await _turns(here, PLANNED[: 2 if quick else None], times)
            _table("household commands (fast path)", household, 0.9, 0.5)
            _table("planned requests (embedded model, models warm)", planned, 1.8, 1.0)
            barge = await _barge_in(here, 1 if quick else 3)
            print(f"\nbarge-in -> silence: {max(barge) * 1000:.0f} ms at worst (bar 150, hope 80): "
                  f"{'ok' if max(barge) <= 0.15 else 'MISSED'}")  # fmt: skip
            share = await _idle(here, idle)
            print(f"idle: {100 * share:.1f} % of one core (bar 6, hope 3): {'ok' if share <= 0.06 else 'MISSED'}")
            print(
                f"memory of the whole loop: {memory:.0f} MB (bar 700, hope 450): {'ok' if memory <= 700 else 'MISSED'}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer sentences, once each")
    parser.add_argument("--times", type=int, default=3, help="how often each sentence is said")
    parser.add_argument("--idle", type=float, default=20.0, help="seconds of listening to nothing")
    given = parser.parse_args()
    asyncio.run(run(1 if given.quick else given.times, 5.0 if given.quick else given.idle, given.quick))


if __name__ == "__main__":
    main()
