"""Names in texts: a class for each token, neighbours of one kind joined."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import TextReader, needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.results import Tagged, entities, tags

_OVERLAP = 32
"""Tokens that two windows of a long text have in common."""


class EntityTagger:
    """token-classification."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._reader = TextReader(self._repository)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Entities in the order of the text: {"label": "PER", "text": "Alice", "score", "start", "end"}.

        Places are counted in letters. A long text is read in windows.

        Raises:
            TaskError: no text.
        """
        text = needed_text(inputs, "text")
        return entities(self.tagged(text, sink), text)

    def tagged(self, text: str, sink: Sink | None = None) -> list[Tagged]:
        """Every token with its likeliest class."""
        reader = self._reader
        limit = min(reader.tokens.limit, 512)
        found: list[Tagged] = []
        for window in reader.tokens.windows(text, limit, min(_OVERLAP, limit // 4)):
            if sink is not None:
                sink.check()
            logits = reader.graph.run(reader.tokens.batch([window]))[reader.graph.output("logits")][0]
            new = tags(logits.astype("float32"), self._repository.labels, window)
            found += _after(found, new)
        return found


def _after(found: list[Tagged], new: list[Tagged]) -> list[Tagged]:
    """The tokens of a window that no earlier window had; the first few lack what stands before them."""
    if not found:
        return new
    end = found[-1].end
    return [token for token in new if token.start >= end]
