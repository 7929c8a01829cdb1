"""Extractive summaries: the sentences of a text that most of its other sentences are close to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.embeddings import load_embedder
from jarvis.tools.handlers.sentences import split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHORT = 3
"""A text with fewer sentences is its own summary."""
_MOST_READ = 300
"""Sentences beyond this many are not read: embedding them takes about 10 ms each."""
_REPEATS = 0.9
"""A sentence whose cosine with a chosen one is higher says the same again."""
_DAMPING = 0.85


class ExtractiveSummary:
    """Chooses sentences by TextRank (Mihalcea and Tarau, 2004) over sentence embeddings; writes nothing of its own.

    `parameters["sentences"]` is the most that it keeps, 3 unless told.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._embedder = load_embedder(files, options)
        self._most = int(options.parameters.get("sentences", 3))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """About a third of the sentences, in the order of the text; a text of one or two comes back as it is.

        Raises:
            TaskError: no text.
        """
        text = inputs.text("text").strip()
        if not text:
            raise TaskError("there is no text to summarize; paste one or name a file")
        sentences = split(text)[:_MOST_READ]
        if len(sentences) < _SHORT:
            return text
        vectors = self._embedder.embed(sentences)
        count = min(self._most, max(1, round(len(sentences) / 3)))
        return join(sentences[index] for index in sorted(_choose(vectors, count)))


def join(sentences: Any) -> str:
    """Sentences as one text: with a space between two unless the first ends with a full-width mark."""
    text = ""
    for sentence in sentences:
        text += ("" if not text or text[-1] in "。！？；」』" else " ") + sentence
    return text


def _choose(vectors: NDArray[np.float32], count: int) -> list[int]:
    chosen: list[int] = []
    for index in _ranked(vectors):
        if all(float(vectors[index] @ vectors[other]) < _REPEATS for other in chosen):
            chosen.append(index)
        if len(chosen) == count:
            break
    return chosen


def _ranked(vectors: NDArray[np.float32]) -> Sequence[int]:
    """Places of the rows, the one closest to the others first: PageRank over cosines, the first row a bit ahead."""
    import numpy as np

    links = vectors @ vectors.T
    links -= links.min()  # Some embedders put all texts close together; what counts is who is closer.
    np.fill_diagonal(links, 0)
    links /= np.maximum(links.sum(axis=1, keepdims=True), 1e-9)
    start = np.ones(len(vectors)) / len(vectors)
    start[0] *= 2  # Writers tend to say first what a text is about.
    start /= start.sum()
    ranks = start
    for _ in range(50):
        ranks = (1 - _DAMPING) * start + _DAMPING * (links.T @ ranks)
    return [int(index) for index in np.argsort(-ranks, kind="stable")]
