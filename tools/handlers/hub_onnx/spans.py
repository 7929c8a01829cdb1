"""Answers that stand in a text: the likeliest run of its words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import TextReader, needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.results import Span, best_span, whole_words

_WINDOW, _OVERLAP = 384, 128
_LEAST = 8
"""Tokens of the context that have to fit beside the question."""


class SpanReader:
    """question-answering."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._reader = TextReader(Repository(files, options))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The words of the context that answer the question. A long context is read in windows.

        Raises:
            TaskError: no question or no context.
        """
        question, context = needed_text(inputs, "question"), needed_text(inputs, "context")
        return whole_words(context, self.span(question, context, sink))

    def span(self, question: str, context: str, sink: Sink | None = None) -> Span:
        """Where the answer stands, and how likely it is."""
        tokens = self._reader.tokens
        limit = min(_WINDOW, tokens.limit)
        # A window holds the question too: what is left of it has to be more than the overlap.
        asked = len(tokens.encode(question).ids)
        if asked + _LEAST > limit:
            raise TaskError("the question is longer than the model reads; ask in fewer words")
        overlap = max(0, min(_OVERLAP, (limit - asked) // 2))
        found: list[Span] = []
        for window in tokens.windows((question, context), limit, overlap, cut="only_second"):
            if sink is not None:
                sink.check()
            found.append(self._in_window(window))
        return max(found, key=lambda span: span.score)

    def _in_window(self, window: Any) -> Span:
        import numpy as np

        reader = self._reader
        made = reader.graph.run(reader.tokens.batch([window]))
        starts, ends = (np.asarray(made[name][0], np.float32) for name in ("start_logits", "end_logits"))
        inside = np.array([which == 1 for which in window.sequence_ids])
        return best_span(starts, ends, inside, window.offsets)
