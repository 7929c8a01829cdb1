"""Weights of the embedded model: unpacked from the packaged GGUF file, merged with an adapter, rounded to 8 bits."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jarvis.llm.shape import BLOCK, LlamaShape, aligned
from jarvis.model_registry.gguf import GgufTensor

Array = NDArray[np.float32]

_FUSED = {
    "qkv": ("attn_q", "attn_k", "attn_v"),
    "o": ("attn_output",),
    "gu": ("ffn_gate", "ffn_up"),
    "down": ("ffn_down",),
}
_NORMS = {"n1": "attn_norm", "n2": "ffn_norm"}


class Adapter:
    """Low-rank changes to the linear layers (LoRA), by GGUF tensor name: weight + b @ a."""

    def __init__(self, tensors: Mapping[str, NDArray[np.generic]]) -> None:
        """`NAME.a.q`, int8 [rank, inputs], with `NAME.a.s`, one scale a row; `NAME.b.q`, `NAME.b.s` [outputs, rank]."""
        self._tensors = tensors

    @classmethod
    def read(cls, path: Path) -> Self:
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
                kind = np.dtype({"I8": np.int8, "F32": np.float32, "F16": np.float16}[entry["dtype"]])
                count = (end - start) // kind.itemsize
                tensors[name] = np.frombuffer(data, kind, count, start).reshape(entry["shape"])
        return cls(tensors)

    def change(self, name: str) -> Array | None:
        """What is added to a linear layer, [outputs, inputs]; None when nothing is."""
        if f"{name}.a.q" not in self._tensors:
            return None
        return _unpack(self._tensors, f"{name}.b") @ _unpack(self._tensors, f"{name}.a")


def adapter_metadata(path: Path) -> dict[str, str]:
    """What an adapter file says of itself: training step, LoRA rank, and for some the tools that it knows."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        metadata: dict[str, str] = json.loads(file.read(size)).get("__metadata__", {})
    return metadata


def _unpack(tensors: Mapping[str, NDArray[np.generic]], name: str) -> Array:
    return tensors[f"{name}.q"].astype(np.float32) * tensors[f"{name}.s"].astype(np.float32)[:, None]


def session_weights(
    tensors: Mapping[str, GgufTensor], shape: LlamaShape, adapter: Adapter | None
) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Every external initializer of the graph by name, in the order in which the graph has them in its file."""
    yield from zip(("cos", "sin"), _rotary(shape), strict=True)
    for index in range(shape.layers):
        for names in (("n1", "qkv", "o"), ("n2", "gu", "down")):
            yield f"b{index}.{names[0]}.w", tensors[f"blk.{index}.{_NORMS[names[0]]}.weight"].float32()
            for fused in names[1:]:
                parts = [_linear(tensors, shape, f"blk.{index}.{part}", adapter) for part in _FUSED[fused]]
                rounded, scales = quantize(np.concatenate(parts))
                yield f"b{index}.{fused}.q", rounded
                yield f"b{index}.{fused}.s", scales
        _let_go(tensors["output_norm.weight"])
    yield "out.w", tensors["output_norm.weight"].float32()


def write_weights(path: Path, weights: Iterable[tuple[str, NDArray[np.generic]]]) -> None:
    """Writes them one after the other, as `build_graph.py` says where each lies.

    Raises:
        OSError: it cannot be written there.
    """
    with path.open("wb") as file:
        for _, weight in weights:
            file.seek(aligned(file.tell()))
            file.write(weight.data)
        file.truncate(aligned(file.tell()))


def _let_go(tensor: GgufTensor) -> None:
    """Lets the system take back the memory that the tensor's file has been read into; it is read again when needed."""
    _advise(tensor, "MADV_DONTNEED")


def _advise(tensor: GgufTensor, advice: str) -> None:
    mapping = getattr(tensor.data.base, "obj", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mmap, advice):
        mapping.madvise(getattr(mmap, advice))


def _linear(tensors: Mapping[str, GgufTensor], shape: LlamaShape, name: str, adapter: Adapter | None) -> Array:
    weight = tensors[f"{name}.weight"].float32()
    if name.endswith(("attn_q", "attn_k")):
        weight = _halves(weight, shape.head_size)
    change = adapter.change(name) if adapter else None
    if change is not None:
        weight += change
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
        self._tensor, self._blocks = tensor, tensor.blocks()
        self.size = tensor.shape[0]

    def rows(self, ids: NDArray[np.int64]) -> Array:
        """[n, hidden] float32 of token ids [n]."""
        blocks = self._blocks[ids]
        scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
        return (blocks[..., 2:].view(np.int8) * scale).reshape(len(ids), -1).astype(np.float32, copy=False)

    def scattered(self) -> None:
        """Tells the system that rows are asked for here and there, so that it reads no others along with them."""
        _advise(self._tensor, "MADV_RANDOM")

    def let_go(self) -> None:
        """Lets the system take back the memory of the rows that were read; they are read again when asked for."""
        _let_go(self._tensor)

    def products(self, ids: NDArray[np.int64], hidden: Array) -> Array:
        """The rows of token ids [n] times a hidden state [hidden] -> [n]; also all of them, in little memory."""
        if len(ids) <= _FEW:
            return self.rows(ids) @ hidden
        parts = np.array_split(ids, -(-len(ids) // _FEW))
        return np.concatenate([self.rows(part) @ hidden for part in parts])


_FEW = 2048
"""Rows of the embedding that are unpacked at once, 5 MB."""
