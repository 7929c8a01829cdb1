"""Texts to labels: the model's own classes, or any labels by a model that tells whether a text follows from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.languages import language_name
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.repository import Repository, label
from jarvis.tools.handlers.hub_onnx.results import TOP, class_scores, ranked
from jarvis.tools.handlers.hub_onnx.sessions import Graph, open_graph, softmax
from jarvis.tools.handlers.hub_onnx.tokens import Text, Tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEMPLATE = "This example is {}."
_AT_ONCE = 16
"""Texts that are read together; more take more memory."""


class TextReader:
    """A model of one graph that reads texts: its repository, tokenizer and graph."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.tokens = Tokens(repository)
        self.graph: Graph = open_graph(repository, "model", "encoder_model")

    def outputs(self, texts: Sequence[Text], cut: str = "longest_first") -> dict[str, NDArray[Any]]:
        """What the graph makes of several texts; longer ones than it reads are cut."""
        return self.graph.run(self.tokens.batch([self.tokens.encode(text, cut=cut) for text in texts]))

    def logits(self, texts: Sequence[Text], cut: str = "longest_first") -> NDArray[np.float32]:
        """The output `logits` of several texts, one row each."""
        import numpy as np

        name = self.graph.output("logits")
        parts = [texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE)]
        return np.concatenate([np.asarray(self.outputs(part, cut)[name], np.float32) for part in parts])


def needed_text(inputs: Inputs, slot: str) -> str:
    """The text in a slot.

    Raises:
        TaskError: it is empty.
    """
    text = inputs.text(slot).strip()
    if not text:
        raise TaskError(f"the slot {slot!r} holds no text; give some words")
    return text


class TextClassifier:
    """text-classification, language-identification. Parameter `top`: how many labels are told, 5 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._reader = TextReader(self._repository)
        self._top = int(options.parameters.get("top", TOP))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest labels as {"label", "score"}, best first; of languages also the "name".

        A text that is longer than the model reads is judged by its beginning.

        Raises:
            TaskError: no text.
        """
        del sink
        scores = self.scores(needed_text(inputs, "text"))
        names = [label(self._repository.labels, at) for at in range(len(scores))]
        rows = ranked([float(score) for score in scores], names, self._top)
        return [_with_name(row) for row in rows] if inputs.task == "language-identification" else rows

    def scores(self, text: str) -> NDArray[np.float32]:
        """The score of each class, shape [classes]."""
        return class_scores(self._reader.logits([text])[0], self._repository.config)


def _with_name(row: JsonValue) -> JsonValue:
    code = str(row["label"]) if isinstance(row, dict) else ""
    name = language_name(code.removeprefix("__label__").split("_")[0].split("-")[0].lower())
    return {**row, "name": name} if isinstance(row, dict) else row


class ZeroShotClassifier:
    """zero-shot-classification by entailment. Parameters: `template` with {} for the label, `multi_label`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._reader = TextReader(self._repository)
        self._template = str(options.parameters.get("template", _TEMPLATE))
        self._several = bool(options.parameters.get("multi_label", False))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """All labels as {"label", "score"}, best first; scores sum to 1. A single one is weighed against its opposite.

        Raises:
            TaskError: no text or no labels.
        """
        del sink
        labels = inputs.needed_labels("labels")
        scores = self.scores(needed_text(inputs, "text"), labels)
        return ranked([float(score) for score in scores], labels, len(labels))

    def scores(self, text: str, labels: Sequence[str]) -> NDArray[np.float32]:
        """The score of each label, shape [labels]."""
        import numpy as np

        pairs = [(text, self._template.format(name)) for name in labels]
        logits = self._reader.logits(pairs, cut="only_first")
        follows, denies = entailment(self._repository.labels)
        if self._several or len(labels) == 1:
            return np.asarray(softmax(logits[:, [denies, follows]])[:, 1])
        return np.asarray(softmax(logits[:, follows]))


def entailment(labels: Mapping[int, str]) -> tuple[int, int]:
    """The classes "follows" and "contradicts" of such a model; the last and the first when they bear no such names."""
    follows = next((at for at, name in labels.items() if name.lower().startswith("entail")), -1)
    return follows, -1 if follows == 0 else 0
