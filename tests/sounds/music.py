"""Music that nobody owns: chords plucked on strings, a bass line, and drums, made from arithmetic."""

from __future__ import annotations

import numpy as np

from tests.sounds.files import RATE, Samples
from tests.sounds.levels import scaled

_PROGRESSIONS = ((0, 5, 7, 0), (0, -3, 5, 7), (9, 5, 0, 7), (2, 7, 0, 0))
"""Roots in semitones over C, one a bar."""
_MAJOR, _MINOR = (0, 4, 7, 12), (0, 3, 7, 12)


def chords(seconds: float, db: float = -30.0, seed: int = 1, bpm: float = 100.0) -> Samples:
    """Broken and struck chords of decaying strings (Karplus and Strong), with a bass."""
    random = np.random.default_rng(seed)
    beat = 60 / bpm
    sound = np.zeros(int((seconds + 4) * RATE), np.float32)
    progression = _PROGRESSIONS[int(random.integers(len(_PROGRESSIONS)))]
    for number in range(int(seconds / beat) + 1):
        root = progression[number // 4 % 4] + int(random.integers(2)) * 0
        chord = _MINOR if root in (2, 9, -3) else _MAJOR
        start = number * beat
        if number % 4 == 0:
            _add(sound, start, _string(_pitch(root - 24), 1.6, random), 1.0)
        for index, step in enumerate(chord):
            late = index * beat / 4 if number % 2 else 0.01 * index
            _add(sound, start + late, _string(_pitch(root + step), 1.2, random), 0.5)
        if random.random() < 0.6:
            _add(sound, start + beat / 2, _string(_pitch(root + 12 + int(random.choice(chord))), 0.8, random), 0.7)
    return scaled(sound[: int(seconds * RATE)], db, speech=False)


def drums(seconds: float, db: float = -30.0, seed: int = 1, bpm: float = 100.0) -> Samples:
    """Bass drum, snare and hi-hat in four-four time, with small changes."""
    random = np.random.default_rng(seed)
    eighth = 30 / bpm
    sound = np.zeros(int((seconds + 1) * RATE), np.float32)
    for number in range(int(seconds / eighth) + 1):
        start = number * eighth
        _add(sound, start, _burst(0.05, 6000.0, random), 0.25)
        if number % 8 in (0, 5) or random.random() < 0.05:
            _add(sound, start, _kick(), 1.0)
        if number % 4 == 2 or random.random() < 0.04:
            _add(sound, start, _burst(0.18, 1200.0, random), 0.7)
    return scaled(sound[: int(seconds * RATE)], db, speech=False)


def band(seconds: float, db: float = -30.0, seed: int = 1, bpm: float = 100.0) -> Samples:
    """Chords and drums together."""
    both = chords(seconds, -30.0, seed, bpm) + 0.8 * drums(seconds, -30.0, seed, bpm)
    return scaled(both.astype(np.float32), db, speech=False)


def _pitch(semitones: int) -> float:
    """In hertz, counted from middle C."""
    return 261.63 * 2 ** (semitones / 12)


def _string(hertz: float, seconds: float, random: np.random.Generator) -> Samples:
    """Karplus and Strong's plucked string: a burst of noise goes round a delay line that softens it."""
    from scipy.signal import lfilter

    count, period = int(seconds * RATE), max(2, round(RATE / hertz))
    pluck = np.zeros(count, np.float32)
    pluck[:period] = random.uniform(-1, 1, period)
    feedback = np.zeros(period + 2)
    feedback[0], feedback[period], feedback[period + 1] = 1.0, -0.498, -0.498
    ringing: Samples = np.asarray(lfilter([1.0], feedback, pluck), np.float32)
    return ringing * np.linspace(1, 0, count, dtype=np.float32)


def _burst(seconds: float, above: float, random: np.random.Generator) -> Samples:
    """Noise above a frequency that dies away: a hi-hat, a snare."""
    from scipy.signal import butter, sosfilt

    count = int(seconds * RATE)
    noise = random.standard_normal(count) * np.exp(-np.arange(count) / (count / 6))
    high = butter(2, above, "highpass", fs=RATE, output="sos")
    return np.asarray(sosfilt(high, noise), np.float32)


def _kick() -> Samples:
    time = np.arange(int(0.25 * RATE)) / RATE
    return np.asarray(np.sin(2 * np.pi * (45 * time + 6 * (1 - np.exp(-time * 30)))) * np.exp(-time * 14), np.float32)


def _add(sound: Samples, start: float, note: Samples, gain: float) -> None:
    at = int(start * RATE)
    fits = max(0, min(len(note), len(sound) - at))
    sound[at : at + fits] += gain * note[:fits]
