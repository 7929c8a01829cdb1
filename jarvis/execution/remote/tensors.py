"""Tensors of the Open Inference Protocol, version 2, as JSON and in its binary form.

Specification: https://github.com/kserve/open-inference-protocol, and for the binary form the "binary tensor data
extension" of Triton. A binary body is the JSON, whose length stands in the header `Inference-Header-Content-Length`,
followed by the tensors; each element of a BYTES tensor has its length before it, as four bytes, little endian.
"""

from __future__ import annotations

import json
import math
import struct
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

DTYPES: Mapping[str, str] = {
    "BOOL": "|b1",
    "UINT8": "|u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "|i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
"""numpy's types of numbers by the protocol's names. BF16, which numpy lacks, is read as 16-bit parts."""
BYTES, BF16 = "BYTES", "BF16"
LENGTH_HEADER = "Inference-Header-Content-Length"
_BINARY_ONLY = frozenset({"FP16", BF16})
_MOST_DIMENSIONS = 32


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What a model says about one of its inputs or outputs."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    """-1 where any size will do."""

    def takes(self, shape: Sequence[int]) -> bool:
        """Whether a tensor of this shape fits."""
        pairs = zip(self.shape, shape, strict=False)
        return len(self.shape) == len(shape) and all(wanted in (-1, given) for wanted, given in pairs)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A named array of numbers, or a list of byte strings with a shape."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    numbers: NDArray[Any] | None = None
    strings: tuple[bytes, ...] = ()

    def raw(self) -> bytes:
        """The elements in the binary form."""
        if self.numbers is None:
            return b"".join(struct.pack("<I", len(part)) + part for part in self.strings)
        return self.numbers.tobytes()

    def listed(self) -> list[Any]:
        """The elements in one row, as JSON."""
        if self.numbers is None:
            return [part.decode("utf-8", errors="replace") for part in self.strings]
        return list(self.numbers.ravel().tolist())


def text_tensor(name: str, texts: Sequence[str], shape: Sequence[int]) -> Tensor:
    """Texts as a BYTES tensor."""
    return Tensor(name, BYTES, tuple(shape), strings=tuple(text.encode("utf-8", errors="replace") for text in texts))


def number_tensor(name: str, numbers: NDArray[Any], datatype: str) -> Tensor:
    """Numbers as a tensor of a type of the protocol.

    Raises:
        ValueError: it is not one of numbers, or the numbers do not fit into it.
    """
    import numpy as np

    if datatype not in DTYPES:
        raise ValueError(f"numbers cannot be sent as {datatype}")
    if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
        raise ValueError(f"what it is given for {name!r} holds NaN or infinity")
    array = np.asarray(numbers, dtype=DTYPES[datatype], order="C")
    return Tensor(name, datatype, tuple(array.shape), array)


def encode(tensors: Iterable[Tensor], outputs: Sequence[str], *, binary: bool) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of an inference request that wants `outputs`; all of them when it names none."""
    rows: list[dict[str, Any]] = []
    tail: list[bytes] = []
    for tensor in tensors:
        row: dict[str, Any] = {"name": tensor.name, "shape": list(tensor.shape), "datatype": tensor.datatype}
        if binary or tensor.datatype in _BINARY_ONLY:
            raw = tensor.raw()
            row["parameters"] = {"binary_data_size": len(raw)}
            tail.append(raw)
        else:
            row["data"] = tensor.listed()
        rows.append(row)
    # The protocol leaves the id to the client; KServe does not answer without one.
    body: dict[str, Any] = {"id": uuid.uuid4().hex, "inputs": rows}
    if outputs:
        body["outputs"] = [
            {"name": name, **({"parameters": {"binary_data": True}} if binary else {})} for name in outputs
        ]
    if binary:
        body["parameters"] = {"binary_data_output": True}
    head = json.dumps(body, allow_nan=False).encode()
    if not tail:
        return head, {"Content-Type": "application/json"}
    return b"".join([head, *tail]), {"Content-Type": "application/octet-stream", LENGTH_HEADER: str(len(head))}


def decode(body: bytes, headers: Mapping[str, str]) -> dict[str, Tensor]:
    """The outputs in an answer, by name.

    Raises:
        ValueError: it is not what the protocol says.
    """
    length = headers.get(LENGTH_HEADER.lower(), headers.get(LENGTH_HEADER, ""))
    if length and not (length.isascii() and length.isdigit() and int(length) <= len(body)):
        raise ValueError(f"the length of its JSON is {length[:20]!r}, of a body of {len(body)} bytes")
    head = body[: int(length)] if length else body
    tail = memoryview(body)[len(head) :]
    answer = json.loads(head.decode("utf-8"), parse_constant=_not_a_number)
    rows = answer.get("outputs") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise ValueError("it has no outputs")
    found: dict[str, Tensor] = {}
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError("one of its outputs is no object")
        tensor, tail = _tensor(row, tail)
        found[tensor.name] = tensor
    if len(tail):
        raise ValueError(f"{len(tail)} bytes are left over")
    return found


def _tensor(row: dict[str, Any], tail: memoryview) -> tuple[Tensor, memoryview]:
    name, datatype, shape = str(row.get("name", "")), str(row.get("datatype", "")), row.get("shape")
    if not isinstance(shape, list) or not _is_shape(shape):
        raise ValueError(f"the shape of {name!r} is {str(shape)[:60]}")
    dimensions = tuple(int(size) for size in shape)
    parameters = row.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is None:
        return _from_list(name, datatype, dimensions, row.get("data")), tail
    if not isinstance(size, int) or not 0 <= size <= len(tail):
        raise ValueError(f"{name!r} is said to have {size} bytes, and {len(tail)} are there")
    return _from_bytes(name, datatype, dimensions, bytes(tail[:size])), tail[size:]


def _is_shape(sizes: list[Any]) -> bool:
    whole = all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in sizes)
    return whole and len(sizes) <= _MOST_DIMENSIONS


def _from_list(name: str, datatype: str, shape: tuple[int, ...], data: Any) -> Tensor:
    import numpy as np

    if not isinstance(data, list):
        raise ValueError(f"{name!r} has no data")
    flat = list(_flat(data))
    _check_count(name, shape, len(flat))
    if datatype == BYTES:
        if not all(isinstance(item, str) for item in flat):
            raise ValueError(f"{name!r} holds something that is no text")
        return Tensor(name, datatype, shape, strings=tuple(str(item).encode() for item in flat))
    if not all(isinstance(item, int | float) for item in flat):
        raise ValueError(f"{name!r} holds something that is no number")
    return _numbers(name, datatype, shape, np.array(flat, dtype=_dtype(name, datatype)))


def _from_bytes(name: str, datatype: str, shape: tuple[int, ...], raw: bytes) -> Tensor:
    import numpy as np

    if datatype == BYTES:
        strings = tuple(_strings(name, raw))
        _check_count(name, shape, len(strings))
        return Tensor(name, datatype, shape, strings=strings)
    dtype = np.dtype("<u2" if datatype == BF16 else _dtype(name, datatype))
    if len(raw) % dtype.itemsize:
        raise ValueError(f"{name!r} has {len(raw)} bytes, which is no whole number of {datatype}")
    _check_count(name, shape, len(raw) // dtype.itemsize)
    array: NDArray[Any] = np.frombuffer(raw, dtype)
    if datatype == BF16:  # the upper half of a 32-bit number
        array = (array.astype("<u4") << 16).view("<f4")
    return _numbers(name, datatype, shape, array)


def _numbers(name: str, datatype: str, shape: tuple[int, ...], array: NDArray[Any]) -> Tensor:
    import numpy as np

    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name!r} holds NaN or infinity")
    return Tensor(name, datatype, shape, array.reshape(shape))


def _dtype(name: str, datatype: str) -> str:
    if datatype not in DTYPES:
        raise ValueError(f"{name!r} is of the type {datatype[:20]!r}")
    return DTYPES[datatype]


def _strings(name: str, raw: bytes) -> Iterable[bytes]:
    at = 0
    while at < len(raw):
        if at + 4 > len(raw):
            raise ValueError(f"{name!r} ends in the middle of a text")
        (length,) = struct.unpack_from("<I", raw, at)
        at += 4 + length
        if at > len(raw):
            raise ValueError(f"{name!r} ends in the middle of a text")
        yield raw[at - length : at]


def _flat(data: list[Any]) -> Iterable[Any]:
    for item in data:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _check_count(name: str, shape: tuple[int, ...], count: int) -> None:
    if math.prod(shape) != count:
        raise ValueError(f"{name!r} has {count} elements, which do not fill the shape {list(shape)}")


def _not_a_number(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
