"""From torch modules to ONNX files in the layout of onnx-community and Xenova exports, quantized ones beside them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hubmodels.libraries import library

OPSET = 17

Tensor = Any


@dataclass(frozen=True)
class Graph:
    """One ONNX file to be made."""

    name: str
    """Without its ending: `model`, `encoder_model`."""
    model: Any
    """The torch module whose weights it holds."""
    forward: Callable[..., Any]
    """Takes the inputs in their order, gives one tensor or several."""
    inputs: Mapping[str, tuple[Tensor, str]]
    """An example of each, and the names of its dimensions: "batch 3 height width"; numbers stay as they are."""
    outputs: Mapping[str, str]
    """The names of their dimensions."""


@dataclass(frozen=True)
class Merged:
    """Two decoders in one file: `use_cache_branch` says which of them runs."""

    name: str
    first: str
    """The graph without a past."""
    later: str
    """The graph with one."""


def write_graphs(graphs: Sequence[Graph | Merged], folder: Path) -> None:
    """Writes `folder/NAME.onnx` and `folder/NAME_quantized.onnx` for each."""
    folder.mkdir()
    for graph in graphs:
        path = folder / f"{graph.name}.onnx"
        if isinstance(graph, Merged):
            _merge(folder / f"{graph.first}.onnx", folder / f"{graph.later}.onnx", path)
        else:
            _export(graph, path)
        _quantize(path, folder / f"{graph.name}_quantized.onnx")


def _export(graph: Graph, path: Path) -> None:
    torch = library("torch")

    # The module whose weights are traced, called as the graph says.
    forward = torch.nn.Module()
    forward.model, forward.forward = graph.model, graph.forward

    axes = {name: _dynamic(dimensions) for name, (_, dimensions) in graph.inputs.items()}
    axes |= {name: _dynamic(dimensions) for name, dimensions in graph.outputs.items()}
    with warnings.catch_warnings(), torch.no_grad():
        # The exporter by tracing is the one that the published files were made with; it warns that it is old.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            forward.eval(),
            tuple(example for example, _ in graph.inputs.values()),
            str(path),
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes={name: named for name, named in axes.items() if named},
            opset_version=OPSET,
            dynamo=False,
        )
    _say_shapes(path, graph.outputs)


def _say_shapes(path: Path, outputs: Mapping[str, str]) -> None:
    """Writes the dimensions of the outputs into the file: tracing does not find all of them."""
    import onnx
    from onnx import helper

    model = onnx.load(path)
    for value in model.graph.output:
        shape = [int(name) if name.isdecimal() else name for name in outputs[value.name].split()]
        value.CopyFrom(helper.make_tensor_value_info(value.name, value.type.tensor_type.elem_type, shape))
    onnx.save(model, path)


def _dynamic(dimensions: str) -> dict[int, str]:
    return {at: name for at, name in enumerate(dimensions.split()) if not name.isdecimal()}


def _quantize(path: Path, target: Path) -> None:
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().addFilter(_without_advice)
    quantize_dynamic(
        path, target, weight_type=QuantType.QUInt8, op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
    )  # fmt: skip


def _without_advice(record: Any) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def _merge(first: Path, later: Path, target: Path) -> None:
    """Joins two decoders as `optimum` does: weights once, one branch each.

    What the branch with a past does not give (the encoder's keys and values, which stay as they were) is empty there.
    """
    import onnx
    from onnx import TensorProto, helper

    models = {"first": onnx.load(first), "later": onnx.load(later)}
    inputs = {value.name: value for model in models.values() for value in model.graph.input}
    outputs = list(onnx.load(first).graph.output)
    given = [value.name for value in models["later"].graph.output]
    weights: dict[bytes, Any] = {}
    branches = {prefix: _branch(model.graph, prefix, weights) for prefix, model in models.items()}
    _fill(branches["later"], given, outputs)
    choose = helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1])
    node = helper.make_node(
        "If", ["use_cache_branch"], [value.name for value in outputs],
        then_branch=branches["later"], else_branch=branches["first"], name="optimum::if",
    )  # fmt: skip
    graph = helper.make_graph([node], "merged", [*inputs.values(), choose], outputs, list(weights.values()))
    merged = helper.make_model(graph, opset_imports=models["first"].opset_import, ir_version=8)
    onnx.checker.check_model(merged)
    onnx.save(merged, target)


def _branch(graph: Any, prefix: str, weights: dict[bytes, Any]) -> Any:
    """The graph without inputs and weights; every name but those of the inputs begins with the prefix."""
    from onnx import helper

    names: dict[str, str] = {value.name: value.name for value in graph.input} | {"": ""}
    for weight in graph.initializer:
        name = weight.name
        weight.name = ""
        kept = weights.setdefault(weight.SerializeToString(), weight)
        kept.name = names[name] = kept.name or f"{prefix}/{name}"

    def renamed(name: str) -> str:
        return names.setdefault(name, f"{prefix}/{name}")

    _rename(graph, renamed)
    return helper.make_graph(list(graph.node), prefix, [], list(graph.output))


def _rename(graph: Any, renamed: Callable[[str], str]) -> None:
    for node in graph.node:
        node.name = renamed(node.name)
        node.input[:] = [renamed(name) for name in node.input]
        node.output[:] = [renamed(name) for name in node.output]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _rename(attribute.g, renamed)
    for value in graph.output:
        value.name = renamed(value.name)


def _fill(branch: Any, names: Sequence[str], wanted: Sequence[Any]) -> None:
    """Gives the branch the wanted outputs in their order: those that it lacks have no rows."""
    from onnx import TensorProto, helper

    given = dict(zip(names, list(branch.output), strict=True))
    del branch.output[:]
    for value in wanted:
        if value.name not in given:
            dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
            shape = [0, dims[1], 1, dims[3]]
            empty = helper.make_tensor(f"empty/{value.name}", TensorProto.FLOAT, shape, [])
            branch.node.append(helper.make_node("Constant", [], [empty.name], value=empty))
            given[value.name] = helper.make_tensor_value_info(empty.name, TensorProto.FLOAT, shape)
        branch.output.append(given[value.name])
