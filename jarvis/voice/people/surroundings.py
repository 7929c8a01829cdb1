"""The same speech as it would sound in a noisy kitchen and across a room: so that a voice is known there, too.

An encoder hears a noisy voice as another one. Learned clean alone, every sentence in 10 dB of noise was refused;
learned in these three ways, as many as in silence are known (docs/people.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jarvis.voice.sound.audio import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOUDER = 10.0
"""By how many dB the speech is louder than the noise."""
_ECHO = 0.4
"""Seconds until the echo of the room is 60 dB weaker; it is half as strong as the direct sound."""
_SEED = 20


def surroundings(speech: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Speech as it is, in noise, and in a room; each at the same level, the same every time."""
    yield speech
    yield _in_noise(speech)
    yield _in_a_room(speech)


def _in_noise(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """With pink noise under it: each octave has the same power, as from a fan or a tap."""
    import numpy as np

    count = len(speech)
    spectrum = np.fft.rfft(np.random.default_rng(_SEED).standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0))
    noise = np.fft.irfft(spectrum, count)
    noise *= 10 ** (-_LOUDER / 20) * _size(speech) / max(_size(noise), 1e-9)
    return np.asarray(speech + noise, np.float32)


def _in_a_room(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """With a tail of noise that dies away after every sound."""
    import numpy as np
    from scipy.signal import fftconvolve

    time = np.arange(int(_ECHO * RATE)) / RATE
    response = np.random.default_rng(_SEED).standard_normal(len(time)) * 10 ** (-3 * time / _ECHO)
    response *= np.sqrt(0.5 / np.sum(response**2))
    response[0] = 1.0
    return np.asarray(fftconvolve(speech, response)[: len(speech)], np.float32)


def _size(samples: NDArray[np.floating[Any]]) -> float:
    import numpy as np

    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
