"""Weights: adapters, rounding, and where they lie in the file that the graph reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jarvis.llm.shape import BLOCK, SMOLLM2, aligned
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE
from jarvis.llm.weights import Adapter, Embeddings, adapter_metadata, quantize, session_weights, write_weights
from jarvis.model_registry.gguf import GgufFile
from jarvis.model_registry.packaged import package_file


def adapter_file(path: Path) -> Path:
    tensors: dict[str, NDArray[np.generic]] = {
        "blk.0.ffn_up.a.q": np.array([[1, 2], [3, 4]], np.int8),
        "blk.0.ffn_up.a.s": np.array([0.5, 1.0], np.float32),
        "blk.0.ffn_up.b.q": np.array([[1, 0], [0, 1], [1, 1]], np.int8),
        "blk.0.ffn_up.b.s": np.array([1.0, 2.0, 1.0], np.float16),
    }
    kinds = {"int8": "I8", "float32": "F32", "float16": "F16"}
    head: dict[str, object] = {"__metadata__": {"step": "7"}}
    body = b""
    for name, tensor in tensors.items():
        offsets = [len(body), len(body) + tensor.nbytes]
        head[name] = {"dtype": kinds[str(tensor.dtype)], "shape": list(tensor.shape), "data_offsets": offsets}
        body += tensor.tobytes()
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def test_an_adapter_says_what_is_added(tmp_path: Path) -> None:
    path = adapter_file(tmp_path / "adapter.safetensors")
    change = Adapter.read(path).change("blk.0.ffn_up")
    assert change is not None
    assert change.tolist() == [[0.5, 1.0], [6.0, 8.0], [3.5, 5.0]]
    assert Adapter.read(path).change("blk.0.ffn_down") is None
    assert adapter_metadata(path) == {"step": "7"}


def test_rounding_is_within_half_a_step() -> None:
    weight = np.random.default_rng(0).normal(size=(3, 4 * BLOCK)).astype(np.float32)
    rounded, scales = quantize(weight)
    back = (rounded.astype(np.float32) - 128) * scales.reshape(3, 4)[..., None]
    assert np.abs(back.reshape(weight.shape) - weight).max() <= 0.51 * scales.max()


def test_weights_lie_one_after_the_other(tmp_path: Path) -> None:
    one, other = np.arange(5, dtype=np.float32), np.ones((2, 3), np.uint8)
    write_weights(tmp_path / "weights", [("one", one), ("other", other)])
    data = (tmp_path / "weights").read_bytes()
    assert data[:20] == one.tobytes()
    assert data[4096:4102] == other.tobytes()
    assert len(data) == 8192 == aligned(4097)


def test_every_weight_of_the_graph_is_given_once() -> None:
    tensors = GgufFile.open(package_file(BASE_PACKAGE, BASE_FILE)).tensors
    names = [
        name for name, _ in zip((name for name, _ in session_weights(tensors, SMOLLM2, None)), range(23), strict=False)
    ]
    layer = ["n1.w", "qkv.q", "qkv.s", "o.q", "o.s", "n2.w", "gu.q", "gu.s", "down.q", "down.s"]
    assert names == ["cos", "sin", *(f"b0.{name}" for name in layer), *(f"b1.{name}" for name in layer), "b2.n1.w"]


def test_embeddings_that_were_let_go_come_back() -> None:
    embeddings = Embeddings(GgufFile.open(package_file(BASE_PACKAGE, BASE_FILE)).tensors["token_embd.weight"])
    ids = np.array([5, 49_151])
    before = embeddings.rows(ids)
    embeddings.let_go()
    assert np.array_equal(embeddings.rows(ids), before)
    hidden = np.ones(576, np.float32)
    assert np.allclose(embeddings.products(ids, hidden), before.sum(axis=1), atol=1e-3)
