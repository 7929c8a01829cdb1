"""Weights of the embedded model: unpacked from the packaged GGUF file, merged with an adapter, rounded to 8 bits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jarvis.llm.shape import BLOCK, LlamaShape
from jarvis.model_registry.gguf import GgufFile, GgufTensor

Array = NDArray[np.float32]

_FUSED = {
    "qkv": ("attn_q", "attn_k", "attn_v"),
    "o": ("attn_output",),
    "gu": ("ffn_gate", "ffn_up"),
    "down": ("ffn_down",),
}


@dataclass(frozen=True, slots=True)
class Adapter:
    """Low-rank changes to the linear layers (LoRA), by GGUF tensor name: weight + b @ a."""

    pairs: dict[str, tuple[Array, Array]]
    """(a [rank, inputs], b [outputs, rank]), the scale already multiplied in."""

    @classmethod
    def read(cls, path: Path) -> Adapter:
        """Reads a safetensors file of int8 matrices with one float scale a row (`training/export.py` writes it).

        Raises:
            ValueError: not such a file.
        """
        data = path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        head = json.loads(data[8 : 8 + size])
        tensors: dict[str, NDArray[np.generic]] = {}
        for name, entry in head.items():
            if name != "__metadata__":
                start, end = (8 + size + offset for offset in entry["data_offsets"])
                kind = {"I8": np.int8, "F32": np.float32, "F16": np.float16}[entry["dtype"]]
                tensors[name] = np.frombuffer(data[start:end], kind).reshape(entry["shape"])
        names = {name.rsplit(".", 2)[0] for name in tensors}
        return cls({name: (_unpack(tensors, f"{name}.a"), _unpack(tensors, f"{name}.b")) for name in names})


def adapter_metadata(path: Path) -> dict[str, str]:
    """What an adapter file says of itself: training step, LoRA rank, and for some the tools that it knows."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        metadata: dict[str, str] = json.loads(file.read(size)).get("__metadata__", {})
    return metadata


def _unpack(tensors: dict[str, NDArray[np.generic]], name: str) -> Array:
    return tensors[f"{name}.q"].astype(np.float32) * tensors[f"{name}.s"].astype(np.float32)[:, None]


def session_weights(gguf: GgufFile, shape: LlamaShape, adapter: Adapter | None) -> dict[str, NDArray[np.generic]]:
    """Every external initializer of the graph, by name."""
    weights: dict[str, NDArray[np.generic]] = {"out.w": gguf.tensors["output_norm.weight"].float32()}
    weights["cos"], weights["sin"] = _rotary(shape)
    for index in range(shape.layers):
        for fused, parts in _FUSED.items():
            rows = np.concatenate([_linear(gguf, shape, f"blk.{index}.{part}", adapter) for part in parts])
            weights[f"b{index}.{fused}.q"], weights[f"b{index}.{fused}.s"] = quantize(rows)
        for norm, name in (("n1", "attn_norm"), ("n2", "ffn_norm")):
            weights[f"b{index}.{norm}.w"] = gguf.tensors[f"blk.{index}.{name}.weight"].float32()
    return weights


def _linear(gguf: GgufFile, shape: LlamaShape, name: str, adapter: Adapter | None) -> Array:
    weight = gguf.tensors[f"{name}.weight"].float32()
    if name.endswith(("attn_q", "attn_k")):
        weight = _halves(weight, shape.head_size)
    if adapter and name in adapter.pairs:
        a, b = adapter.pairs[name]
        weight += b @ a
    return weight


def _halves(weight: Array, head_size: int) -> Array:
    # GGUF interleaves the rotary pairs of a head (x0 y0 x1 y1 ...); the adapter and the graph have x0 x1 .. y0 y1 ..
    rows, inputs = weight.shape
    pairs = weight.reshape(rows // head_size, head_size // 2, 2, inputs)
    return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(rows, inputs)


def quantize(weight: Array) -> tuple[NDArray[np.uint8], Array]:
    """Rounds [outputs, inputs] to unsigned bytes around 128, one scale a block of BLOCK inputs.

    Returns the bytes [outputs, blocks, BLOCK] and the scales [outputs * blocks], as MatMulNBits takes them.
    """
    blocks = weight.reshape(weight.shape[0], -1, BLOCK)
    scale = np.maximum(np.abs(blocks).max(axis=-1), 1e-12) * np.float32(1 / 127)
    scaled = blocks * (np.float32(1) / scale)[..., None]
    np.add(scaled, np.float32(128.5), out=scaled)
    return scaled.astype(np.uint8), scale.ravel()


def _rotary(shape: LlamaShape) -> tuple[Array, Array]:
    frequency = shape.rope_base ** (-np.arange(0, shape.head_size, 2, dtype=np.float64) / shape.head_size)
    angle = np.outer(np.arange(shape.context), frequency)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


class Embeddings:
    """Rows of the token embedding, unpacked only where they are asked for; also the output layer (tied)."""

    def __init__(self, tensor: GgufTensor) -> None:
        self._blocks = tensor.blocks()
        self.size = tensor.shape[0]

    def rows(self, ids: NDArray[np.int64]) -> Array:
        """[n, hidden] float32 of token ids [n]."""
        blocks = self._blocks[ids]
        scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
        return (blocks[..., 2:].view(np.int8) * scale).reshape(len(ids), -1).astype(np.float32, copy=False)
