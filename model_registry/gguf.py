"""Reads GGUF files: metadata and tensors, mapped into memory, without a dependency on any runtime.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3, little endian).
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
F32, Q4_1, Q8_0 = 0, 3, 8
_BLOCK_BYTES = {F32: (1, 4), Q4_1: (32, 20), Q8_0: (32, 34)}


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def scalar(self, code: str) -> Any:
        value = struct.unpack_from("<" + code, self.data, self.at)[0]
        self.at += struct.calcsize("<" + code)
        return value

    def string(self) -> str:
        length = self.scalar("Q")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            inner, count = self.scalar("I"), self.scalar("Q")
            if inner in _SCALARS:
                values = struct.unpack_from(f"<{count}{_SCALARS[inner]}", self.data, self.at)
                self.at += struct.calcsize(f"<{count}{_SCALARS[inner]}")
                return list(values)
            return [self.value(inner) for _ in range(count)]
        return self.scalar(_SCALARS[kind])


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """One tensor as it lies in the file."""

    shape: tuple[int, ...]
    """Rows first, as numpy has it (GGUF stores the reverse)."""
    kind: int
    data: NDArray[np.uint8]

    def blocks(self) -> NDArray[np.uint8]:
        """Quantized blocks, [rows, blocks per row, bytes per block]."""
        per_block, size = _BLOCK_BYTES[self.kind]
        return self.data.reshape(self.shape[0], self.shape[-1] // per_block, size)

    def float32(self) -> NDArray[np.float32]:
        """The values, unpacked.

        Raises:
            ValueError: a quantization other than F32, Q4_1, Q8_0.
        """
        if self.kind == F32:
            return self.data.view(np.float32).reshape(self.shape)
        blocks = self.blocks()
        scale = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
        if self.kind == Q8_0:
            values = blocks[..., 2:].view(np.int8) * scale
        else:
            low = np.ascontiguousarray(blocks[..., 2:4]).view(np.float16).astype(np.float32)
            nibbles = np.concatenate([blocks[..., 4:] & 15, blocks[..., 4:] >> 4], axis=-1)
            values = nibbles * scale + low
        return values.astype(np.float32, copy=False).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class GgufFile:
    """Metadata fields and tensors by name."""

    fields: dict[str, Any]
    tensors: dict[str, GgufTensor] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Maps a file into memory.

        Raises:
            ValueError: not a GGUF file of version 2 or 3, or a tensor of an unknown kind.
        """
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        cursor = _Cursor(data)
        if data[:4] != b"GGUF" or struct.unpack_from("<I", data, 4)[0] not in (2, 3):
            raise ValueError(f"{path} is not a GGUF file of version 2 or 3")
        cursor.at = 8
        tensor_count, field_count = cursor.scalar("Q"), cursor.scalar("Q")
        fields: dict[str, Any] = {}
        for _ in range(field_count):
            name = cursor.string()
            fields[name] = cursor.value(cursor.scalar("I"))
        return cls(fields, _tensors(cursor, tensor_count, int(fields.get("general.alignment", 32)), path))


def _tensors(cursor: _Cursor, count: int, alignment: int, path: Path) -> dict[str, GgufTensor]:
    heads: list[tuple[str, tuple[int, ...], int, int]] = []
    for _ in range(count):
        name = cursor.string()
        shape = tuple(reversed([cursor.scalar("Q") for _ in range(cursor.scalar("I"))]))
        heads.append((name, shape, cursor.scalar("I"), cursor.scalar("Q")))
    start = -(-cursor.at // alignment) * alignment
    tensors: dict[str, GgufTensor] = {}
    for name, shape, kind, offset in heads:
        if kind not in _BLOCK_BYTES:
            raise ValueError(f"{path}: tensor {name} has the unknown kind {kind}")
        per_block, size = _BLOCK_BYTES[kind]
        length = int(np.prod(shape)) // per_block * size
        data = np.frombuffer(cursor.data, np.uint8, length, start + offset)
        tensors[name] = GgufTensor(shape, kind, data)
    return tensors
