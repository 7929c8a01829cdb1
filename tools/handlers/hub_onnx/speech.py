"""Writing down what is said: Whisper, Moonshine, and models that give a letter for every moment (wav2vec 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.languages import language_code
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.repository import Repository, read_json, whole
from jarvis.tools.handlers.hub_onnx.seq2seq import EncoderDecoder
from jarvis.tools.handlers.hub_onnx.sessions import open_graph
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.hub_onnx.waves import Sounds, windows
from jarvis.tools.handlers.hub_onnx.wishes import Wishes, wishes_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST = 30.0
"""Seconds that are heard at once; longer sound is cut at pauses."""
_TOKENS_PER_SECOND = 6.5
"""More than this is repetition, not speech (the limit of Moonshine's authors)."""
_SHORTEST = 0.05


class Transcriber:
    """automatic-speech-recognition. Parameter `language`: what is spoken; Whisper else tells it by itself."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        repository = Repository(files, options)
        self._sounds = Sounds(repository)
        encoder = repository.find_graph("encoder_model")
        if encoder is None:
            self._model: _Whisper | _Moonshine | _Letters = _Letters(repository)
        elif repository.architecture == "moonshine":
            self._model = _Moonshine(repository)
        else:
            self._model = _Whisper(repository)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What is said, as one line of text; "" when nothing is understood.

        Raises:
            TaskError: no sound, or one that cannot be decoded.
        """
        samples = inputs.audio("audio", self._sounds.rate)
        heard: list[str] = []
        for part in windows(samples, self._sounds.rate, _LONGEST):
            sink.check()
            if len(part) >= _SHORTEST * self._sounds.rate:
                seconds = len(part) / self._sounds.rate
                heard.append(self._model.heard(self._sounds.prepared(part), seconds, sink))
        return " ".join(filter(None, heard))


class _Whisper:
    def __init__(self, repository: Repository) -> None:
        self._tokens = Tokens(repository)
        self._model = EncoderDecoder(repository)
        self._settings = {**repository.config, **repository.json("generation_config.json")}
        wishes = wishes_of(repository)
        self._forced = [wishes.forced[place] for place in sorted(wishes.forced)]
        self._wishes = replace(wishes, forced={})
        self._most = whole(repository.config.get("max_target_positions"), 448)
        self._language = language_code(str(repository.parameters.get("language", "")))

    def heard(self, features: Mapping[str, Any], seconds: float, sink: Sink) -> str:
        """What is said in one window."""
        del seconds
        encoded = self._model.encode(features)
        prompt = self.prompt(encoded)
        # Of what stands before the text only the first token counts towards `max_length`.
        longest = min(self._wishes.longest + len(prompt) - 1, self._most) if self._wishes.longest else self._most
        written = self._model.write(encoded, prompt, replace(self._wishes, longest=longest), sink)
        return self._tokens.decode(written).strip()

    def prompt(self, encoded: Mapping[str, Any]) -> list[int]:
        """What the decoder begins with: that it starts, in which language, to transcribe, without times."""
        start = [self._wishes.start or 0]
        languages, tasks = (self._numbers(name) for name in ("lang_to_id", "task_to_id"))
        if languages and self._settings.get("is_multilingual", True):
            own = languages.get(f"<|{self._language}|>")
            start.append(self._told(encoded, list(languages.values())) if own is None else own)
            if "transcribe" in tasks:
                start.append(tasks["transcribe"])
        elif self._forced:  # Old settings write out what follows the start.
            return [*start, *self._forced]
        timeless = whole(self._settings.get("no_timestamps_token_id"), -1)
        return [*start, timeless] if timeless >= 0 else start

    def _told(self, encoded: Mapping[str, Any], languages: Sequence[int]) -> int:
        scores = self._model.scores(encoded, [self._wishes.start or 0])
        return max(languages, key=lambda number: float(scores[number]))

    def _numbers(self, name: str) -> dict[str, int]:
        given = self._settings.get(name)
        return {str(key): whole(value, 0) for key, value in given.items()} if isinstance(given, Mapping) else {}


class _Moonshine:
    def __init__(self, repository: Repository) -> None:
        self._tokens = Tokens(repository)
        self._model = EncoderDecoder(repository)
        self._wishes = wishes_of(repository)

    def heard(self, features: Mapping[str, Any], seconds: float, sink: Sink) -> str:
        """What is said in one window."""
        start = self._wishes.start or 0
        limit = min(self._wishes.limit(1), max(int(seconds * _TOKENS_PER_SECOND), 1))
        wishes: Wishes = replace(self._wishes, most=limit)
        return self._tokens.decode(self._model.write(self._model.encode(features), [start], wishes, sink)).strip()


class _Letters:
    """Connectionist temporal classification: a letter or nothing for each moment, repetitions joined."""

    def __init__(self, repository: Repository) -> None:
        self._graph = open_graph(repository, "model")
        settings = repository.json("tokenizer_config.json")
        self._letters = _letters(repository)
        pad = _text(settings.get("pad_token")) or "<pad>"
        self._blank = next(
            (at for at, one in self._letters.items() if one == pad), whole(repository.config.get("pad_token_id"), 0)
        )
        self._space = _text(settings.get("word_delimiter_token")) or "|"
        self._silent = {
            pad,
            *(_text(settings.get(f"{name}_token")) for name in ("bos", "eos", "unk")),
            "<s>",
            "</s>",
            "<unk>",
        }

    def heard(self, features: Mapping[str, Any], seconds: float, sink: Sink) -> str:
        """What is said in one window."""
        del seconds, sink
        logits = self._graph.run(features)[self._graph.output("logits")][0]
        return self.spelled(logits.argmax(axis=-1))

    def spelled(self, numbers: NDArray[np.int64]) -> str:
        """The text of the letters of every moment."""
        import numpy as np

        changes = np.concatenate([[True], numbers[1:] != numbers[:-1]]) if len(numbers) else np.zeros(0, bool)
        letters = [self._letters.get(int(number), "") for number in numbers[changes] if number != self._blank]
        text = "".join(" " if one == self._space else one for one in letters if one not in self._silent)
        return " ".join(text.split())


def _letters(repository: Repository) -> dict[int, str]:
    """The letters by number, of vocab.json or else of the tokenizer."""
    path = repository.files.get("vocab.json")
    if path is not None:
        return {whole(number, -1): str(letter) for letter, number in read_json(path, "vocab.json").items()}
    tokens = Tokens(repository)
    return {number: tokens.token(number) for number in range(tokens.tokenizer.get_vocab_size())}


def _text(token: Any) -> str:
    given = token.get("content") if isinstance(token, Mapping) else token
    return given if isinstance(given, str) else ""
