"""smart-turn v3 (Daily, BSD-2): whether someone who paused has finished, from the melody of the last 8 s of speech.

A Whisper encoder with one output. `input_features` [1, 80, 800]: log-mel of 8 s that end where the speech ends, the
beginning filled up with zeros; gives a probability [1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.log_mel import HOP, RATE, WINDOW, mel_bands
from jarvis.tools.handlers.onnx_model import open_onnx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAMPLES = 8 * RATE


class SmartTurn:
    """Tells a whole sentence from one that was broken off; a part of the voice loop. File: `model`. Any thread."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._session: Any = open_onnx(files["model"], options.threads)

    def complete(self, samples: NDArray[np.float32]) -> float:
        """How likely the speaker has finished, 0 to 1. `samples`: the turn so far, mono 16 kHz, in 30 ms."""
        feed = {"input_features": features(samples)[None]}
        return float(self._session.run(None, feed)[0].ravel()[0])


def features(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whisper's log-mel of the last 8 s, shape [80, 800]; the samples are made zero-mean, unit-variance first."""
    import numpy as np

    sound = np.zeros(_SAMPLES, np.float32)
    last = samples[-_SAMPLES:]
    sound[_SAMPLES - len(last) :] = last
    sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    padded = np.pad(sound, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][: _SAMPLES // HOP]
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    mel = np.log10(np.maximum(power @ mel_bands().T, 1e-10)).T
    mel = np.maximum(mel, mel.max() - 8.0)
    return np.ascontiguousarray((mel + 4.0) / 4.0, dtype=np.float32)
