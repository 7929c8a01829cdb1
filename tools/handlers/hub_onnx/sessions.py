"""ONNX graphs: opened once, fed with what they ask for by name, in the number format that they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelError, TaskError
from jarvis.tools.handlers.hub_onnx.repository import OTHER_RUNTIME, Repository

if TYPE_CHECKING:
    from numpy.typing import NDArray

Arrays = Mapping[str, Any]

_TYPES = {
    "tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64", "tensor(int64)": "int64",
    "tensor(int32)": "int32", "tensor(bool)": "bool", "tensor(uint8)": "uint8", "tensor(int8)": "int8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of a graph."""

    name: str
    type: str
    """As numpy calls it: float32."""
    shape: tuple[int | str | None, ...]
    """Numbers where the graph wants just that, names or None where it takes any."""


class Graph:
    """A loaded ONNX file."""

    def __init__(self, path: Path, threads: int) -> None:
        """Loads it.

        Raises:
            ModelError: ONNX Runtime cannot load it.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.name = path.name
        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        # Its errors have no common root of their own: broken files, missing weights, unknown operators.
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(
                f"ONNX Runtime cannot load {path.name} ({said}); pull it again, or {OTHER_RUNTIME}"
            ) from error
        self.inputs = {
            one.name: Entry(one.name, _TYPES.get(one.type, ""), tuple(one.shape)) for one in self._session.get_inputs()
        }
        self.outputs: tuple[str, ...] = tuple(one.name for one in self._session.get_outputs())
        if unknown := [one.type for one in self._session.get_inputs() if one.type not in _TYPES]:
            raise ModelError(f"{path.name} takes {unknown[0]}, which cannot be given to it here; {OTHER_RUNTIME}")

    def run(self, given: Arrays, wanted: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
        """Its outputs by name, all or the wanted ones. What it has no input for is left out.

        Raises:
            ModelError: it needs an input that is not given.
            TaskError: ONNX Runtime refused what it got, such as a size that the graph does not take.
        """
        names = list(wanted) if wanted is not None else list(self.outputs)
        if absent := [name for name in self.inputs if name not in given]:
            raise ModelError(
                f"{self.name} needs the inputs {', '.join(absent[:4])}, which are not known here; {OTHER_RUNTIME}"
            )
        feed = {entry.name: cast(given[entry.name], entry) for entry in self.inputs.values()}
        try:
            return dict(zip(names, self._session.run(names, feed), strict=True))
        # ONNX Runtime raises its own kinds, which share nothing but Exception.
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise TaskError(
                f"{self.name} could not be run on this input ({said}); try another one, or another model"
            ) from error

    def output(self, *names: str) -> str:
        """The first of these names that is an output, else the graph's first output."""
        return next((name for name in names if name in self.outputs), self.outputs[0])


def cast(value: Any, entry: Entry) -> Any:
    """The array in the number format of an input, contiguous."""
    import numpy as np

    return np.ascontiguousarray(value, dtype=entry.type) if np.ndim(value) else np.asarray(value, dtype=entry.type)


def open_graph(repository: Repository, *names: str) -> Graph:
    """The graph of the first of these names that the repository has.

    Raises:
        ModelError: there is none, or it cannot be loaded.
    """
    return Graph(repository.graph(*names), repository.threads)


def softmax(scores: Any) -> Any:
    """Shares that add up to 1 along the last axis."""
    import numpy as np

    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def sigmoid(scores: Any) -> Any:
    """Each score alone between 0 and 1."""
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(scores, -60, 60)))


def log_softmax(scores: Any) -> Any:
    """The logarithms of `softmax`."""
    import numpy as np

    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
