"""Decoders alone: a text goes on. One graph reads the prompt and then every token, with what it remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.tools.handlers.hub_onnx.cache import Cache, presents
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.sessions import Graph, open_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class CausalModel:
    """A loaded decoder: `model.onnx`, or `decoder_model_merged.onnx` of older exports."""

    def __init__(self, repository: Repository) -> None:
        """Loads it.

        Raises:
            ModelError: it is missing, cannot be loaded, or remembers in a way that is not known here.
        """
        self.graph: Graph = open_graph(repository, "model", "decoder_model_merged", "decoder_model")
        if odd := [name for name in self.graph.inputs if name.startswith("past") and "past_key_values." not in name]:
            raise repository.cannot(f"its memory {odd[0]!r} is not of keys and values")

    def start(self, rows: int = 1) -> CausalDecoder:
        """A decoder that has read nothing yet."""
        return CausalDecoder(self.graph, rows)


class CausalDecoder:
    """The model at work on some rows of tokens."""

    def __init__(self, graph: Graph, rows: int) -> None:
        self._graph = graph
        self._rows = rows
        self._cache = Cache(graph, rows)
        self._remembers = bool(self._cache.values)
        self._read: NDArray[np.int64] | None = None

    def read(self, tokens: NDArray[np.int64], given: Mapping[str, Any] | None = None) -> NDArray[np.float32]:
        """Scores [rows, vocabulary] after further tokens [rows, new]; the graph may be `given` more about them."""
        import numpy as np

        before = self._read.shape[1] if self._read is not None else 0
        self._read = tokens if self._read is None else np.concatenate([self._read, tokens], axis=1)
        if not self._remembers:
            before, tokens = 0, self._read
        feed = {
            **self._cache.values,
            "input_ids": tokens,
            "attention_mask": np.ones(self._read.shape, np.int64),
            "position_ids": np.tile(np.arange(before, before + tokens.shape[1]), (self._rows, 1)),
            "cache_position": np.arange(before, before + tokens.shape[1]),
            "use_cache_branch": np.array([before > 0]),
            # Newer exports give the scores of the last tokens only, if told so.
            "num_logits_to_keep": np.array(1),
            **(given or {}),
        }
        output = self._graph.output("logits")
        made = self._graph.run(feed, [output, *presents(self._graph)])
        self._cache.update(made)
        return np.asarray(made[output][:, -1], np.float32)

    def choose(self, rows: Sequence[int]) -> None:
        """Goes on with these of its rows."""
        self._cache.choose(rows)
        if self._read is not None:
            self._read = self._read[list(rows)]
