"""Rooms: the echo of walls, and a loudspeaker's sound that comes back to the microphone."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.sounds.files import RATE, Samples
from tests.sounds.levels import scaled, speech_level


@cache
def _response(seconds: float, direct_db: float, seed: int) -> Samples:
    """The direct sound, some early reflections, and a tail of noise that falls by 60 dB in `seconds` (Moorer, 1979)."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    tail = random.standard_normal(len(time)) * 10 ** (-3 * time / seconds)
    tail[: int(0.004 * RATE)] = 0.0
    for delay in random.uniform(0.003, 0.03, 6):
        tail[int(delay * RATE)] += 4.0 * random.choice((-1.0, 1.0))
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return np.asarray(tail, np.float32)


def heard_in(samples: Samples, seconds: float = 0.4, direct_db: float = 6.0, seed: int = 1) -> Samples:
    """Sound as a microphone in a room hears it, at the same level; as long as before.

    `seconds`: until reverberation is 60 dB weaker (0.4 is a living room); `direct_db`: by how much the direct sound is
    stronger than all reflections together (6 at one metre, 0 across the room).
    """
    from scipy.signal import fftconvolve

    heard = fftconvolve(samples, _response(seconds, direct_db, seed))[: len(samples)]
    return scaled(np.asarray(heard, np.float32), speech_level(samples))


def echo(played: Samples, db: float = -20.0, delay: float = 0.06, seconds: float = 0.3, seed: int = 2) -> Samples:
    """What comes back of the loop's own voice: through the air and the room, `delay` seconds late, `db` weaker."""
    late = np.pad(played, (int(delay * RATE), 0))[: len(played)].astype(np.float32)
    return (heard_in(late, seconds, 3.0, seed) * 10 ** (db / 20)).astype(np.float32)
