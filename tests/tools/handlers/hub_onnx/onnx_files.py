"""Writes small ONNX files by hand, so that the tests need neither torch nor the `onnx` package.

An ONNX file is a protobuf message; the field numbers below are those of `onnx.proto`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

_NUMBERS = {"float32": 1, "uint8": 2, "int32": 6, "int64": 7, "bool": 9, "float16": 10}
Shape = Sequence[int | str]


@dataclass(frozen=True)
class Node:
    """One operator: `Node("MatMul", "a weights", "out")`; an attribute is a number, a list of them, a text or a Net."""

    operator: str
    inputs: str
    outputs: str
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Net:
    """A graph: inputs and outputs as `name: (type, shape)`."""

    nodes: Sequence[Node]
    inputs: Mapping[str, tuple[str, Shape]]
    outputs: Mapping[str, tuple[str, Shape]]
    weights: Mapping[str, Any] = field(default_factory=dict[str, Any])


def write_onnx(net: Net, path: Path) -> Path:
    """Writes the graph and gives its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    opset = _message(_text(1, ""), _number(2, 17))
    path.write_bytes(_message(_number(1, 8), _part(7, _graph(net)), _part(8, opset)))
    return path


def _graph(net: Net) -> bytes:
    return _message(
        *(_part(1, _node(node)) for node in net.nodes),
        _text(2, "net"),
        *(_part(5, _tensor(name, np.asarray(value))) for name, value in net.weights.items()),
        *(_part(11, _value(name, *kind)) for name, kind in net.inputs.items()),
        *(_part(12, _value(name, *kind)) for name, kind in net.outputs.items()),
    )


def _node(node: Node) -> bytes:
    return _message(
        *(_text(1, "" if name == "-" else name) for name in node.inputs.split()),
        *(_text(2, name) for name in node.outputs.split()),
        _text(4, node.operator),
        *(_part(5, _attribute(name, value)) for name, value in node.attributes.items()),
    )


def _attribute(name: str, value: Any) -> bytes:
    if isinstance(value, Net):
        return _message(_text(1, name), _part(6, _graph(value)), _number(20, 5))
    if isinstance(value, float):
        return _message(_text(1, name), _key(2, 5) + struct.pack("<f", value), _number(20, 1))
    if isinstance(value, int):
        return _message(_text(1, name), _number(3, value), _number(20, 2))
    return _message(_text(1, name), *(_number(8, part) for part in value), _number(20, 7))


def _tensor(name: str, value: Any) -> bytes:
    sizes = (_number(1, size) for size in value.shape)
    return _message(*sizes, _number(2, _NUMBERS[value.dtype.name]), _text(8, name), _part(9, value.tobytes()))


def _value(name: str, kind: str, shape: Shape) -> bytes:
    sizes = (_part(1, _number(1, size) if isinstance(size, int) else _text(2, size)) for size in shape)
    tensor = _message(_number(1, _NUMBERS[kind]), _part(2, _message(*sizes)))
    return _message(_text(1, name), _part(2, _part(1, tensor)))


def _message(*parts: bytes) -> bytes:
    return b"".join(parts)


def _key(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(value)


def _part(number: int, content: bytes) -> bytes:
    return _key(number, 2) + _varint(len(content)) + content


def _text(number: int, text: str) -> bytes:
    return _part(number, text.encode())


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers in two's complement
    found: list[int] = []
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def joined(*texts: Iterable[str]) -> str:
    """Names for a Node."""
    return " ".join(name for text in texts for name in text)
