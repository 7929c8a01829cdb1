"""ONNX graphs that ship without weights: their tensors are read in place from the file of a pip package.

A graph and the table of its tensors lie under `graphs/`; `jarvis.model_registry.optimize.externalize` made them. The
weight file is mapped into memory, not parsed: nothing in it is executed, and no torch, h5py or onnx is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelFileError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAPHS = Path(__file__).parent / "graphs"


class WeightedGraph:
    """An ONNX graph with the tensors of a weight file, ready to run."""

    def __init__(self, session: Any, tensors: Mapping[str, Any]) -> None:
        self._session = session
        # ONNX Runtime uses the mapped memory in place, so it must live as long as the session.
        self._tensors = tensors

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """All outputs, in the order of the graph."""
        outputs: list[NDArray[np.float32]] = self._session.run(None, dict(inputs))
        return outputs


def packaged_graph(name: str, weights: Path, threads: int) -> WeightedGraph:
    """The graph `graphs/name.onnx` with its tensors from `weights`, or the one that was fitted and lies beside them.

    Raises:
        ModelFileError: `weights` is not the file that the graph was made from.
    """
    fitted = weights.with_name(f"{name}.onnx")  # made by `jarvis models optimize`
    if fitted.is_file():
        return WeightedGraph(cpu_session(fitted, threads), {})
    return open_graph(GRAPHS / name, weights, threads)


def open_graph(graph: Path, weights: Path, threads: int) -> WeightedGraph:
    """The graph `graph`.onnx with its tensors from `weights`, placed by the table `graph`.json.

    Raises:
        ModelFileError: `weights` is not the file that the graph was made from.
    """
    table = json.loads(graph.with_suffix(".json").read_text(encoding="utf-8"))
    tensors = _tensors(graph.name, table, weights)
    return WeightedGraph(cpu_session(graph.with_suffix(".onnx"), threads, tensors), tensors)


def cpu_session(model: Path, threads: int, tensors: Mapping[str, Any] | None = None) -> Any:
    """An `onnxruntime.InferenceSession` on `threads` CPU threads; `tensors` are those the model leaves outside."""
    import onnxruntime

    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Without the arena a run gives its memory back: 316 MB instead of 835 stay in use after LiteMedSAM, as fast.
    options.enable_cpu_mem_arena = False
    # Threads that spin while they wait make a busy machine of few cores several times slower.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    if tensors:
        options.add_external_initializers(list(tensors), list(tensors.values()))
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _tensors(name: str, table: dict[str, Any], weights: Path) -> dict[str, Any]:
    import numpy as np
    from onnxruntime import OrtValue

    if weights.stat().st_size != table["bytes"]:
        raise ModelFileError(
            f"{weights.name} has {weights.stat().st_size} bytes, not the {table['bytes']} that {name} was made for; "
            "install the version of its package that the model card names",
            model_id=name,
        )
    content = np.memmap(weights, dtype=np.uint8, mode="r")
    found: dict[str, Any] = {}
    for tensor, place in table["tensors"].items():
        part = content[place["offset"] : place["offset"] + place["length"]].view(place["dtype"])
        # Old .pth files place tensors at odd offsets; those are copied, all others are used where they lie.
        whole = np.require(part.reshape(place["shape"]), requirements=["C", "ALIGNED"])
        found[tensor] = OrtValue.ortvalue_from_numpy(whole)
    return found
