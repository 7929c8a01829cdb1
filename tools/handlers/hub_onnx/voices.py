"""Saying texts aloud: VITS voices, such as those of Massively Multilingual Speech."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository, whole
from jarvis.tools.handlers.hub_onnx.sessions import open_graph
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.sentences import split
from jarvis.tools.handlers.speech_output import write_pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOREIGN = re.compile(r"[^\W\d_a-zA-Z\u00c0-\u024f]")


class Voice:
    """text-to-speech."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._tokens = Tokens(self._repository)
        settings = self._tokens.settings
        if settings.get("phonemize"):
            raise self._repository.cannot("it reads phonemes, for which a program outside of this one is needed")
        self._latin_only = bool(settings.get("is_uroman"))
        self._graph = open_graph(self._repository, "model")
        self._rate = whole(self._repository.config.get("sampling_rate"), 16_000)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact `speech`: 16-bit mono WAV, written sentence by sentence.

        Raises:
            TaskError: nothing to say, or letters that the voice does not know.
        """
        text = needed_text(inputs, "text")
        if self._latin_only and _FOREIGN.search(text):
            raise TaskError("this voice reads Latin letters only; write the text in them, or choose another voice")
        spoken = [ids for sentence in split(text) if (ids := self._ids(sentence))]
        if not spoken:
            raise TaskError("the voice knows none of the letters in the text; numbers have to be written as words")
        pieces = (self._checked(ids, sink) for ids in spoken)
        return sink.write("speech", "audio/wav", lambda file: write_pieces(file, pieces, self._rate))

    def say(self, sentence: str) -> NDArray[np.float32]:
        """Mono samples of one sentence, shape [samples]."""
        return self._samples(self._ids(sentence))

    def _checked(self, ids: list[int], sink: Sink) -> NDArray[np.float32]:
        sink.check()
        return self._samples(ids)

    def _ids(self, sentence: str) -> list[int]:
        ids = [int(number) for number in self._tokens.encode(sentence).ids]
        # What is left of a sentence without known letters is the blank between them.
        return ids if len(set(ids) - {self._tokens.pad}) else []

    def _samples(self, ids: list[int]) -> NDArray[np.float32]:
        import numpy as np

        feed = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64)}
        made = self._graph.run({**feed, "speaker_id": np.zeros(1, np.int64)})
        return np.asarray(made[self._graph.output("waveform")], np.float32).ravel()
