"""Runs the embedded language model on ONNX Runtime, with its key-value cache in the caller's hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jarvis.llm.shape import SMOLLM2, LlamaShape
from jarvis.llm.weights import Adapter, Embeddings, session_weights
from jarvis.model_registry.gguf import GgufFile

Array = NDArray[np.float32]
GRAPH = Path(__file__).with_name("graphs") / "smollm2-135m.onnx"


@dataclass(frozen=True, slots=True)
class State:
    """What the model has read: keys and values of every layer, and the hidden state of the last token."""

    length: int
    cache: tuple[Any, ...]
    """OrtValues, (key, value) by layer, each [1, kv heads, length, head size]."""
    hidden: Array
    """[new tokens, hidden] of the last call."""


class LanguageModel:
    """A loaded model. One thread at a time; states may be kept, shared and continued in any order."""

    def __init__(self, gguf: Path, adapter: Path | None, threads: int = 2, shape: LlamaShape = SMOLLM2) -> None:
        """Loads base and adapter.

        Raises:
            ValueError: a file that is not what it should be.
        """
        import onnxruntime as ort

        file = GgufFile.open(gguf)
        self.shape = shape
        self.embeddings = Embeddings(file.tensors["token_embd.weight"])
        weights = session_weights(file, shape, Adapter.read(adapter) if adapter else None)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        values = {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in weights.items()}
        options.add_external_initializers(list(values), list(values.values()))
        self._session: Any = ort.InferenceSession(str(GRAPH), options, providers=["CPUExecutionProvider"])
        self._ort: Any = ort
        names = [f"{i}.{kind}" for i in range(shape.layers) for kind in "kv"]
        self._past = [f"past.{name}" for name in names]
        self._outputs = ["hidden", *(f"present.{name}" for name in names)]

    def empty(self) -> State:
        """The state before any token."""
        shape = (1, self.shape.kv_heads, 0, self.shape.head_size)
        zero = self._ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32))
        return State(0, (zero,) * len(self._past), np.zeros((0, self.shape.hidden), np.float32))

    def read(self, state: State, tokens: Sequence[int]) -> State:
        """The state after more tokens, all in one step.

        Raises:
            ValueError: more tokens than the context holds.
        """
        total = state.length + len(tokens)
        if total > self.shape.context:
            raise ValueError(f"{total} tokens are more than the {self.shape.context} that the model reads")
        value = self._ort.OrtValue.ortvalue_from_numpy
        feed = dict(zip(self._past, state.cache, strict=True))
        feed["embeddings"] = value(self.embeddings.rows(np.asarray(tokens, np.int64))[None])
        feed["last"] = value(np.array([total - 1], np.int32))
        feed["total"] = value(np.array(total, np.int32))
        hidden, *cache = self._session.run_with_ort_values(self._outputs, feed)
        return State(total, tuple(cache), hidden.numpy()[0])

    def cut(self, state: State, length: int) -> State:
        """The state as it was after `length` tokens; its hidden states are empty."""
        value = self._ort.OrtValue.ortvalue_from_numpy
        cache = tuple(value(np.ascontiguousarray(v.numpy()[:, :, :length])) for v in state.cache)
        return State(length, cache, np.zeros((0, self.shape.hidden), np.float32))

    def logits(self, hidden: Array, tokens: NDArray[np.int64]) -> Array:
        """Scores of chosen next tokens after a hidden state [hidden] -> [tokens]."""
        return self.embeddings.rows(tokens) @ hidden
