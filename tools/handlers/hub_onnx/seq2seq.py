"""Encoder-decoders: the encoder reads once, the decoder writes token after token with what it remembers.

Both layouts of the hubs are read: `decoder_model_merged.onnx`, whose `use_cache_branch` says whether there is a past,
and `decoder_model.onnx` for the first token beside `decoder_with_past_model.onnx` for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.tools.handler import Sink
from jarvis.tools.handlers.hub_onnx.cache import Cache, presents
from jarvis.tools.handlers.hub_onnx.decoding import write
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.sessions import Graph, open_graph
from jarvis.tools.handlers.hub_onnx.wishes import Wishes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EncoderDecoder:
    """A loaded encoder with its decoder."""

    def __init__(self, repository: Repository) -> None:
        """Loads both.

        Raises:
            ModelError: a graph is missing or cannot be loaded.
        """
        self.encoder = open_graph(repository, "encoder_model")
        merged = repository.find_graph("decoder_model_merged")
        self.first = Graph(merged, repository.threads) if merged else open_graph(repository, "decoder_model")
        later = None if merged else repository.find_graph("decoder_with_past_model")
        self.later = Graph(later, repository.threads) if later else self.first

    def encode(self, given: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """What the decoder needs of the encoder's input: its states, and the mask of the input where there is one."""
        made = self.encoder.run(given)
        states = made[self.encoder.output("last_hidden_state", "hidden_states")]
        mask = given.get("attention_mask")
        if mask is None or mask.shape[:2] != states.shape[:2]:
            import numpy as np

            mask = np.ones(states.shape[:2], np.int64)
        return {"encoder_hidden_states": states, "encoder_attention_mask": mask}

    def write(self, encoded: Mapping[str, Any], prompt: Sequence[int], wishes: Wishes, sink: Sink) -> list[int]:
        """The tokens that the decoder writes after the prompt, without the end token.

        Raises:
            TaskError: nobody waits for them any more.
        """
        rows = wishes.beams if not wishes.sample else 1
        return write(SeqDecoder(self, encoded, rows), prompt, wishes, sink.check)

    def scores(self, encoded: Mapping[str, Any], tokens: Sequence[int]) -> NDArray[np.float32]:
        """The decoder's scores [vocabulary] of the token that comes after these."""
        import numpy as np

        return np.asarray(SeqDecoder(self, encoded, 1).read(np.asarray([list(tokens)], np.int64))[0])


class SeqDecoder:
    """The decoder at work on one input, in several rows side by side."""

    def __init__(self, model: EncoderDecoder, encoded: Mapping[str, Any], rows: int) -> None:
        import numpy as np

        self._model = model
        self._encoded = {name: np.repeat(value, rows, axis=0) for name, value in encoded.items()}
        self._rows = rows
        self._cache = Cache(model.first, rows)
        self._read: NDArray[np.int64] | None = None

    def read(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores [rows, vocabulary] after further tokens [rows, new]."""
        import numpy as np

        before = 0 if self._read is None else self._read.shape[1]
        self._read = tokens if self._read is None else np.concatenate([self._read, tokens], axis=1)
        graph = self._model.later if before else self._model.first
        if before and not any(name.startswith("past_key_values.") for name in graph.inputs):
            # Without a past everything is read again for every token.
            before, tokens = 0, self._read
        feed = {
            **self._encoded,
            **self._cache.values,
            "input_ids": tokens,
            "decoder_input_ids": tokens,
            "attention_mask": np.ones(self._read.shape, np.int64),
            "decoder_attention_mask": np.ones(self._read.shape, np.int64),
            "position_ids": np.tile(np.arange(before, before + tokens.shape[1]), (self._rows, 1)),
            "cache_position": np.arange(before, before + tokens.shape[1]),
            "use_cache_branch": np.array([before > 0]),
        }
        made = graph.run(feed, [graph.output("logits"), *presents(graph)])
        self._cache.update(made)
        return np.asarray(made[graph.output("logits")][:, -1], np.float32)

    def choose(self, rows: Sequence[int]) -> None:
        """Goes on with these of its rows."""
        self._cache.choose(rows)
        if self._read is not None:
            self._read = self._read[list(rows)]
