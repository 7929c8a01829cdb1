"""How long the ears wait after the last word, and how often they cut somebody off.

    python -m benchmarks.voice.turns [--quick]

Whole commands of nine voices: seconds from the last speech to the end of the turn, with the words known as a whole
request (as after an exact household sentence), known as plain words, and not known. Commands with a pause inside: how
often the turn was ended in the pause.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from benchmarks.voice.wake import VOICES
from jarvis.settings import Settings
from jarvis.voice.ears.events import SpeechPaused, SpeechStarted, TurnEnded
from jarvis.voice.ears.opening import open_turns
from jarvis.voice.ears.turns import Words
from tests.sounds import RATE, Samples, frames, mix, pink, say, scaled, together

COMMANDS = (
    "Turn on the lamp in the bedroom.",
    "What time is it?",
    "Set a timer for ten minutes.",
    "Is the garage door closed?",
    "Read me the letter on the scanner in English.",
    "Stop.",
)
PAUSED = (
    ("Turn on the", "lamp in the bedroom."),
    ("Remind me to call my mother", "at six o'clock."),
    ("What is the weather", "in Vienna tomorrow?"),
    ("Turn off the hall light and", "close the curtains."),
)


def turns_of(sound: Samples, words: Words | None, settings: Settings) -> tuple[list[TurnEnded], float]:
    """The turns, and the seconds of CPU."""
    detector = open_turns(settings)
    ended: list[TurnEnded] = []
    began = time.process_time()
    for frame in frames(sound):
        if words is not None:
            detector.words = words
        for event in detector.feed(frame):
            if isinstance(event, TurnEnded):
                ended.append(event)
            assert not isinstance(event, SpeechStarted) or event.began >= 0
            assert not isinstance(event, SpeechPaused) or 0 <= event.complete <= 1
    return ended, time.process_time() - began


def trimmed(sound: Samples) -> Samples:
    """At the usual level, without the silence at both ends."""
    loud = np.flatnonzero(np.abs(scaled(sound)) > 0.01)
    return scaled(sound)[loud[0] : loud[-1]]


def waits(settings: Settings, voices: tuple[str, ...]) -> None:
    for name, known in (("a whole request", 1.0), ("plain words", None), ("unknown", -1.0)):
        found: list[float] = []
        cut = cpu = seconds = 0.0
        for voice in voices:
            for command in COMMANDS:
                sound = mix(together(0.7, scaled(say(command, voice)), 2.0), pink(6.0), 25.0)
                words = None if known == -1.0 else Words(command, known)
                ended, used = turns_of(sound, words, settings)
                cpu, seconds = cpu + used, seconds + len(sound) / RATE
                found += [turn.at - turn.spoke_until for turn in ended[-1:]]
                cut += len(ended) != 1
        spread = f"{np.percentile(found, 10):.2f} to {np.percentile(found, 90):.2f}"
        print(
            f"wait, words {name}: median {statistics.median(found):.2f} s ({spread}); not one turn: {cut:.0f} of "
            f"{len(found)}; {cpu / seconds:.1%} of one core"
        )


def pauses(settings: Settings, voices: tuple[str, ...]) -> None:
    for pause in (0.3, 0.5, 0.8):
        for name in ("known", "unknown"):
            cut = total = 0
            for voice in voices:
                for first, rest in PAUSED:
                    parts = (trimmed(say(first, voice)), pause, trimmed(say(rest, voice)))
                    sound = mix(together(0.7, *parts, 2.0), pink(6.0), 25.0)
                    ended, _ = turns_of(sound, Words(first) if name == "known" else None, settings)
                    cut += len(ended) != 1
                    total += 1
            print(f"a pause of {pause} s inside, words {name}: {cut} of {total} cut off")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three voices")
    voices = VOICES[:3] if parser.parse_args().quick else VOICES
    settings = Settings(threads=1)
    waits(settings, voices)
    pauses(settings, voices)


if __name__ == "__main__":
    main()
