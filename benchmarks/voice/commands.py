"""Commands understood end to end: 100 sentences in 4 voices; sound in, the right plan out.

    python -m benchmarks.voice.commands [--limit 20] [--voices joe,jm_kumo] [--noise DB]

Each sentence is said to the whole loop, after the wake phrase where it does not begin with it. What counts is the plan
that is run; the tasks themselves are stood in for, so that a camera or a file need not be there.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.voice.sentences import VOICES, Sentence, right, sentences
from jarvis.execution.fake import FunctionWorker
from jarvis.messages import Value
from jarvis.session import Memory
from jarvis.tools.handler import Inputs
from jarvis.voice.seen import Done, Words
from tests.jarvis.voice.rooms import Room, room
from tests.sounds import mix, pink, say, scaled


def _value(inputs: Inputs) -> Value:
    """Something short to say for every task."""
    return "done" if inputs.task not in ("home-control", "home-state") else {"device": "it", "state": "done"}


async def _said(here: Room, sentence: Sentence, voice: str, noise: float | None) -> tuple[list[str], bool]:
    """The words that were heard, and whether it woke at all."""
    sounds = [sentence.sound(voice)] if sentence.wakes else [scaled(say("Hey Jarvis.", voice)), sentence.sound(voice)]
    for sound in sounds:
        here.say(sound if noise is None else mix(sound, pink(len(sound) / 16_000), noise), after=0.7)
    try:
        while (await here.until(Done, seconds=25)).kind in ("nothing", "reply"):
            pass
    except TimeoutError:
        return [], False
    return [seen.text for seen in here.of(Words) if seen.final], True


async def _voice(voice: str, chosen: list[Sentence], noise: float | None) -> Counter[str]:
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        parts = {"worker": FunctionWorker(_value)}
        async with room(Path(folder), planner="local", ask=False, parts=parts, approve_all=True) as (here, _, _):
            for sentence in chosen:
                here.session.memory = Memory()
                here.forget()
                heard, woke = await _said(here, sentence, voice, noise)
                turns = here.session.memory.turns
                plan = [task.to_json() for task in turns[-1].tasks] if turns else []
                good = woke and right(plan, sentence)
                counts["right" if good else "wrong" if woke else "not woken"] += 1
                if not good:
                    print(f"  {voice} {sentence.id} {sentence.request}\n      heard: {heard}\n      plan: {plan}")
    return counts


async def run(voices: list[str], limit: int | None, noise: float | None) -> None:
    total: Counter[str] = Counter()
    for voice in voices:
        counts = await _voice(voice, sentences(limit), noise)
        total += counts
        print(f"{voice}: {counts['right']} of {counts.total()} right, {counts['not woken']} did not wake it")
    share = total["right"] / total.total()
    verdict = "ok" if share >= 0.9 else "MISSED"
    print(f"\n{share:.1%} of {total.total()} commands understood (bar 90 %, hope 97 %): {verdict}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, help="only so many sentences, of all kinds")
    parser.add_argument("--voices", default=",".join(VOICES))
    parser.add_argument("--noise", type=float, help="pink noise at so many dB below speech")
    parser.add_argument("--quick", action="store_true", help="10 sentences of one voice")
    given = parser.parse_args()
    voices = ["joe"] if given.quick else given.voices.split(",")
    asyncio.run(run(voices, 10 if given.quick else given.limit, given.noise))


if __name__ == "__main__":
    main()
