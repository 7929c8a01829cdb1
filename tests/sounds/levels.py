"""How loud sound is, and sounds put together at known levels."""

from __future__ import annotations

import numpy as np

from tests.sounds.files import RATE, Samples

SPEECH_DB = -26.0
"""Active level of speech that a near microphone gives, in dB of full scale."""


def decibels(samples: Samples) -> float:
    """Root mean square in dB of full scale; -200 for silence."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return float(10 * np.log10(max(power, 1e-20)))


def speech_level(samples: Samples) -> float:
    """The level while someone speaks, pauses left out, in dB of full scale.

    As ITU-T P.56 in spirit: frames of 20 ms within 25 dB of the loudest ones count.
    """
    size = RATE // 50
    whole = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    if not len(whole):
        return decibels(samples)
    power = np.mean(whole**2, axis=1)
    loud = power[power >= np.percentile(power, 95) * 10**-2.5]
    return float(10 * np.log10(max(float(loud.mean()) if len(loud) else 0.0, 1e-20)))


def scaled(samples: Samples, db: float = SPEECH_DB, *, speech: bool = True) -> Samples:
    """The same sound at a level; of speech its active level, of anything else the mean one."""
    now = speech_level(samples) if speech else decibels(samples)
    return samples if now < -150 else np.asarray(samples * 10 ** ((db - now) / 20), np.float32)


def mix(speech: Samples, noise: Samples, snr_db: float, at: float = 0.0) -> Samples:
    """Speech with noise under all of it; `snr_db`: by how much the active speech is louder than the noise.

    Noise that is too short is repeated, noise that is too long is cut; `at`: seconds of it to leave out first.
    """
    under = np.resize(np.roll(noise, -int(at * RATE)), len(speech)).astype(np.float32)
    level = speech_level(speech) - snr_db
    return np.asarray(np.clip(speech + scaled(under, level, speech=False), -1.0, 1.0), np.float32)


def together(*parts: Samples | float) -> Samples:
    """Sounds one after the other; a number is a pause of so many seconds."""
    made = [np.zeros(int(part * RATE), np.float32) if isinstance(part, float | int) else part for part in parts]
    return np.asarray(np.concatenate([np.zeros(0, np.float32), *made]), np.float32)
