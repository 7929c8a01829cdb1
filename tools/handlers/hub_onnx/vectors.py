"""Texts as vectors, pooled as the repository's sentence-transformers settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import TextReader, needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository, whole
from jarvis.tools.handlers.hub_onnx.results import DIGITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_POOLINGS = {
    "pooling_mode_cls_token": "first", "pooling_mode_max_tokens": "highest", "pooling_mode_lasttoken": "last",
    "pooling_mode_mean_sqrt_len_tokens": "root", "pooling_mode_mean_tokens": "mean",
}  # fmt: skip
_NAMED = {"cls": "first", "max": "highest", "lasttoken": "last", "mean_sqrt_len_tokens": "root", "mean": "mean"}
_MADE = ("sentence_embedding", "text_embeds")
"""Outputs of graphs that pool by themselves."""


class TextVectors:
    """sentence-similarity, and vectors for whoever wants them."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        repository = Repository(files, options)
        self._reader = TextReader(repository)
        self._pooling = _pooling(repository)
        told = whole(repository.json("sentence_bert_config.json").get("max_seq_length"), self._reader.tokens.limit)
        self._limit = min(told, self._reader.tokens.limit)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """`{"score": 0.74}`: the cosine of the two texts, from 0, nothing in common, to 1, the same meaning.

        Raises:
            TaskError: one of the texts is empty.
        """
        del sink
        first, second = self.embed([needed_text(inputs, "text"), needed_text(inputs, "other")])
        return {"score": round(min(max(float(first @ second), 0.0), 1.0), DIGITS)}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of several texts, of length 1, shape [texts, size]."""
        import numpy as np

        reader = self._reader
        batch = reader.tokens.batch([reader.tokens.encode(text, self._limit) for text in texts])
        made = reader.graph.run(batch)
        name = next((name for name in _MADE if name in made), "")
        pooled = (
            made[name]
            if name
            else pool(made[reader.graph.output("last_hidden_state")], batch["attention_mask"], self._pooling)
        )
        pooled = np.asarray(pooled, np.float32)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=-1, keepdims=True), 1e-12))


def pool(states: NDArray[Any], mask: NDArray[np.int64], kinds: Sequence[str]) -> NDArray[np.float32]:
    """One vector for each text of the states [texts, tokens, size] of its tokens; several kinds stand side by side."""
    import numpy as np

    weights = mask[..., None].astype(np.float32)
    states = states.astype(np.float32)
    count = np.maximum(weights.sum(axis=1), 1e-9)
    rows = np.arange(len(states))
    total = (states * weights).sum(axis=1)
    # Tokens may be filled up at either side: the first and last are those that the mask has.
    found = {
        "first": lambda: states[rows, mask.argmax(axis=1)],
        "last": lambda: states[rows, mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)],
        "highest": lambda: np.where(weights > 0, states, -1e9).max(axis=1),
        "root": lambda: total / np.sqrt(count),
        "mean": lambda: total / count,
    }
    return np.concatenate([found[kind]() for kind in kinds], axis=-1)


def _pooling(repository: Repository) -> list[str]:
    """The kinds of pooling that the repository wants; the mean when it says nothing."""
    said = repository.json("1_Pooling/config.json")
    named = said.get("pooling_mode")
    if isinstance(named, str) and named in _NAMED:
        return [_NAMED[named]]
    return [kind for name, kind in _POOLINGS.items() if said.get(name)] or ["mean"]
