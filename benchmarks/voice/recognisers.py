"""Recognisers and voices by themselves: word errors, computing time, memory, and the time to the first sound.

    python -m benchmarks.voice.recognisers [--quick] [--models whisper-tiny-en,moonshine-tiny-en,whisper-base]
    python -m benchmarks.voice.recognisers --mouth [--language zh]

Commands in the packaged voices (made by `tests.sounds`), and the recordings of Debian's pocketsphinx-testdata.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jarvis.settings import Settings
from jarvis.voice.mouth.speaking import Mouth
from jarvis.voice.recognition.recognisers import Recogniser, open_recogniser
from jarvis.voice.sound.sinks import NullSink
from tests.sounds import Samples, mix, pink, recordings, say

COMMANDS = """\
turn on the living room lights
set the bedroom thermostat to twenty one degrees
play some jazz music in the kitchen
is the garage door open
remind me to take out the trash at seven
turn off all the lights downstairs
what is the weather like tomorrow
who is at the front door
add milk and eggs to the shopping list
set a timer for ten minutes
dim the hall light to thirty percent
close the blinds in the study
lock the back door
read me the letter on the scanner in english
translate good morning into french
what is in this picture
turn the reading lamp off and start the movie scene
how warm is it in the nursery
stop the music
open the bedroom curtains halfway
show me the camera at the front door
turn on the fan in the office for twenty minutes""".splitlines()
VOICES = ("joe", "joe@1.2", "jm_kumo", "jf_alpha", "jf_gongitsune")
ANSWERS = {
    "en": (
        "The hall light is off.",
        "I turned the living room lights on and set the thermostat to 21 degrees.",
        "Good morning. It is 7:30, and the front door is locked.",
    ),
    "zh": ("客厅的灯已经打开了。", "现在是下午3:20，气温25度。"),
}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_UNITS += "seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def words(text: str) -> list[str]:
    """Small letters; numbers and a few signs as words, so that "20%" is "twenty percent"."""
    text = text.lower().replace("%", " percent").replace("°", " degrees").replace("mr.", "mister")
    text = text.replace("what's", "what is").replace("who's", "who is").replace("-", " ")
    return re.findall(r"[a-z']+", re.sub(r"\d+", lambda found: f" {_number(int(found[0]))} ", text))


def _number(number: int) -> str:
    if number < 20:
        return _UNITS[number]
    if number < 100:
        return f"{_TENS[number // 10 - 2]} {_UNITS[number % 10] if number % 10 else ''}"
    return " ".join(_UNITS[int(digit)] for digit in str(number))


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words to put in, take out or change."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        corner, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            corner, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, corner + (word != other))
    return row[-1]


def resident_mb() -> int:
    """Memory of this process, in MB of 10**6 bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 // 10**6


def measure(recogniser: Recogniser, name: str, said: Sequence[tuple[str, Samples]]) -> None:
    """Prints one row."""
    wrong = total = exact = 0
    took: list[float] = []
    began = sum(os.times()[:2])
    for text, sound in said:
        start = time.perf_counter()
        heard = recogniser.transcribe(sound).text
        took.append(time.perf_counter() - start)
        missed = errors(words(text), words(heard))
        wrong, total, exact = wrong + missed, total + len(words(text)), exact + (not missed)
    cpu = (sum(os.times()[:2]) - began) / len(said)
    print(
        f"| {recogniser.model_id} | {name} | {wrong / total:.1%} | {exact} of {len(said)} | "
        f"{statistics.median(took):.2f} s | {cpu:.2f} s |",
        flush=True,
    )


def hear(models: Sequence[str], quick: bool) -> None:
    """The table of recognisers."""
    commands, voices = (COMMANDS[:6], VOICES[:2]) if quick else (COMMANDS, VOICES)
    sets = {voice: [(text, say(f"{text.capitalize()}.", voice)) for text in commands] for voice in voices}
    if not quick:
        sets["all voices at 10 dB"] = [
            (text, mix(sound, pink(len(sound) / 16_000), 10)) for said in sets.values() for text, sound in said
        ]
    sets["recordings"] = [(recording.text, recording.samples) for recording in recordings() if recording.text]
    print("| model | sound | word errors | without an error | seconds | CPU seconds |\n| - | - | - | - | - | - |")
    for model in models:
        before = resident_mb()
        recogniser = open_recogniser(replace(Settings(), voice_recogniser=model))
        recogniser.transcribe(sets["recordings"][0][1])
        for name, said in sets.items():
            measure(recogniser, name, said)
        print(f"| {model} | memory: {resident_mb() - before} MB more than before | | | | |")


class _First(NullSink):
    """Says when the first sound is there."""

    def __init__(self) -> None:
        super().__init__(24_000)
        self.there = asyncio.Event()

    async def play(self, samples: Samples, rate: int) -> float:
        self.there.set()
        return await super().play(samples, rate)


async def _speak(language: str) -> None:
    before = resident_mb()
    sink = _First()
    mouth = Mouth(sink, replace(Settings(), cache_mb=0), language)
    began = time.perf_counter()
    await mouth.warm()
    print(f"loaded in {time.perf_counter() - began:.1f} s, {resident_mb() - before} MB")
    for answer in ANSWERS[language] * 3:
        sink.there.clear()
        began = time.perf_counter()
        saying = asyncio.create_task(mouth.say(answer))
        await sink.there.wait()
        print(f"first sound after {time.perf_counter() - began:.3f} s: {answer}")
        while not saying.done():
            sink.tick()
            await asyncio.sleep(0.002)
    print(f"{resident_mb() - before} MB after {3 * len(ANSWERS[language])} answers")
    await mouth.close()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--models", default="whisper-tiny-en,moonshine-tiny-en,whisper-base")
    parser.add_argument("--mouth", action="store_true")
    parser.add_argument("--language", default="en", choices=sorted(ANSWERS))
    given = parser.parse_args()
    if given.mouth:
        asyncio.run(_speak(given.language))
    else:
        hear(given.models.split(","), given.quick)


if __name__ == "__main__":
    main()
