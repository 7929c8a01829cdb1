"""A small network and a handler for it, made by the tests: cheap to fit, and real all the same."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from jarvis.artifacts import file_digest
from jarvis.model_registry.card import ModelCard, StoredFile


def write_net(path: Path, *, width: int = 512, layers: int = 4, random: bool = False) -> Path:
    """A graph [1, 161] per frame -> gains of the same shape, the form that NsNet2 runs: products, then a sigmoid."""
    onnx: Any = import_module("onnx")
    helper, rng = onnx.helper, np.random.default_rng(3)
    sizes = [161, *[width] * layers, 161]
    nodes, weights, last = [], [], "input"
    for index, (given, made) in enumerate(pairwise(sizes)):
        values = rng.normal(0, 1 / np.sqrt(given), (given, made)).astype(np.float32)
        weights.append(onnx.numpy_helper.from_array(values, f"w{index}"))
        nodes.append(helper.make_node("MatMul", [last, f"w{index}"], [f"p{index}"], name=f"product{index}"))
        kind = "Sigmoid" if index == layers else "Tanh"
        nodes.append(helper.make_node(kind, [f"p{index}"], [f"a{index}"], name=f"curve{index}"))
        last = f"a{index}"
    if random:
        nodes.append(helper.make_node("RandomNormalLike", [last], ["noise"], name="noise", scale=0.2))
        nodes.append(helper.make_node("Add", [last, "noise"], ["noisy"], name="noisy"))
        last = "noisy"
    nodes.append(helper.make_node("Identity", [last], ["output"], name="end"))
    shape = [1, "frames", 161]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, shape)],
        weights,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


def net_card(path: Path, **changes: Any) -> ModelCard:
    """A card for such a graph, run as noise suppression by the handler of NSNet2."""
    stored = StoredFile(role="model", path=str(path), sha256=file_digest(path), bytes=path.stat().st_size)
    card = ModelCard(
        id="test-net",
        name="A net of the tests",
        tasks=("audio-to-audio",),
        handler="denoise:NsNet2",
        license="MIT",
        quality=0.5,
        quality_source="made up",
        parameters={"rate": 16_000, "fft": 320},
        source="folder",
    )
    return card.model_copy(update={"files": (stored,), **changes})


def outputs(path: Path, feed: Mapping[str, Any]) -> Any:
    """What a graph gives for one feed."""
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, dict(feed))
