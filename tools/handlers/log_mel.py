"""Log-mel spectrograms as Whisper was trained on (openai/whisper `audio.py`, MIT): 80 bands of 16 kHz sound."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
WINDOW, HOP, BANDS = 400, 160, 80
CHUNK = 30 * RATE
"""Whisper hears 30 seconds at a time."""


def log_mel(samples: NDArray[np.float32], seconds: int = CHUNK // RATE) -> NDArray[np.float32]:
    """The log-mel spectrogram of the first `seconds` at 16 kHz, shape [80, 100 a second]; what is shorter gets silence.

    Hann window of 25 ms every 10 ms, reflected at the edges; power, mel bands, log10, the lowest 8 decades below the
    loudest cut off, scaled to about [-1, 1].
    """
    import numpy as np

    length = seconds * RATE
    sound = np.zeros(length, np.float32)
    sound[: len(samples)] = samples[:length]
    sound = np.pad(sound, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP][: length // HOP]
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    mel = np.log10(np.maximum(power @ mel_bands().T, 1e-10)).T
    mel = np.maximum(mel, mel.max() - 8.0)
    return np.ascontiguousarray((mel + 4.0) / 4.0, dtype=np.float32)


@cache
def mel_bands(bands: int = BANDS, window: int = WINDOW) -> NDArray[np.float32]:
    """Triangular mel filters of equal area ("slaney", as `librosa.filters.mel`), shape [bands, window / 2 + 1]."""
    import numpy as np

    # Slaney's mel scale: linear up to 1 kHz (15 mel), then 27 mel for each factor of 6.4.
    mels = np.linspace(0.0, 15.0 + 27.0 * np.log(RATE / 2 / 1000.0) / np.log(6.4), bands + 2)
    edges = np.where(mels < 15.0, mels * 200.0 / 3.0, 1000.0 * np.exp((mels - 15.0) * np.log(6.4) / 27.0))
    bins = np.fft.rfftfreq(window, 1 / RATE)
    rising = (bins[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins[None]) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None], np.float32)
