"""What is heard when nobody speaks to Jarvis: hiss, rumble, mains hum, and many voices at once."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.sounds.files import RATE, Samples
from tests.sounds.levels import SPEECH_DB, scaled
from tests.sounds.voices import say

TALKERS = ("joe", "joe@0.85", "joe@1.2", "jm_kumo", "jf_nezumi@0.88")
_TALK = (
    "The train to the coast leaves at half past nine, and there are still some tickets left.",
    "My sister painted the fence last summer, but the rain has washed most of it away.",
    "If you boil the potatoes first, they will be done at the same time as the fish.",
    "He told me that the meeting was moved to Thursday because of the holiday.",
    "We walked around the lake twice and saw three herons and a very old boat.",
    "Nobody remembers who left the window open, and now the carpet is wet.",
)


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(int(seconds * RATE), np.float32)


def white(seconds: float, db: float = -40.0, seed: int = 1) -> Samples:
    """Hiss: the same power at every frequency."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * RATE)).astype(np.float32)
    return scaled(noise, db, speech=False)


def pink(seconds: float, db: float = -40.0, seed: int = 1) -> Samples:
    """Like a fan or a kitchen: each octave has the same power."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    shaped = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequency, 20.0)), count).astype(np.float32)
    return scaled(shaped, db, speech=False)


def hum(seconds: float, db: float = -45.0, mains: float = 50.0) -> Samples:
    """A bad power supply: the mains frequency and its first harmonics."""
    time = np.arange(int(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * mains * (k + 1) * time) / (k + 1) for k in range(6))
    return scaled(np.asarray(tones, np.float32), db, speech=False)


def babble(seconds: float, voices: tuple[str, ...] = TALKERS, db: float = SPEECH_DB, seed: int = 1) -> Samples:
    """People talking over each other, each voice on and on; never the wake word."""
    random = np.random.default_rng(seed)
    sum_of_all = np.zeros(int(seconds * RATE), np.float32)
    for number, voice in enumerate(voices):
        talk = _talk(voice, number)
        sum_of_all += np.resize(np.roll(talk, int(random.integers(len(talk)))), len(sum_of_all))
    return scaled(sum_of_all, db, speech=False)


@cache
def _talk(voice: str, first: int) -> Samples:
    said = [scaled(say(_TALK[(first + k) % len(_TALK)], voice)) for k in range(2)]
    return np.concatenate(said)
