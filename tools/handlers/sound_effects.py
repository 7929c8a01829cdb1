"""Simple changes to mono sound, each a few lines of arithmetic: samples in [-1, 1], shape [samples], in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


def scaled(samples: Samples, factor: float) -> Samples:
    """Louder or quieter; peaks that would clip are bent softly (tanh above 0.8)."""
    loud = samples * np.float32(factor)
    over = np.abs(loud) > 0.8
    loud[over] = np.sign(loud[over]) * (0.8 + 0.2 * np.tanh((np.abs(loud[over]) - 0.8) / 0.2))
    return loud


def normalised(samples: Samples, peak: float = 0.89) -> Samples:
    """The loudest sample at `peak` (-1 dB)."""
    loudest = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(peak / loudest) if loudest else samples


def trimmed(samples: Samples, rate: int) -> Samples:
    """Without silence at both ends, and with pauses inside cut to 0.3 s. Silent: 40 dB below the loudest 20 ms."""
    size = rate // 50
    frames = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(level > level.max(initial=0.0) * 0.01)
    if not len(loud):
        return samples
    distance = np.abs(np.arange(len(frames))[:, None] - _nearest(loud, len(frames))).min(axis=1)
    kept = distance <= 7
    kept[: max(0, loud[0] - 2)] = False
    kept[loud[-1] + 3 :] = False
    return np.asarray(frames[kept].reshape(-1), np.float32)


def _nearest(loud: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """For each of `count` frames the loud frames before and after it, shape [count, 2]."""
    after = np.minimum(np.searchsorted(loud, np.arange(count)), len(loud) - 1)
    return np.stack([loud[np.maximum(after - 1, 0)], loud[after]], axis=1)


def faded(samples: Samples, rate: int, start: float = 0.0, end: float = 0.0) -> Samples:
    """Risen from silence over `start` seconds and sunk into it over the last `end` seconds."""
    out = samples.copy()
    rise, sink = (min(len(out), int(seconds * rate)) for seconds in (start, end))
    out[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    out[len(out) - sink :] *= np.linspace(1, 0, sink, dtype=np.float32)
    return out


def echoed(samples: Samples, rate: int, delay: float = 0.25, decay: float = 0.45, repeats: int = 4) -> Samples:
    """Repeated `repeats` times, each `delay` seconds later and `decay` as loud; longer by the last repeat."""
    step = int(delay * rate)
    out = np.zeros(len(samples) + repeats * step, np.float32)
    for index in range(repeats + 1):
        out[index * step : index * step + len(samples)] += samples * np.float32(decay**index)
    return normalised(out, min(1.0, float(np.abs(samples).max(initial=0.0))))


def stretched(samples: Samples, rate: int, factor: float) -> Samples:
    """Spoken `factor` times as fast at the same pitch, by WSOLA (Verhelst and Roelands, 1993).

    Frames of 40 ms are overlapped by half; each is taken from where, within 10 ms, it continues the last one best.
    """
    half = rate // 50
    reach = rate // 100
    window = np.hanning(2 * half + 1)[:-1].astype(np.float32)
    padded = np.pad(samples, (reach, 4 * half + 2 * reach))
    count = max(1, int(len(samples) / factor / half))
    out = np.zeros((count + 1) * half, np.float32)
    at = reach
    for index in range(count):
        if index:
            wanted = padded[at + half : at + 3 * half]
            near = min(int(index * half * factor), len(samples))
            at = near + _best(padded[near : near + 2 * half + 2 * reach], wanted)
        out[index * half : (index + 2) * half] += padded[at : at + 2 * half] * window
    return out


def _best(region: Samples, wanted: Samples) -> int:
    """Where in `region` the sound is most like `wanted`."""
    likeness = np.correlate(region, wanted, mode="valid")
    energy = np.convolve(region**2, np.ones(len(wanted), np.float32), mode="valid")
    return int(np.argmax(likeness / np.sqrt(energy + 1e-6)))
