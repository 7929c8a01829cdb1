"""Measures how well voices are told apart, where the threshold belongs, and how well languages are.

python -m benchmarks.voice.people [--quick] [--languages FOLDER] [--json FILE]

Every voice that can be had here is enrolled with the sentences of jarvis/voice/people/enrolment.py, and says ten other
ones: clean, in 10 dB of pink noise or music, and across a room. Each of them is compared with every enrolled voice:
with its own it should be near, with all others far. Voices: the packaged ones and those made of them
(tests/sounds/voices.py), espeak-ng's where it is installed, and the people of Debian's `pocketsphinx-testdata` as
strangers. Synthetic voices are steadier than people, so real households will see more errors than stand here.

`--languages`: a folder with recorded speech in subfolders named by language (en, zh, ...), as the package
`pytest-audioeval` has in `pytest_audioeval/samples/audio`; prints how often the language was told right.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.speaker import SpeakerEncoder, speech_of
from jarvis.voice.people.enrolment import SENTENCES, Enrolment
from tests.sounds import PACKAGED, RATE, VOICES, Samples, band, heard_in, mix, pink, recordings, say, scaled, together

SAID = (
    "Turn off the heating.",
    "Is the garage door closed?",
    "Play some jazz in the living room, not too loud.",
    "How long do I have to boil an egg?",
    "Remind me to call my mother at six o'clock.",
    "Who is at the door?",
    "Open the blinds in the bedroom.",
    "What is written on this page?",
    "Lock up, please.",
    "Tell me what the camera in the garden sees right now.",
)
ESPEAK = ("en-us+f2", "en-us+f4", "en-us+m3", "en-us+m7", "en-gb-scotland", "en-us+klatt2")
PLACES: Mapping[str, Callable[[Samples], Samples]] = {
    "clean": lambda said: said,
    "10 dB of noise": lambda said: mix(said, pink(5.0, seed=5), 10.0),
    "10 dB of music": lambda said: mix(said, band(8.0, seed=3), 10.0),
    "across the room": lambda said: heard_in(said, 0.5, 3.0, seed=4),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the packaged voices and four sentences")
    parser.add_argument("--languages", type=Path, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    result = speakers(quick=options.quick)
    if options.languages:
        result["languages"] = languages(options.languages)
    _print(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def speakers(*, quick: bool) -> dict[str, Any]:
    card = Registry.load().get("speaker-encoder")
    encoder = SpeakerEncoder(locate(card), RuntimeOptions(threads=1))
    voices = PACKAGED if quick else (*VOICES, *(f"espeak:{name}" for name in ESPEAK if shutil.which("espeak-ng")))
    enrolled = {voice: enrol(encoder, voice) for voice in voices}
    own: dict[str, list[float]] = {place: [] for place in PLACES}
    others: dict[str, list[float]] = {place: [] for place in PLACES}
    trials: list[tuple[float, float]] = []
    seconds: list[float] = []
    mistaken = 0
    for voice, text, place in itertools.product(voices, SAID[:4] if quick else SAID, PLACES):
        sound = PLACES[place](together(0.3, scaled(say(text, voice)), 0.3))
        started = time.process_time()
        heard = encoder.embed(sound)
        seconds.append(time.process_time() - started)
        if heard is None:
            continue
        scores = {name: _score(known, heard) for name, known in enrolled.items()}
        own[place].append(scores.pop(voice))
        others[place] += scores.values()
        mistaken += max(scores.values()) > own[place][-1]
        trials.append((len(speech_of(sound)) / RATE, own[place][-1]))
    strangers = [_score(known, heard) for heard in _strangers(encoder) for known in enrolled.values()]
    everyone = [score for scores in own.values() for score in scores]
    foreign = [score for scores in others.values() for score in scores]
    threshold = float(card.parameters["threshold"])
    return {
        "voices": len(voices),
        "trials": len(everyone),
        "cpu_seconds": statistics.median(seconds),
        "nearest_is_another": mistaken,
        "places": {place: _rates(own[place], others[place], threshold) for place in PLACES},
        "all": _rates(everyone, foreign, threshold),
        "real_strangers": {"trials": len(strangers), "accepted": sum(score >= threshold for score in strangers)}
        | ({"highest": max(strangers)} if strangers else {}),
        "short": _refused([score for length, score in trials if length < 1.5], threshold),
        "long": _refused([score for length, score in trials if length >= 1.5], threshold),
        "threshold": threshold,
        "alike": _alike(enrolled),
    }


def enrol(encoder: SpeakerEncoder, voice: str) -> Samples:
    enrolment = Enrolment(encoder)
    for text in SENTENCES:
        problem = enrolment.add(together(0.3, scaled(say(text, voice)), 0.3))
        if problem:
            sys.exit(f"{voice}: {problem}")
    return enrolment.finish().voices


def _score(known: Samples, heard: Samples) -> float:
    """As `People.nearest`: the best of the surroundings in which the voice was learned."""
    return float((known @ heard).max())


def _strangers(encoder: SpeakerEncoder) -> list[Samples]:
    try:
        heard = [encoder.embed(recording.samples) for recording in recordings()]
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return []
    return [voice for voice in heard if voice is not None]


def _rates(own: list[float], others: list[float], threshold: float) -> dict[str, float]:
    """Equal-error rate with its threshold; and what the threshold of the card refuses and lets in."""
    mine, foreign = np.array(own), np.array(others)
    marks = np.linspace(0, 1, 1001)
    refused = np.array([(mine < mark).mean() for mark in marks])
    accepted = np.array([(foreign >= mark).mean() for mark in marks])
    at = int(np.argmin(np.abs(refused - accepted)))
    return {
        "equal_error": float((refused[at] + accepted[at]) / 2),
        "at": float(marks[at]),
        "refused": float((mine < threshold).mean()),
        "accepted": float((foreign >= threshold).mean()),
        "own": float(mine.mean()),
        "others": float(foreign.mean()),
    }


def _refused(scores: list[float], threshold: float) -> dict[str, float]:
    return {"trials": len(scores), "refused": float(np.mean(np.array(scores) < threshold)) if scores else 0.0}


def _alike(enrolled: dict[str, Samples]) -> list[tuple[str, str, float]]:
    """The pairs of voices that are nearest to each other."""
    pairs = [(a, b, float(enrolled[a][0] @ enrolled[b][0])) for a, b in itertools.combinations(enrolled, 2)]
    return sorted(pairs, key=lambda pair: -pair[2])[:12]


def languages(folder: Path) -> dict[str, Any]:
    """How often the spoken language is told right: among all, among the folder's, among each pair with English."""
    from jarvis.settings import Settings
    from jarvis.voice.recognition.recognisers import open_whisper
    from jarvis.voice.recognition.spoken import choose

    model = open_whisper(Settings(threads=1))
    clips = [(path.parent.name, _recorded(path)) for path in sorted(folder.glob("*/*.wav"))]
    known = sorted({code for code, _ in clips})
    free = among = pairs = tried = 0
    seconds: list[float] = []
    for code, sound in clips:
        started = time.process_time()
        found = model.languages(sound, 5 * RATE)
        seconds.append(time.process_time() - started)
        free += bool(found) and found[0][0] == code
        among += choose(found, known, "") == code
        for other in known:
            if other != code:
                tried += 1
                pairs += choose(found, (code, other), "") == code
    cpu = statistics.median(seconds)
    return {"clips": len(clips), "free": free, "among": among, "pairs": pairs, "pairs_tried": tried, "cpu_seconds": cpu}


def _recorded(path: Path) -> Samples:
    import soundfile
    from scipy.signal import resample_poly

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    divisor = int(np.gcd(rate, RATE))
    return np.asarray(resample_poly(samples.mean(axis=1), RATE // divisor, rate // divisor), np.float32)


def _print(result: dict[str, Any]) -> None:
    print(f"{result['voices']} voices, {result['trials']} sentences, {result['cpu_seconds']:.2f} CPU seconds each")
    print("| | equal error | at | refused | others let in | own score | others' |\n| --- |" + " ---: |" * 6)
    for place, row in (*result["places"].items(), ("all", result["all"])):
        shares = [f"{100 * row[name]:.1f} %" for name in ("equal_error",)] + [f"{row['at']:.2f}"]
        shares += [f"{100 * row[name]:.1f} %" for name in ("refused", "accepted")]
        shares += [f"{row[name]:.2f}" for name in ("own", "others")]
        print(f"| {place} | {' | '.join(shares)} |")
    for name in ("nearest_is_another", "real_strangers", "short", "long", "threshold", "languages"):
        if name in result:
            print(f"{name}: {result[name]}")
    print("nearest pairs: " + ", ".join(f"{a} / {b} {score:.2f}" for a, b, score in result["alike"]))


if __name__ == "__main__":
    main()
