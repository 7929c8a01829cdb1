"""Models that hear and speak: transcripts, labels of sounds, voices."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import ModelError, TaskError
from jarvis.languages import language_code
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.results import TOP, class_scores, ranked
from jarvis.tools.handlers.hub_onnx.waves import windows
from jarvis.tools.handlers.hub_torch.checkpoint import Checkpoint, inference, needed, numpy
from jarvis.tools.handlers.hub_torch.writing import write
from jarvis.tools.handlers.sentences import split
from jarvis.tools.handlers.speech_output import write_pieces

_WINDOW = 30.0
"""Seconds that are heard at once; longer sound is cut at pauses."""
_SHORTEST = 0.05
_TOKENS_PER_SECOND = 6.5
"""More than this is repetition, not speech (the limit of Moonshine's authors)."""
_MOST_TOKENS = 448
_RATE = 16_000
_SEED = 0
"""Of the chance that some voices have in them: the same text sounds the same again."""


class _Listener:
    """A network that hears, with what prepares its sounds."""

    autos: tuple[str, ...] = ()

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.checkpoint = Checkpoint(files, options)
        self.extractor = self.checkpoint.feature_extractor()
        self.model = self.checkpoint.model(*self.autos)
        self.rate = int(getattr(self.extractor, "sampling_rate", _RATE))

    def features(self, samples: Any) -> Any:
        """What the network takes, of mono samples at its rate."""
        return self.extractor(samples, sampling_rate=self.rate, return_tensors="pt")


class Transcriber(_Listener):
    """automatic-speech-recognition by models that write, such as Whisper, and by those that name a letter a moment."""

    autos = ("AutoModelForSpeechSeq2Seq", "AutoModelForCTC")

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        super().__init__(files, options)
        self._tokenizer = self.checkpoint.tokenizer()

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What is said, as one line; "" when nothing is understood.

        Raises:
            TaskError: no sound, or one that cannot be decoded.
        """
        heard: list[str] = []
        for part in windows(inputs.audio("audio", self.rate), self.rate, _WINDOW):
            sink.check()
            if len(part) >= _SHORTEST * self.rate:
                heard.append(self._heard(part, sink))
        return " ".join(text for text in heard if text)

    def _heard(self, samples: Any, sink: Sink) -> str:
        features = self.features(samples)
        if not self.model.can_generate():
            with inference():
                return self._spelled(numpy(self.model(**features).logits)[0].argmax(axis=-1).tolist())
        tokens = write(self.model, sink, **features, **self._wishes(len(samples) / self.rate))
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True)).strip()

    def _wishes(self, seconds: float) -> dict[str, Any]:
        settings = self.model.generation_config
        if self.checkpoint.architecture == "moonshine":
            most = int(settings.max_length or _MOST_TOKENS) - 1
            return {"max_new_tokens": min(most, max(int(seconds * _TOKENS_PER_SECOND), 1))}
        language = language_code(str(self.checkpoint.parameters.get("language", "")))
        if language and getattr(settings, "lang_to_id", None):
            return {"language": language, "task": "transcribe"}
        return {}

    def _spelled(self, numbers: list[int]) -> str:
        """The text of the letters of every moment: repetitions are one letter, unless a blank stands between them."""
        tokenizer = self._tokenizer
        changes = [number for number, _ in groupby(numbers) if number != tokenizer.pad_token_id]
        letters = [str(tokenizer.convert_ids_to_tokens(number)) for number in changes]
        space = str(getattr(tokenizer, "word_delimiter_token", None) or "|")
        silent = set(tokenizer.all_special_tokens) - {space}
        return " ".join("".join(" " if one == space else one for one in letters if one not in silent).split())


class SoundClassifier(_Listener):
    """audio-classification. Parameter `top`: how many labels are told, 5 unless said."""

    autos = ("AutoModelForAudioClassification",)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest labels as {"label", "score"}, best first; of a long sound, the mean over its parts.

        Raises:
            TaskError: no sound, or one that cannot be decoded.
        """
        import numpy as np

        found: list[Any] = []
        for part in windows(inputs.audio("audio", self.rate), self.rate, _WINDOW):
            sink.check()
            with inference():
                logits = numpy(self.model(**self.features(part)).logits)[0]
            found.append(class_scores(logits, self.checkpoint.repository.config))
        scores = np.mean(found, axis=0)
        names = [self.checkpoint.label(at) for at in range(len(scores))]
        return ranked([float(score) for score in scores], names, int(self.checkpoint.parameters.get("top", TOP)))


class Voice:
    """text-to-speech by VITS."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        if self._checkpoint.architecture != "vits":
            raise ModelError(
                f"{self._checkpoint.architecture or 'these'} voices need parts that lie in other repositories; "
                "choose a VITS model, such as those of facebook/mms-tts"
            )
        self._tokenizer = self._checkpoint.tokenizer()
        self._model = self._checkpoint.model("AutoModelForTextToWaveform")

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "speech": 16-bit mono WAV, written sentence by sentence.

        Raises:
            TaskError: no text, or none that the voice can say.
        """
        spoken = [tokens for sentence in split(needed(inputs, "text")) if (tokens := self._tokens(sentence))]
        if not spoken:
            raise TaskError("the voice knows none of the letters in the text; numbers have to be written as words")
        pieces = (self._said(tokens, sink) for tokens in spoken)
        rate = int(self._model.config.sampling_rate)
        return sink.write("speech", "audio/wav", lambda file: write_pieces(file, pieces, rate))

    def _tokens(self, sentence: str) -> Any:
        """The tokens of a sentence; None for one without any letter that the voice knows."""
        tokens = self._tokenizer([sentence], return_tensors="pt")
        blank = self._tokenizer.pad_token_id
        return tokens if any(number != blank for number in tokens["input_ids"][0].tolist()) else None

    def _said(self, tokens: Any, sink: Sink) -> Any:
        import torch

        sink.check()
        with inference(), torch.random.fork_rng():
            torch.manual_seed(_SEED)
            return numpy(self._model(**tokens).waveform)[0]
