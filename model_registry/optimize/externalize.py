"""Takes the weights out of an ONNX model when they lie, byte for byte, in a file that a pip package ships.

    python -m jarvis.model_registry.optimize.externalize MODEL.onnx WEIGHTS --out tools/handlers/graphs/NAME

writes NAME.onnx, the graph without its large tensors, and NAME.json, which says where in WEIGHTS each of them lies:

    {"bytes": 39370479, "sha256": "...", "tensors": {"neck.0.weight": {"offset": 64, "length": 4096,
     "dtype": "float32", "shape": [256, 4]}}}

The bytes are searched for as they are, so WEIGHTS may be of any format that stores tensors whole and uncompressed: a
`.pth` (a zip with stored entries), a contiguous `.h5`, `.safetensors`. An export finds its bytes again only when
nothing was folded into them: `do_constant_folding=False`, `training=TrainingMode.PRESERVE` (which keeps BatchNorm
apart from its convolution), and layout changes as Transpose nodes. ONNX Runtime does all of this folding when it
loads the graph. `jarvis.tools.handlers.weights` is the other half.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

INLINE_BYTES = 1024
"""Tensors up to this size stay in the graph."""


def externalize(model: Path, weights: Path, out: Path) -> dict[str, int]:
    """Writes `out`.onnx and `out`.json.

    Returns:
        How many bytes of tensors lie in `weights` ("outside") and how many stayed in the graph ("inline").
    """
    onnx: Any = import_module("onnx")
    loaded = onnx.load(str(model))
    _move_constants(loaded.graph)
    _narrow_integers(loaded.graph)
    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        tensors = {
            tensor.name: place for tensor in loaded.graph.initializer if (place := _find(tensor, content)) is not None
        }
    for tensor in loaded.graph.initializer:
        if tensor.name in tensors:
            _empty(tensor)
    _strip(loaded)
    out.with_suffix(".onnx").write_bytes(loaded.SerializeToString(deterministic=True))
    _write_table(out.with_suffix(".json"), weights, tensors)
    inline = sum(len(tensor.raw_data) for tensor in loaded.graph.initializer)
    return {"outside": sum(place["length"] for place in tensors.values()), "inline": inline}


def _find(tensor: Any, content: mmap.mmap) -> dict[str, Any] | None:
    helper: Any = import_module("onnx.numpy_helper")
    array = helper.to_array(tensor)
    if array.nbytes <= INLINE_BYTES:
        return None
    raw = array.tobytes()
    at = content.find(raw)
    misplaced = at
    # Equal tensors may lie in several places; one at a multiple of the item size can be used without a copy.
    while at >= 0 and at % array.itemsize:
        at = content.find(raw, at + 1)
    at = misplaced if at < 0 else at
    if at < 0:
        return None
    return {"offset": at, "length": len(raw), "dtype": str(array.dtype), "shape": list(array.shape)}


def _empty(tensor: Any) -> None:
    onnx: Any = import_module("onnx")
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    del tensor.external_data[:]
    # ONNX Runtime asks for a location even where the tensor is given to it in memory; this one is never opened.
    tensor.external_data.add(key="location", value="weights")


def _move_constants(graph: Any) -> None:
    """Makes large Constant nodes initializers, so that they are looked for like all others."""
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        for attribute in node.attribute:
            if attribute.name == "value" and len(attribute.t.raw_data) > INLINE_BYTES:
                attribute.t.name = node.output[0]
                graph.initializer.append(attribute.t)
                graph.node.remove(node)


def _narrow_integers(graph: Any) -> None:
    """Stores large int64 tables of small numbers as uint8, with a Cast behind them: an eighth of the bytes."""
    helper: Any = import_module("onnx.numpy_helper")
    onnx: Any = import_module("onnx")
    for tensor in list(graph.initializer):
        if tensor.data_type != onnx.TensorProto.INT64:
            continue
        array = helper.to_array(tensor)
        if array.nbytes <= INLINE_BYTES or array.min() < 0 or array.max() > 255:
            continue
        name, narrow = tensor.name, f"{tensor.name}.uint8"
        tensor.CopyFrom(helper.from_array(array.astype("uint8"), narrow))
        graph.node.insert(0, onnx.helper.make_node("Cast", [narrow], [name], to=onnx.TensorProto.INT64))


def _strip(model: Any) -> None:
    """Shortens what only a debugger reads; doc strings even hold paths of the machine that exported the model."""
    graph = model.graph
    del model.metadata_props[:]
    del graph.value_info[:]
    graph.ClearField("doc_string")
    for node in graph.node:
        for field in ("doc_string", "name"):
            node.ClearField(field)
        del node.metadata_props[:]
    if not any(attribute.HasField("g") for node in graph.node for attribute in node.attribute):
        _shorten_values(graph)


def _shorten_values(graph: Any) -> None:
    kept = {value.name for value in [*graph.input, *graph.output, *graph.initializer]}
    values = [name for node in graph.node for name in node.output if name and name not in kept]
    short = {name: f"_{number}" for number, name in enumerate(values)}
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [short.get(name, name) for name in names]


def _write_table(path: Path, weights: Path, tensors: dict[str, dict[str, Any]]) -> None:
    content = weights.read_bytes()
    head = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(place)}" for name, place in sorted(tensors.items()))
    path.write_text(f'{json.dumps(head)[:-1]}, "tensors": {{\n{rows}\n}}}}\n', encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Take weights out of an ONNX model that lie in a packaged file.")
    parser.add_argument("model", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder/name; .onnx and .json are added")
    given = parser.parse_args(arguments)
    sizes = externalize(given.model, given.weights, given.out)
    sys.stdout.write(f"{given.out}: {sizes['outside']:,} bytes stay outside, {sizes['inline']:,} inline\n")


if __name__ == "__main__":
    main()
