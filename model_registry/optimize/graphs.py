"""ONNX graphs as files: made whole and ready to be quantized, and looked into. Needs onnx (extra `optimize`)."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jarvis.errors import ModelError

_OPSET = 17
"""Scales for each channel exist from 13 on, LayerNormalization as one operator from 17 on."""
_NARROW = {
    "ConvInteger": "int8",
    "DynamicQuantizeLSTM": "int8",
    "MatMulInteger": "int8",
    "QLinearConv": "int8",
    "QLinearMatMul": "int8",
    "QuantizeLinear": "int8",
    "DynamicQuantizeMatMul": "int8",
    "DynamicQuantizeLinear": "int8",
    "MatMulNBits": "int4",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a graph is made of."""

    operators: Counter[str]
    weighted: tuple[str, ...]
    """The names of the nodes that multiply by constant weights, in the order of the graph."""
    narrow: str
    """`int8` or `int4` when it computes with such weights already, else empty."""
    random: bool
    """Whether it draws random numbers."""
    half: bool
    """Whether any of its weights are 16 bits wide."""


def check_installed() -> None:
    """Makes sure that graphs can be changed here.

    Raises:
        ModelError: the extra is not installed.
    """
    if find_spec("onnx") is None:
        raise ModelError("changing graphs needs the module onnx; run `pip install 'jarvis[optimize]'`")


def prepare(graph: Path, out: Path) -> Path:
    """A graph with its constants folded and its operators in a newer form, as quantizers want it; gives `out`.

    Raises:
        ModelError: ONNX Runtime cannot make sense of the graph.
    """
    import onnx

    model = onnx.load(str(graph))
    if next((s.version for s in model.opset_import if s.domain in ("", "ai.onnx")), _OPSET) < _OPSET:
        newer = out.with_suffix(".newer.onnx")
        try:
            onnx.save(onnx.version_converter.convert_version(model, _OPSET), str(newer))
            graph = newer
        except Exception as error:  # noqa: BLE001 - its converter has no errors of its own kind; the old form works, too
            _log.info("%s stays at its opset: %s", graph.name, error)
    optimized(graph, out)
    _name_nodes(out)
    return out


def optimized(graph: Path, out: Path, level: str = "ORT_ENABLE_BASIC") -> Path:
    """A graph as ONNX Runtime rewrites it when it loads it; gives `out`.

    Raises:
        ModelError: ONNX Runtime cannot load it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.optimized_model_filepath = str(out)
    try:
        onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise ModelError(f"ONNX Runtime cannot rewrite {graph.name} ({said}); this model stays as it is") from error
    return out


def contents(graph: Path) -> Contents:
    """What a graph is made of, also inside its branches and loops."""
    import onnx

    model = onnx.load(str(graph), load_external_data=False)
    nodes = list(_nodes(model.graph))
    constants = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    found = Counter(node.op_type for node in nodes)
    return Contents(
        found,
        tuple(node.name for node in model.graph.node if any(name in constants for name in node.input[1:2])),
        next((width for name, width in _NARROW.items() if found[name]), ""),
        any(name.startswith("Random") or name in ("Multinomial", "Bernoulli") for name in found),
        onnx.TensorProto.FLOAT16 in constants.values(),
    )


def seeded(graph: Path, out: Path) -> Path:
    """A graph whose random numbers are the same ones in every session, so that two can be compared; gives `out`."""
    import onnx

    model = onnx.load(str(graph))
    drawing = [node for node in _nodes(model.graph) if node.op_type.startswith("Random")]
    for index, node in enumerate(drawing):
        if not any(attribute.name == "seed" for attribute in node.attribute):
            node.attribute.append(onnx.helper.make_attribute("seed", float(index + 1)))
    onnx.save(model, str(out))
    return out


def _nodes(graph: Any) -> list[Any]:
    found = list(graph.node)
    for node in graph.node:
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                found += _nodes(inner)
    return found


def _name_nodes(graph: Path) -> None:
    """Gives every node a name of its own: nodes are left out by name."""
    import onnx

    model = onnx.load(str(graph))
    seen: set[str] = set()
    for index, node in enumerate(model.graph.node):
        if not node.name or node.name in seen:
            node.name = f"{node.op_type}_{index}"
        seen.add(node.name)
    onnx.save(model, str(graph))
