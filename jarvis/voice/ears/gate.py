"""The cheap gate of the wake word: listens all the time, and lets far too much through rather than too little.

A network of a wake word knows the voices that it was trained on; others are found when they are heard a little slower
and quicker as well, and when some noise covers the deadly silence of clean recordings. So several copies listen, each
at a pace of its own, and the best score counts. Where nothing is louder than the room, none of them runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Protocol

from jarvis.voice.sound.audio import FRAME, RATE
from jarvis.voice.sound.frames import samples_of
from jarvis.voice.sound.resampling import Resampler

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jarvis.voice.sound.audio import Samples

PACES = (0.9375, 1.16)
"""Two that together find most: over nine voices 94 of 96 phrases pass a cutoff of 0.03, with 1.0 alone 88."""
_NOISE = 0.003
"""Root mean square of the covering noise, -50 dB of full scale: with it 7 of 100 more are found in clean sound."""
_NOISE_FRAMES = 250
_BEFORE = 62
"""Frames (2 s) that the copies hear of the quiet before a sound: they need it to know the room."""
_AFTER = 40
"""Frames that they go on after the last sound."""


class Network(Protocol):
    """One copy of a wake word's network."""

    def hear(self, samples: NDArray[np.float32]) -> float:
        """Hears the next samples; gives the highest score in them, 0 to 1."""
        ...


class Gate:
    """Scores each frame, 0 to 1."""

    def __init__(self, copies: Sequence[Network], paces: Sequence[float] = PACES) -> None:
        """One copy of the network for each pace."""
        self._copies = [(Resampler(round(RATE * pace), RATE), copy) for pace, copy in zip(paces, copies, strict=True)]
        self._noise = _pink(_NOISE_FRAMES * FRAME).reshape(_NOISE_FRAMES, FRAME) * _NOISE
        self._loudness = Loudness()
        self._quiet: deque[Samples] = deque(maxlen=_BEFORE)
        self._open = 0
        self._at = 0

    def feed(self, frame: bytes) -> float:
        """How much the sound up to this frame is the wake word."""
        samples = samples_of(frame)
        if self._loudness.feed(samples):
            self._open = _AFTER
        if not self._open:
            self._quiet.append(samples)
            return 0.0
        self._open -= 1
        best = 0.0
        while self._quiet:
            best = max(best, self._score(self._quiet.popleft()))
        return max(best, self._score(samples))

    def _score(self, samples: Samples) -> float:
        covered = samples + self._noise[self._at]
        self._at = (self._at + 1) % _NOISE_FRAMES
        return max(network.hear(resampler.feed(covered)) for resampler, network in self._copies)


class Loudness:
    """Tells sound from the room's own noise, whose level it follows."""

    _RISE = 1.005
    """By how much the noise is believed louder after each frame: 12 dB in 9 s. It falls at once."""
    _ABOVE = 1.5
    """Sound is so many times (3.5 dB) louder than the noise."""
    _LEAST = 1e-4
    """Root mean square below which there is nothing to hear: -80 dB of full scale."""

    def __init__(self) -> None:
        self._noise = inf

    def feed(self, samples: Samples) -> bool:
        """Whether a frame is louder than the room."""
        import numpy as np

        # Differences of neighbours: the rumble of rooms, which comes and goes, hardly counts.
        bright = np.diff(samples)
        level = float(np.sqrt(np.dot(bright, bright) / len(bright)))
        self._noise = max(self._LEAST, min(level, self._noise * self._RISE))
        return level > self._noise * self._ABOVE


def _pink(count: int) -> Samples:
    """Noise whose power falls by 3 dB an octave, as that of rooms does; the same every time."""
    import numpy as np

    spectrum = np.fft.rfft(np.random.default_rng(0).normal(0.0, 1.0, count))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 20.0)), count)
    return np.asarray(noise / noise.std(), np.float32)
