"""Sound as numbers, as preprocessor_config.json says: samples of even loudness, or spectrograms on the mel scale.

The numbers are those of transformers' feature extractors without torchaudio (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from jarvis.tools.handlers.hub_onnx.repository import Repository, number, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAUSE = 0.1
"""Seconds of sound whose loudness is looked at to find a pause."""
_FRAME, _HOP, _POINTS = 400, 160, 512
_FLOOR = 1.192092955078125e-07


class Sounds:
    """Prepares sound for one model: mono samples at `rate` Hz become the inputs of its graph."""

    def __init__(self, repository: Repository) -> None:
        """Reads how.

        Raises:
            ModelError: it is a way that is not known here.
        """
        self._settings: Mapping[str, Any] = repository.preprocessor("feature_extractor")
        if not self._settings:
            raise repository.missing("preprocessor_config.json")
        self.kind = str(self._settings.get("feature_extractor_type", "Wav2Vec2FeatureExtractor"))
        self.rate = whole(self._settings.get("sampling_rate"), 16_000)
        ways = {
            "Wav2Vec2FeatureExtractor": self._even,
            "WhisperFeatureExtractor": self._whisper,
            "ASTFeatureExtractor": self._filterbank,
        }
        if self.kind not in ways:
            raise repository.cannot(f"it wants its sound prepared by {self.kind[:60]}")
        self._way = ways[self.kind]

    def prepared(self, samples: NDArray[np.float32]) -> dict[str, Any]:
        """The inputs of a graph for mono samples at `rate` Hz."""
        return self._way(samples)

    def _even(self, samples: NDArray[np.float32]) -> dict[str, Any]:
        import numpy as np

        if self._settings.get("do_normalize", True):
            samples = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
        return {
            "input_values": samples[None].astype(np.float32),
            "attention_mask": np.ones((1, len(samples)), np.int64),
        }

    def _whisper(self, samples: NDArray[np.float32]) -> dict[str, Any]:
        seconds, bands = whole(self._settings.get("chunk_length"), 30), whole(self._settings.get("feature_size"), 80)
        return {"input_features": whisper_spectrogram(samples, bands, seconds, self.rate)[None]}

    def _filterbank(self, samples: NDArray[np.float32]) -> dict[str, Any]:
        import numpy as np

        bands, frames = whole(self._settings.get("num_mel_bins"), 128), whole(self._settings.get("max_length"), 1024)
        table = np.zeros((frames, bands), np.float32)
        found = filterbank(samples, bands, self.rate)[:frames]
        table[: len(found)] = found
        if self._settings.get("do_normalize", True):
            mean, deviation = (
                number(self._settings.get("mean"), -4.2677393),
                number(self._settings.get("std"), 4.5689974),
            )
            table = ((table - mean) / (deviation * 2)).astype(np.float32)
        return {"input_values": table[None]}


def whisper_spectrogram(samples: NDArray[np.float32], bands: int, seconds: int, rate: int) -> NDArray[np.float32]:
    """The log-mel spectrogram of at most so many seconds, shape [bands, frames]; silence fills up shorter sound."""
    import numpy as np

    sound = np.zeros(seconds * rate, np.float64)
    sound[: len(samples)] = samples[: len(sound)]
    sound = np.pad(sound, _FRAME // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP][:-1]
    window = np.hanning(_FRAME + 1)[:-1]
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    mel = np.log10(np.maximum(power @ slaney_filters(_FRAME // 2 + 1, bands, rate), 1e-10)).T
    mel = np.maximum(mel, mel.max() - 8.0)
    return np.ascontiguousarray((mel + 4.0) / 4.0, np.float32)


def filterbank(samples: NDArray[np.float32], bands: int, rate: int) -> NDArray[np.float32]:
    """Logarithms of mel bands as Kaldi makes them, shape [frames, bands]."""
    import numpy as np

    if len(samples) < _FRAME:
        samples = np.pad(samples, (0, _FRAME - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _FRAME)[::_HOP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft((frames - 0.97 * before) * np.hanning(_FRAME), _POINTS)) ** 2
    mel = np.maximum(power @ kaldi_filters(_POINTS // 2 + 1, bands, rate), _FLOOR)
    return np.log(mel).astype(np.float32)


@cache
def slaney_filters(bins: int, bands: int, rate: int) -> NDArray[np.float64]:
    """Triangular filters of equal area up to 8 kHz, shape [bins, bands], as librosa makes them."""
    import numpy as np

    # Slaney's mel scale: linear up to 1 kHz (15 mel), then 27 mel for each factor of 6.4.
    step = 27.0 / np.log(6.4)
    mels = np.linspace(0.0, 15.0 + np.log(8.0) * step, bands + 2)
    edges = np.where(mels < 15.0, mels * 200.0 / 3.0, 1000.0 * np.exp((mels - 15.0) / step))
    filters = _triangles(np.linspace(0, rate // 2, bins), edges)
    return np.asarray(filters * (2.0 / (edges[2:] - edges[:-2])))


@cache
def kaldi_filters(bins: int, bands: int, rate: int) -> NDArray[np.float64]:
    """Filters from 20 Hz up that are triangles on the mel scale itself, shape [bins, bands]."""
    import numpy as np

    def mel(frequency: Any) -> Any:
        return 1127.0 * np.log(1.0 + frequency / 700.0)

    edges = np.linspace(mel(20.0), mel(rate // 2), bands + 2)
    return _triangles(mel(rate / ((bins - 1) * 2) * np.arange(bins)), edges)


def _triangles(places: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    widths, slopes = np.diff(edges), edges[None] - places[:, None]
    return np.maximum(0.0, np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]))


def windows(samples: NDArray[np.float32], rate: int, seconds: float) -> Iterator[NDArray[np.float32]]:
    """The sound in parts of at most so many seconds, each cut where its last third is quietest."""
    longest = int(seconds * rate)
    while len(samples) > longest:
        end = _quietest(samples, longest * 2 // 3, longest, int(_PAUSE * rate))
        yield samples[:end]
        samples = samples[end:]
    if len(samples):
        yield samples


def _quietest(samples: NDArray[np.float32], start: int, end: int, width: int) -> int:
    """The middle of the quietest stretch between two places."""
    import numpy as np

    count = (end - start) // width
    loudness = (samples[start : start + count * width].reshape(count, width) ** 2).mean(axis=1)
    return start + int(np.argmin(loudness)) * width + width // 2
