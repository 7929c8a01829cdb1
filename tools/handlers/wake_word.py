"""Wake words: microWakeWord (Kevin Ahrendt, Apache-2.0), a small network over 40 bands of sound, every 30 ms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelFileError
from jarvis.tools.handler import RuntimeOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 320
"""Bytes of 10 ms: what the features are computed from."""


class MicroWakeWord:
    """The gate of one wake word; not a task of plans, but a part of the voice loop. It keeps state: one per stream.

    Files: `model` (.tflite) and `config` (microWakeWord's .json).
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        from pymicro_features import MicroFrontend
        from pymicro_wakeword import MicroWakeWord as Network

        del options  # the network runs in the thread that asks
        config = _config(files["config"])
        self.phrase: str = config["wake_word"]
        """As it is said: Hey Jarvis."""
        self.cutoff = config["cutoff"]
        """The score from which its author trusts it alone."""
        self.languages: tuple[str, ...] = tuple(config["languages"])
        self._frontend = MicroFrontend()
        self._left = b""
        self._network = Network(
            id=files["model"].stem,
            wake_word=self.phrase,
            tflite_model=files["model"],
            probability_cutoff=self.cutoff,
            sliding_window_size=config["window"],
            trained_languages=list(self.languages),
            libtensorflowlite_c_path=_library(),
        )

    def hear(self, samples: NDArray[np.float32]) -> float:
        """Hears the next mono samples at 16 kHz, shape [samples]; gives the highest score in them, 0 to 1."""
        import numpy as np

        sound = self._left + np.clip(samples * 32767, -32768, 32767).astype("<i2").tobytes()
        best, at = 0.0, 0
        while at + _CHUNK <= len(sound):
            made = self._frontend.process_samples(sound[at : at + _CHUNK])
            at += made.samples_read * 2
            if made.features:
                features = np.array(made.features).reshape(1, 1, -1)
                best = max(best, self._network.process_streaming_prob(features) or 0.0)
        self._left = sound[at:]
        return best


def _library() -> Path:
    folder = resources.files("pymicro_wakeword") / "lib"
    found = [Path(str(entry)) for entry in folder.iterdir() if "tensorflowlite_c" in entry.name]
    if not found:
        way_out = "run `pip install --force-reinstall pymicro-wakeword`"
        raise ModelFileError(f"pymicro-wakeword has no library for this machine; {way_out}", model_id="wake word")
    return found[0]


def _config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        known = {"wake_word": str(config["wake_word"]), "languages": config.get("trained_languages", [])}
        micro = config["micro"]
        known |= {"cutoff": float(micro["probability_cutoff"]), "window": int(micro["sliding_window_size"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        way_out = "give the .json that came with a microWakeWord model"
        raise ModelFileError(f"{path} describes no wake word; {way_out}", model_id=path.stem) from error
    return known
