"""How often the wake phrase is found, and how often something else is taken for it.

    python -m benchmarks.voice.wake [--phrases 200] [--minutes 120] [--quick] [--without-look]

Accepted: phrases of nine voices at several speeds, half of them with a command in the same breath, clean (a room at -62
dB) and with pink noise at 10 dB. False wakes: sentences of all voices (some made to resemble the phrase), recorded
speech, babble, music, and the loop's own voice as it comes back through the room after the echo canceller; the wake
phrase is in none of them but the last, where it is the answer's own.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from jarvis.settings import Settings
from jarvis.voice.ears.echo import Echo
from jarvis.voice.ears.opening import open_wake_word
from jarvis.voice.ears.wake import WakeWord
from jarvis.voice.sound.audio import SILENCE
from tests.sounds import (
    RATE,
    Samples,
    babble,
    band,
    chords,
    drums,
    echo,
    frames,
    heard_in,
    mix,
    pink,
    recordings,
    say,
    scaled,
    together,
)

VOICES = (
    "joe",
    "jm_kumo",
    "jf_nezumi",
    "jf_alpha",
    "jf_tebukuro",
    "joe@1.2",
    "joe@0.85",
    "jm_kumo@1.15",
    "jf_nezumi@0.88",
)
"""Those that sound most different to the speaker encoder (benchmarks/voice/people.py)."""
SPEEDS = (1.0, 0.85, 1.15, 1.3)
TEXTS = (
    "Hey Jarvis.",
    "Hey Jarvis, turn on the kitchen light.",
    "Hey, Jarvis!",
    "Hey Jarvis, what time is it?",
    "Hey Jarvis?",
    "Hey Jarvis, set a timer for ten minutes.",
)
OTHERS = (
    "Hey Jonas, are you there?",
    "The harvest is late this year, they say.",
    "He told Travis that the jars were full.",
    "Turn off the lamp in the bedroom and close the curtains.",
    "Hey Charlie, what is for dinner tonight?",
    "Today the jarring noise of the harbour kept everyone awake.",
    "Play some jazz in the living room, please.",
    "How many of the travellers have arrived by now?",
    "Hey, just this once, could you help me?",
    "A service for cars is down the street.",
    "Okay Google, play the news.",
    "They charged us for the carving knives.",
    "The weather in Vienna will be fine until Thursday evening.",
    "Her drivers are in the garden, and the guests are having tea.",
    "Say, Jervis Bay is a village in Australia.",
    "I read the whole letter to my grandmother before she went to bed.",
)
ANSWERS = (
    "The hall light is off now, and the letter says that your books are due on Friday.",
    "My name is Jarvis. Say hey Jarvis, and I listen.",
    "It is ten past seven. Rain is expected in the afternoon, with nine degrees.",
)


@dataclass(frozen=True)
class Sample:
    name: str
    samples: Samples


def phrases(count: int) -> Iterator[Sample]:
    """Voices in turn; joe says each differently."""
    takes = itertools.product(SPEEDS, TEXTS)
    for number, (speed, text) in enumerate(itertools.islice(itertools.cycle(takes), -(-count // len(VOICES)))):
        for voice in VOICES[: max(0, count - number * len(VOICES))]:
            take = number if voice.startswith("joe") else 0
            yield Sample(f"{voice} x{speed} {text}", scaled(say(text, voice, speed, take=take)))


def in_room(sound: Samples, snr_db: float | None, seed: int) -> Samples:
    padded = together(1.0, sound, 1.2)
    noise = pink(8.0)
    if snr_db is not None:
        return mix(padded, noise, snr_db, at=seed % 7)
    return padded + np.resize(scaled(noise, -62.0, speech=False), len(padded))


def wakes(word: WakeWord, sound: Samples) -> list[str]:
    """When the phrase was heard, and how well it fitted."""
    found = ((number, word.feed(frame)) for number, frame in enumerate(frames(sound)))
    return [f"at {number * 0.032:.1f} s: {hit.likelihood:.1f}, gate {hit.score:.2f}" for number, hit in found if hit]


def accepted(settings: Settings, samples: list[Sample], snr_db: float | None) -> list[str]:
    """The phrases that were not found."""
    word = open_wake_word(settings)
    missed: list[str] = []
    for number, sample in enumerate(samples):
        if not wakes(word, in_room(sample.samples, snr_db, number)):
            missed.append(sample.name)
    return missed


def speech(seed: int) -> Samples:
    """About three minutes of sentences, voices mixed, some far away."""
    random = np.random.default_rng(seed)
    parts: list[Samples | float] = []
    for text in random.permutation(np.array(OTHERS)):
        voice = str(random.choice(np.array(VOICES)))
        sound = scaled(say(str(text), voice, float(random.choice([1.0, 1.15]))), float(random.uniform(-36, -20)))
        parts += [heard_in(sound, 0.4, 3.0, seed) if random.random() < 0.5 else sound, float(random.uniform(0.2, 1.5))]
    return mix(together(*parts), pink(8.0), 25.0)


def own_voice(seed: int) -> Samples:
    """Own answers, 8 to 30 dB weaker through the room, after the echo canceller."""
    random = np.random.default_rng(seed)
    played = together(*itertools.chain(*((scaled(say(text, "joe"), -20.0), 1.0) for text in ANSWERS)))
    back = echo(played, -float(random.uniform(8, 30)), float(random.uniform(0.02, 0.25)), seed=seed)
    heard = back + np.resize(scaled(pink(8.0), -60.0, speech=False), len(back))
    canceller = Echo()
    clean = b"".join(canceller.feed(a, b) for a, b in zip(frames(heard), frames(played), strict=True))
    return np.frombuffer(clean, "<i2").astype(np.float32) / 32768


def others(seed: int) -> Iterator[Sample]:
    """One round of sound without the wake phrase, about six minutes."""
    yield Sample("speech", speech(seed))
    yield Sample("recorded", together(*itertools.chain(*((scaled(r.samples), 0.5) for r in recordings()))))
    yield Sample("music", scaled(band(30.0), -25.0, speech=False))
    yield Sample("music", scaled(together(chords(15.0), drums(15.0)), -25.0, speech=False))
    yield Sample("babble", scaled(babble(40.0), -25.0, speech=False))
    yield Sample("own voice", own_voice(seed))


def false_wakes(settings: Settings, minutes: float) -> None:
    word = open_wake_word(settings)
    seconds: Counter[str] = Counter()
    found: Counter[str] = Counter()
    cpu = 0.0
    for seed in itertools.count():
        for sample in others(seed):
            seconds[sample.name] += len(sample.samples) / RATE
            began = time.process_time()
            hits = wakes(word, sample.samples)
            found[sample.name] += len(hits)
            for hit in hits:
                print(f"  false: {sample.name} {seed} {hit}")
            cpu += time.process_time() - began
        if sum(seconds.values()) >= 60 * minutes:
            break
    total = sum(seconds.values())
    print(f"false wakes: {sum(found.values())} in {total / 3600:.2f} h; {cpu / total:.1%} of one core while it listens")
    for name in seconds:
        print(f"  {name}: {found[name]} in {seconds[name] / 60:.0f} min")


def idle(settings: Settings, seconds: float = 120.0) -> None:
    word = open_wake_word(settings)
    quiet = frames(np.resize(scaled(pink(8.0), -62.0, speech=False), int(seconds * RATE)))
    for name, sound in (("a quiet room", quiet), ("digital silence", [SILENCE] * len(quiet))):
        began = time.process_time()
        for frame in sound:
            word.feed(frame)
        print(f"idle, {name}: {(time.process_time() - began) / seconds:.2%} of one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phrases", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--quick", action="store_true", help="36 phrases, 6 minutes")
    parser.add_argument("--without-look", action="store_true", help="the gate alone")
    asked = parser.parse_args()
    count, minutes = (36, 6.0) if asked.quick else (asked.phrases, asked.minutes)
    settings = replace(Settings(threads=1), voice_wake_check="none" if asked.without_look else "moonshine-tiny-en")
    samples = list(phrases(count))
    for name, snr_db in (("clean", None), ("10 dB noise", 10.0)):
        missed = accepted(settings, samples, snr_db)
        share = 1 - len(missed) / len(samples)
        print(f"accepted, {name}: {len(samples) - len(missed)} of {len(samples)} ({share:.1%})")
        for line in missed:
            print(f"  missed: {line}")
    idle(settings)
    false_wakes(settings, minutes)


if __name__ == "__main__":
    main()
