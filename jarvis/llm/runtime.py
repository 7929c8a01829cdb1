"""Runs the embedded language model on ONNX Runtime, with its key-value cache in the caller's hands."""

from __future__ import annotations

import ctypes
import math
import mmap
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jarvis.llm.shape import SMOLLM2, WEIGHTS_FILE, LlamaShape
from jarvis.llm.weights import Adapter, Embeddings, session_weights, write_weights
from jarvis.model_registry.gguf import GgufFile, GgufTensor

Array = NDArray[np.float32]
GRAPH = Path(__file__).with_name("graphs") / "smollm2-135m.onnx"
_AT_ONCE = 128
"""Tokens that are read in one step at most; what a step works with grows with their number."""
_ROOM = 256
"""The cache grows by so many tokens at a time. What is not filled takes no memory."""


class LanguageModel:
    """A loaded model. One thread at a time."""

    def __init__(self, gguf: Path, adapter: Path | None, threads: int = 2, shape: LlamaShape = SMOLLM2) -> None:
        """Loads base and adapter.

        Raises:
            ValueError: a file that is not what it should be.
        """
        tensors = GgufFile.open(gguf).tensors
        self.shape = shape
        self.embeddings = Embeddings(tensors["token_embd.weight"])
        self.session: Any = _session(tensors, shape, adapter, threads)
        self.embeddings.scattered()
        _trim()

    def start(self) -> Reading:
        """A reading of nothing yet."""
        return Reading(self)

    def rest(self) -> None:
        """Gives back the memory that is cheaply filled again."""
        self.embeddings.let_go()

    def logits(self, hidden: Array, tokens: NDArray[np.int64]) -> Array:
        """Scores of chosen next tokens after a hidden state [hidden] -> [tokens]."""
        return self.embeddings.products(tokens, hidden)


class Reading:
    """What a model has read: tokens, with the keys and values of every layer. It can be cut back, continued, copied.

    Steps of two and more tokens give the same numbers however a text is divided into them; a step of one token is
    rounded otherwise inside ONNX Runtime, about as well.
    """

    def __init__(self, model: LanguageModel) -> None:
        import onnxruntime as ort

        self._model = model
        self._value: Any = ort.OrtValue.ortvalue_from_numpy
        self._binding: Any = model.session.io_binding()
        self._cache = _empty_cache(model.shape, 0)
        self.tokens: list[int] = []
        """What was read."""

    def read(self, tokens: Sequence[int]) -> Array:
        """The hidden states [tokens, hidden] after each of these tokens, which follow those that were read.

        Raises:
            ValueError: more tokens than the context holds.
        """
        total = len(self.tokens) + len(tokens)
        if total > self._model.shape.context:
            raise ValueError(f"{total} tokens are more than the {self._model.shape.context} that the model reads")
        self._reserve(total)
        if not tokens:
            return np.zeros((0, self._model.shape.hidden), np.float32)
        parts = np.array_split(np.asarray(tokens, np.int64), -(-len(tokens) // _AT_ONCE))
        return np.concatenate([self._step(part) for part in parts])

    def cut(self, length: int) -> None:
        """Goes back to the first `length` tokens."""
        del self.tokens[length:]

    def copy(self, length: int) -> Reading:
        """Another reading, of the first `length` tokens of this one."""
        other = Reading(self._model)
        other._reserve(length)
        other._cache[:, :, :, :length] = self._cache[:, :, :, :length]
        other.tokens = self.tokens[:length]
        return other

    def _step(self, tokens: NDArray[np.int64]) -> Array:
        before = len(self.tokens)
        total = before + len(tokens)
        embedded = self._model.embeddings.rows(tokens)[None]
        hidden: Array = np.empty(embedded.shape, np.float32)
        self._binding.bind_ortvalue_input("embeddings", self._value(embedded))
        self._binding.bind_ortvalue_input("last", self._value(np.array([total - 1], np.int32)))
        self._binding.bind_ortvalue_input("total", self._value(np.array(total, np.int32)))
        self._binding.bind_ortvalue_output("hidden", self._value(hidden))
        self._model.session.run_with_iobinding(self._binding)
        self.tokens.extend(tokens.tolist())
        return hidden.reshape(len(tokens), -1)

    def _reserve(self, length: int) -> None:
        """Makes room for `length` tokens. Keys and values lie where the model puts the next ones behind them."""
        if length <= self._cache.shape[3]:
            return
        cache = _empty_cache(self._model.shape, -(-length // _ROOM) * _ROOM)
        cache[:, :, :, : len(self.tokens)] = self._cache[:, :, :, : len(self.tokens)]
        self._cache = cache
        names = [f"{layer}.{kind}" for layer in range(self._model.shape.layers) for kind in "kv"]
        for name, part in zip(names, cache, strict=True):
            value = self._value(part)
            self._binding.bind_ortvalue_input(f"past.{name}", value)
            self._binding.bind_ortvalue_output(f"present.{name}", value)


def _empty_cache(shape: LlamaShape, length: int) -> Array:
    """Room for the keys and values of so many tokens: [key or value of a layer, 1, head, token, head size]."""
    sizes = (2 * shape.layers, 1, shape.kv_heads, length, shape.head_size)
    if not length:
        return np.empty(sizes, np.float32)
    # Not from numpy, which would have it in pages of 2 MB, resident though empty; and given back at once when dropped.
    memory = mmap.mmap(-1, 4 * math.prod(sizes))
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, np.float32).reshape(sizes)


def _trim() -> None:
    """Gives the system back what was freed: glibc keeps it, and loading frees tens of MB in small pieces."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def _session(tensors: Mapping[str, GgufTensor], shape: LlamaShape, adapter: Path | None, threads: int) -> Any:
    import onnxruntime as ort

    def weights() -> Iterator[tuple[str, NDArray[np.generic]]]:
        return session_weights(tensors, shape, Adapter.read(adapter) if adapter else None)

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # every step has a shape of its own, and each pattern would be kept
    providers = ["CPUExecutionProvider"]
    # ONNX Runtime repacks weights one by one. From a file it takes one at a time; from memory all lie there twice.
    try:
        with TemporaryDirectory(prefix="jarvis-", ignore_cleanup_errors=True) as folder:
            write_weights(Path(folder) / WEIGHTS_FILE, weights())
            options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
            return ort.InferenceSession(GRAPH.read_bytes(), options, providers)
    except OSError:  # no room on the disk
        named = dict(weights())
    options.add_external_initializers(list(named), [ort.OrtValue.ortvalue_from_numpy(each) for each in named.values()])
    return ort.InferenceSession(str(GRAPH), options, providers)
