"""Hours of life with a hub, replayed at high speed: silence, babble, music, orders; no turn is lost, nothing grows.

    python -m benchmarks.voice.life [--hours 8] [--seed 1] [--quick]

Sound runs as quickly as it can be heard, and in real time while something is computed. Each order must end in exactly
one answer. Memory is taken after each order was said twice, and at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import tempfile
import time
from pathlib import Path

from benchmarks.voice.latency import memory_mb
from jarvis.voice.seen import Done, State
from tests.jarvis.voice.rooms import Room, room
from tests.sounds import babble, chords, drums, pink

ORDERS = (
    ("Hey Jarvis, turn the kitchen light off.", "answered"),
    ("Hey Jarvis, turn on the reading lamp.", "answered"),
    ("Hey Jarvis, is the oven on?", "answered"),
    ("Hey Jarvis, what is on my shopping list?", "answered"),
    ("Hey Jarvis, turn the hall light on.", "answered"),
    ("Hey Jarvis, is the front door locked?", "answered"),
    ("Hey Jarvis, speak up.", "instant"),
    ("Hey Jarvis, quieter.", "instant"),
)


async def _order(here: Room, words: str, kind: str) -> str:
    """What went wrong with one order; "" when nothing did."""
    here.forget()
    here.words(words, after=1.0)
    try:
        done = await here.until(Done, seconds=60)
        await here.state(State.ASLEEP)
    except TimeoutError:
        return f"LOST: {words}"
    return "" if done.kind == kind else f"{done.kind} in place of {kind}: {words} ({done.text[:80]})"


async def _quiet(here: Room, seconds: float, pick: random.Random) -> None:
    """Some minutes in which nobody speaks to it."""
    what = pick.choice(("silence", "silence", "hum", "babble", "music"))
    sound = {
        "hum": lambda: pink(5.0) * 0.02,
        "babble": lambda: babble(8.0) * 0.2,
        "music": lambda: (chords(8.0) + drums(8.0)) * 0.15,
    }.get(what)
    if sound is not None:
        here.say(sound(), after=2.0)
    await here.pass_time(seconds)


async def run(hours: float, seed: int) -> None:
    pick = random.Random(seed)
    wrong: list[str] = []
    turns, began, first = 0, time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        async with room(Path(folder), isolation="process", tools=("home-control",)) as (here, loop, _):
            here.records = False
            for words, kind in ORDERS * 2:  # each model has then seen every length of sound that will come
                await _order(here, words, kind)
            gc.collect()
            first = memory_mb()
            while here.hours < hours:
                words, kind = pick.choice(ORDERS)
                turns += 1
                if problem := await _order(here, words, kind):
                    wrong.append(problem)
                    print(f"  {here.hours:5.2f} h  {problem}")
                await _quiet(here, pick.uniform(60, 420), pick)
            gc.collect()
            last = memory_mb()
            counts = dict(loop.counts)
    lost = sum(problem.startswith("LOST") for problem in wrong)
    growth = (last - first) / first
    print(f"{hours:g} hours in {(time.perf_counter() - began) / 60:.1f} minutes: {turns} orders, {counts}")
    print(f"lost turns: {lost} (bar 0): {'ok' if not lost else 'MISSED'}; answered otherwise: {len(wrong) - lost}")
    print(f"memory: {first:.0f} -> {last:.0f} MB, {growth:+.1%} (bar 5 %): {'ok' if growth < 0.05 else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a quarter of an hour")
    given = parser.parse_args()
    asyncio.run(run(0.25 if given.quick else given.hours, given.seed))


if __name__ == "__main__":
    main()
