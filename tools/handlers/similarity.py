"""How close texts are in meaning, and which label fits a text, both by comparing sentence embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.embeddings import load_embedder
from jarvis.tools.handlers.sentences import split

_TEMPLATE = "This text is about {}."
_OTHER = "something else"
"""What a single label is weighed against."""
_MOST_SENTENCES = 60


class SentenceSimilarity:
    """Compares two texts. `parameters["floor"]` is the cosine of unrelated texts, which counts as 0."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._embedder = load_embedder(files, options)
        self._floor = float(options.parameters.get("floor", 0.0))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """`{"score": 0.74}`: from 0, nothing in common, to 1, the same meaning.

        Raises:
            TaskError: one of the texts is empty.
        """
        return self.run_batch([(inputs, sink)])[0]

    def run_batch(self, several: Sequence[tuple[Inputs, Sink]]) -> list[Value]:
        """The same for several pairs, whose texts are embedded together.

        Raises:
            TaskError: one of the texts is empty.
        """
        texts = [_text(inputs, slot) for inputs, _ in several for slot in ("text", "other")]
        vectors = self._embedder.embed(texts)
        pairs = zip(vectors[::2], vectors[1::2], strict=True)
        return [self._score(float(first @ second)) for first, second in pairs]

    def _score(self, cosine: float) -> Value:
        score = (cosine - self._floor) / (1 - self._floor)
        return {"score": round(min(max(score, 0.0), 1.0), 4)}


class LabelsByEmbedding:
    """Zero-shot classification without an entailment model: the label whose description lies closest to the text.

    `parameters["temperature"]` is the difference of cosines that makes a label e times as likely, 0.05 unless told.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._embedder = load_embedder(files, options)
        self._temperature = float(options.parameters.get("temperature", 0.05))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """`[{"label": "sport", "score": 0.91}, ...]`, one for each label, best first; the scores sum to 1.

        A single label is weighed against "something else", which is not in the list.

        Raises:
            TaskError: no text or no labels.
        """
        labels = inputs.needed_labels("labels")
        rivals = labels if len(labels) > 1 else [*labels, _OTHER]
        scores = self._scores(_text(inputs, "text"), rivals)
        ranked = sorted(zip(labels, scores, strict=False), key=lambda pair: -pair[1])
        rows: list[JsonValue] = [{"label": label, "score": round(score, 4)} for label, score in ranked]
        return rows

    def _scores(self, text: str, labels: Sequence[str]) -> list[float]:
        import numpy as np

        texts = [text, *split(text)[:_MOST_SENTENCES]]
        vectors = self._embedder.embed([*texts, *(_TEMPLATE.format(label) for label in labels)])
        cosines = vectors[: len(texts)] @ vectors[len(texts) :].T
        # Half the whole text, half its sentences: one sentence on the matter is enough to bring a label up.
        closeness = (cosines[0] + cosines[1:].mean(axis=0)) / 2
        weights = np.exp((closeness - closeness.max()) / self._temperature)
        return [float(weight) for weight in weights / weights.sum()]


def _text(inputs: Inputs, slot: str) -> str:
    text = inputs.text(slot).strip()
    if not text:
        raise TaskError(f"the slot {slot!r} holds no text; give some words")
    return text
