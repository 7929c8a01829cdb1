"""Removing noise from speech: NSNet2 (Microsoft DNS challenge baseline) and DTLN (Westhausen and Meyer, 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.audio_edits import edited
from jarvis.tools.handlers.audio_wishes import edits, wants_noise_gone
from jarvis.tools.handlers.onnx_model import open_onnx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_BLOCK_FRAMES = 3000
"""Gains are computed this many frames at a time, so that memory stays flat for long sounds."""
_WARM_UP_FRAMES = 200
"""Frames before a block that the network hears again, to know the noise."""


def _sound(inputs: Inputs, rate: int) -> Samples:
    instruction = inputs.text("instruction")
    if not wants_noise_gone(instruction):
        raise TaskError(f"this model only removes noise from speech; it cannot do {instruction!r}")
    return inputs.audio("audio", rate)


class NsNet2:
    """audio-to-audio by spectral gains. File `model`; parameters `rate` (16000 or 48000) and `fft` (320 or 1024)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._rate = int(options.parameters.get("rate", 16_000))
        self._fft = int(options.parameters.get("fft", 320))
        self._session = open_onnx(files["model"], options.threads)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The artifact `clean`: mono; other edits that are asked for along with it ("and louder") are made too.

        Raises:
            TaskError: something else than removing noise is asked for.
        """
        clean = self.clean(_sound(inputs, self._rate))
        return sink.audio("clean", edited(clean, self._rate, edits(inputs.text("instruction"))), self._rate)

    def clean(self, samples: Samples) -> Samples:
        """Mono samples at the model's rate with the noise turned down."""
        import numpy as np

        size, hop = self._rate // 50, self._fft // 2
        window = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
        padded = np.pad(samples, (size, size + -len(samples) % hop))
        frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
        spectrum = np.fft.rfft(frames * window, self._fft, axis=1)
        gains = self._gains(np.log10(np.maximum(np.abs(spectrum) ** 2, 1e-12)).astype(np.float32))
        pieces = np.fft.irfft(spectrum * gains, self._fft, axis=1)[:, :size] * _inverse(window, hop)
        out = np.zeros(len(padded) + size, np.float32)
        for index, piece in enumerate(pieces):
            out[index * hop : index * hop + size] += piece
        return out[size : size + len(samples)]

    def _gains(self, features: Samples) -> Samples:
        import numpy as np

        blocks: list[Samples] = []
        for start in range(0, len(features), _BLOCK_FRAMES):
            first = max(0, start - _WARM_UP_FRAMES)
            gains = self._session.run(None, {"input": features[None, first : start + _BLOCK_FRAMES]})[0][0]
            blocks.append(gains[start - first :])
        return np.clip(np.concatenate(blocks), 1e-4, 1.0)


def _inverse(window: Samples, hop: int) -> Samples:
    """The synthesis window that undoes `window` at this hop: overlapping products sum to one."""
    import numpy as np

    inverse = np.zeros_like(window)
    for phase in range(hop):
        part = window[phase::hop]
        inverse[phase::hop] = part / (part @ part + 1e-12)
    return inverse


class Dtln:
    """audio-to-audio by two small LSTM networks, one on spectra, one on waveforms. Files `spectral` and `temporal`."""

    _RATE, _BLOCK, _SHIFT = 16_000, 512, 128

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        del options  # blocks of 8 ms are too small for several threads
        self._spectral: Any = open_onnx(files["spectral"], 1)
        self._temporal: Any = open_onnx(files["temporal"], 1)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The artifact `clean`: mono, 16 kHz; other edits that are asked for along with it ("and louder") are made too.

        Raises:
            TaskError: something else than removing noise is asked for.
        """
        clean = self.clean(_sound(inputs, self._RATE))
        return sink.audio("clean", edited(clean, self._RATE, edits(inputs.text("instruction"))), self._RATE)

    def clean(self, samples: Samples) -> Samples:
        """Mono 16 kHz samples without noise; the two networks carry their memory from block to block."""
        import numpy as np

        block, shift = self._BLOCK, self._SHIFT
        lead = block - shift
        padded = np.pad(samples, (lead, block + -len(samples) % shift)).astype(np.float32)
        out = np.zeros(len(padded), np.float32)
        first = second = np.zeros((1, 2, 128, 2), np.float32)
        for at in range(0, len(padded) - block + 1, shift):
            spectrum = np.fft.rfft(padded[at : at + block])
            size = np.abs(spectrum).astype(np.float32)[None, None]
            mask, first = self._spectral.run(None, {"input_2": size, "input_3": first})
            rough = np.fft.irfft(spectrum * mask[0, 0]).astype(np.float32)
            fine, second = self._temporal.run(None, {"input_4": rough[None, None], "input_5": second})
            out[at : at + block] += fine.ravel()
        return out[lead : lead + len(samples)]
