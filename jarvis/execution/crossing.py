"""Values and errors on their way into another process: plain JSON, with the bytes of arrays beside it.

What is received only ever becomes text, numbers, lists, arrays, Artifacts and exceptions of known classes. Nothing is
unpickled, so nothing that a model made can run here. In the JSON a dict with a single key that begins with `$` stands
for something that JSON lacks; a dict of a model's own with such a key travels as `$data`.
"""

from __future__ import annotations

import builtins
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jarvis import errors
from jarvis.artifacts import Artifact, Provenance
from jarvis.errors import JarvisError

_MANY_FLOATS = 128
"""Numbers in a list, as in an embedding, from which on they cross as an array: JSON takes 40 times as long."""
_ALIGNED = 64
_NUMBERS = "biufc"
"""Kinds of NumPy types whose bytes mean numbers and nothing else."""


class Packed:
    """A value as JSON, and the bytes of its arrays with the place at which each begins."""

    def __init__(self, value: Any) -> None:
        """Packs `value`.

        Raises:
            TypeError: it holds something that is neither text, a number, a list, a dict, an array nor an Artifact.
        """
        self.pieces: list[tuple[int, memoryview]] = []
        self.size = 0
        """Bytes of all arrays, with the gaps between them."""
        self.plain = self._plain(value)

    def _plain(self, value: Any) -> Any:
        if value is None or isinstance(value, str | int | float):
            return value
        if isinstance(value, list | tuple):
            return self._list(value)
        if isinstance(value, dict):
            plain = {key: self._plain(item) for key, item in value.items()}
            return {"$data": plain} if any(str(key).startswith("$") for key in plain) else plain
        if isinstance(value, Artifact):
            return {"$file": value.to_json()}
        return self._array(value)

    def _list(self, value: Sequence[Any]) -> Any:
        if len(value) >= _MANY_FLOATS and all(type(item) is float for item in value):
            return {"$floats": [len(value), self._put(memoryview(array("d", value)).cast("B"))]}
        return [self._plain(item) for item in value]

    def _array(self, value: Any) -> Any:
        if "numpy" in sys.modules:  # Else it cannot be an array, and importing NumPy would cost more than the rest.
            import numpy as np

            if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):
                return self._plain(value.item())
            if isinstance(value, np.ndarray) and value.dtype.kind in _NUMBERS:
                numbers = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
                return {"$array": [value.dtype.str, list(value.shape), self._put(numbers.data)]}
        raise TypeError(f"{type(value).__name__} is neither text, JSON data nor a file")

    def _put(self, piece: memoryview) -> int:
        start = -(-self.size // _ALIGNED) * _ALIGNED
        self.pieces.append((start, piece))
        self.size = start + piece.nbytes
        return start


def unpacked(plain: Any, memory: memoryview) -> Any:
    """The value that was packed; its arrays lie in `memory` and keep it.

    Raises:
        ValueError: it was not packed by `Packed`, or `memory` is not what came with it.
    """
    if isinstance(plain, list):
        return [unpacked(item, memory) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) == 1:
        ((mark, inner),) = plain.items()
        if mark in _MARKS:
            try:
                return _MARKS[mark](inner, memory)
            except (AttributeError, IndexError, KeyError, TypeError) as error:
                raise ValueError(f"not a packed value: {mark}") from error
    return {key: unpacked(item, memory) for key, item in plain.items()}


def _data(inner: Any, memory: memoryview) -> dict[str, Any]:
    return {key: unpacked(item, memory) for key, item in inner.items()}


def _file(inner: Any, memory: memoryview) -> Artifact:
    return artifact_from_json(inner)


def _floats(inner: Any, memory: memoryview) -> list[float]:
    count, start = inner
    numbers = array("d")
    numbers.frombytes(memory[start : start + count * numbers.itemsize])
    if len(numbers) != count:
        raise ValueError("fewer numbers arrived than were announced")
    return numbers.tolist()


def _numbers(inner: Any, memory: memoryview) -> Any:
    import numpy as np

    kind, shape, start = inner
    dtype = np.dtype(str(kind))
    if dtype.kind not in _NUMBERS or any(length < 0 for length in shape):
        raise ValueError(f"arrays of {kind} with the shape {shape} do not cross")
    count = int(np.prod(shape, dtype=np.int64))
    if not count:
        return np.empty(shape, dtype)
    return np.frombuffer(memory, dtype, count, start).reshape(shape)


_MARKS = {"$data": _data, "$file": _file, "$floats": _floats, "$array": _numbers}


def artifact_from_json(row: dict[str, Any]) -> Artifact:
    """The Artifact that `Artifact.to_json` wrote."""
    made = row["provenance"]
    by = made and Provenance(made["task_id"], made["tool"], made["model"], tuple(made["inputs"]))
    return Artifact(row["name"], Path(row["path"]), row["media_type"], row["sha256"], by or None)


def error_to_json(error: BaseException) -> dict[str, Any]:
    """Class, message and fields of an error, and where it was raised."""
    import traceback

    fields = {name: value for name, value in vars(error).items() if not name.startswith("_") and _is_plain(value)}
    return {
        "kinds": [kind.__name__ for kind in type(error).__mro__],
        "message": str(error),
        "fields": fields if isinstance(error, JarvisError) else {},
        "trace": "".join(traceback.format_exception(error)),
    }


def error_from_json(row: dict[str, Any]) -> Exception:
    """The error: of its own class where that is one of Jarvis's or Python's, else of a new one with the same name.

    A class that Jarvis does not know but that is derived from one of its errors becomes that error.
    """
    for name in row["kinds"]:
        known = getattr(errors, name, None)
        if isinstance(known, type) and issubclass(known, JarvisError):
            # Not called: each class takes fields of its own, which are set from what arrived.
            error: Exception = known.__new__(known, row["message"])
            vars(error).update(row["fields"])
            return error
    error = _python_error(row["kinds"][0], row["message"])
    error.add_note(f"In the model's process:\n{row['trace']}")
    return error


def _python_error(name: str, message: str) -> Exception:
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            error = known(message)
        except TypeError:  # It takes more than a message, as UnicodeDecodeError does.
            pass
        else:
            if str(error) == message:
                return error
    made: type[Exception] = type(name, (Exception,), {})
    return made(message)


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)
