"""Whisper (OpenAI, MIT) on CTranslate2, with a log-mel front end of our own: speech to text, and its language."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import file_digest
from jarvis.errors import TaskError
from jarvis.languages import language_name
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.joined_parts import joined
from jarvis.tools.handlers.log_mel import log_mel
from jarvis.tools.handlers.vad import RATE, Span, speech_spans, windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PADDING = 3 * RATE // 10
"""Sound kept around speech, and silence added before it."""
_LONGEST = 29 * RATE
"""One window: Whisper's 30 s less the padding."""
LONGEST_STRETCH = 28 * RATE
"""Samples that `hear` takes at once."""
_MOST_TOKENS = 220
_SHORTEST_WINDOW = 10
_SPARE = 3
"""Seconds of silence after the sound in a window that is shorter than 30 s."""
_TOKENS_PER_SECOND = {"en": 8, "de": 10, "fr": 10, "es": 10}
"""More than this is repetition, not speech; other scripts take more tokens."""
_LOOPING = 2.4
"""Text that zlib shrinks by more than this repeats itself (the threshold of openai/whisper)."""


class WhisperModel:
    """A Whisper model that turns speech into text.

    Files: `config`, `vocabulary`, `tokenizer` and either `model`, beside the others in one folder, or `part1`, `part2`,
    ... of it; then the parameter `model_sha256` is the digest of the joined file. Parameter `multilingual`:
    whether the model knows other languages than English.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import ctranslate2
        from tokenizers import Tokenizer

        folder = files["model"].parent if "model" in files else _joined(files, str(options.parameters["model_sha256"]))
        self._multilingual = bool(options.parameters.get("multilingual", False))
        self._model: Any = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=options.threads
        )
        self._tokenizer: Any = Tokenizer.from_file(str(files["tokenizer"]))

    def transcribe(self, samples: NDArray[np.float32]) -> str:
        """What is said in mono 16 kHz samples, windows of at most 29 s at a time; "" when nobody speaks."""
        spans = speech_spans(samples)
        heard = [self._window(samples, part) for part in windows(spans, _LONGEST)]
        return " ".join(text for text in heard if text)

    def languages(self, samples: NDArray[np.float32], longest: int = _LONGEST) -> list[tuple[str, float]]:
        """The likely languages (ISO 639-1) of the first speech, best first; empty when nobody speaks.

        `longest`: samples of speech that are listened to; 5 s cost a quarter of 29 s and tell nearly as well.
        """
        parts = windows(speech_spans(samples), _LONGEST)
        if not parts:
            return []
        part = Span(parts[0].start, min(parts[0].end, parts[0].start + longest))
        found = self._model.detect_language(self._features(samples, part, short=True))[0]
        return [(str(token).strip("<|>"), float(score)) for token, score in found]

    def hear(self, samples: NDArray[np.float32], language: str = "") -> tuple[str, str]:
        """What is said in one stretch of mono 16 kHz samples of at most 28 s, and its language (ISO 639-1).

        Only as much of Whisper's window of 30 s as the sound fills is looked at, 10 s at least, which takes a third of
        the time. A window that short repeats itself without timestamps (53 % word errors instead of 4 %), so they are
        written, and left out of the text.
        """
        import ctranslate2
        import numpy as np

        sound = np.pad(samples[:LONGEST_STRETCH], _PADDING)
        view = ctranslate2.StorageView.from_array(log_mel(sound, _window_seconds(sound))[None])
        features = self._model.encode(view)
        if not self._multilingual:
            language = "en"
        language = language or str(self._model.detect_language(features)[0][0][0]).strip("<|>")
        pace = _TOKENS_PER_SECOND.get(language, 16)
        prompt = self._prompt(f"<|{language}|>")
        return self._written(features, prompt, int(len(sound) / RATE * pace) + 12), language

    def _window(self, samples: NDArray[np.float32], part: Span) -> str:
        features = self._model.encode(self._features(samples, part))
        language = str(self._model.detect_language(features)[0][0][0]) if self._multilingual else ""
        return self._written(features, [*self._prompt(language), "<|notimestamps|>"], _MOST_TOKENS)

    def _prompt(self, language: str) -> list[str]:
        """What Whisper is told first; `language` is its token, <|fr|>."""
        return ["<|startoftranscript|>", *((language, "<|transcribe|>") if self._multilingual else ())]

    def _written(self, features: Any, prompt: list[str], limit: int) -> str:
        text = ""
        # Greedy first; a text that repeats itself is searched again more widely, which breaks most loops.
        for beam in (1, 5):
            found = self._model.generate(
                features, [prompt], beam_size=beam, max_length=len(prompt) + limit,
                no_repeat_ngram_size=0 if beam == 1 else 4,
            )  # fmt: skip
            text = str(self._tokenizer.decode(found[0].sequences_ids[0], skip_special_tokens=True)).strip()
            if not _loops(text):
                break
        return text if re.search(r"\w", text) else ""

    def _features(self, samples: NDArray[np.float32], part: Span, *, short: bool = False) -> Any:
        """Of a stretch of sound, filled up to 30 s, or when `short` only to the next window that serves."""
        import ctranslate2
        import numpy as np

        sound = np.pad(samples[max(0, part.start - _PADDING) : part.end + _PADDING], (_PADDING, 0))
        return ctranslate2.StorageView.from_array(log_mel(sound, _window_seconds(sound) if short else 30)[None])


def _window_seconds(sound: NDArray[np.float32]) -> int:
    return min(30, max(_SHORTEST_WINDOW, len(sound) // RATE + _SPARE))


def _joined(files: Mapping[str, Path], sha256: str) -> Path:
    """The folder in the cache with the joined model and the small files that CTranslate2 wants beside it."""
    parts = [files[role] for role in sorted(files) if role.startswith("part")]
    name = f"whisper-{sha256[:12]}"
    for small in (files["config"], files["vocabulary"]):
        joined([small], f"{name}/{small.name}", file_digest(small))
    return joined(parts, f"{name}/model.bin", sha256).parent


def _loops(text: str) -> bool:
    data = text.encode()
    return len(data) > 40 and len(data) / len(zlib.compress(data)) > _LOOPING


class WhisperTranscriber(WhisperModel):
    """automatic-speech-recognition; the multilingual model writes in the language that it hears."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What is said, as one line of text; "" when nobody speaks."""
        del sink
        return self.transcribe(inputs.audio("audio", RATE))


class SpokenLanguage(WhisperModel):
    """audio-classification by the language that is spoken."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Up to three languages, best first: {"label": "fr", "name": "French", "score"}.

        Raises:
            TaskError: nobody speaks.
        """
        del sink
        found = self.languages(inputs.audio("audio", RATE))
        if not found:
            raise TaskError("nobody speaks in this sound, so it has no language; give a recording of speech")
        return language_labels(found)


def language_labels(found: list[tuple[str, float]], most: int = 3) -> list[JsonValue]:
    """The best languages as labels; those below 1 % are left out."""
    return [
        {"label": code, "name": language_name(code), "score": round(score, 4)}
        for code, score in found[:most]
        if score >= 0.01
    ]
