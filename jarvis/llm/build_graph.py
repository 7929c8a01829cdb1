"""Build time only: writes the ONNX graph of a Llama-family model with every weight left outside.

    python -m jarvis.llm.build_graph jarvis/llm/graphs/smollm2-135m.onnx

The graph takes token embeddings and a key-value cache and gives final hidden states; the runtime (`runtime.py`)
supplies the weights from the packaged GGUF file when a session is made. Needs the `onnx` package.
Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from jarvis.llm.shape import BITS, BLOCK, SMOLLM2, WEIGHTS_FILE, LlamaShape, aligned

_CONTRIB = "com.microsoft"


class GraphBuilder:
    """Collects nodes and external initializers."""

    def __init__(self, shape: LlamaShape) -> None:
        self.shape = shape
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.end = 0
        """Where in the file of weights the next one begins."""

    def external(self, name: str, kind: int, dims: list[int]) -> str:
        """Declares a weight that the runtime supplies by name."""
        tensor = TensorProto(name=name, data_type=kind, dims=dims, data_location=TensorProto.EXTERNAL)
        size = math.prod(dims) * (1 if kind == TensorProto.UINT8 else 4)
        for key, value in (("location", WEIGHTS_FILE), ("offset", str(self.end)), ("length", str(size))):
            tensor.external_data.add(key=key, value=value)
        self.end = aligned(self.end + size)
        self.initializers.append(tensor)
        return name

    def op(self, kind: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes: Any) -> str:
        """Adds a node and returns its first output."""
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def linear(self, x: str, name: str, inputs: int, outputs: int) -> str:
        """A block-quantized matrix product."""
        blocks = inputs // BLOCK
        weight = self.external(f"{name}.q", TensorProto.UINT8, [outputs, blocks, BLOCK * BITS // 8])
        scale = self.external(f"{name}.s", TensorProto.FLOAT, [outputs * blocks])
        return self.op(
            "MatMulNBits", [x, weight, scale], [f"{name}.y"], _CONTRIB,
            K=inputs, N=outputs, bits=BITS, block_size=BLOCK, accuracy_level=4,
        )  # fmt: skip

    def norm(self, x: str, skip: str | None, name: str) -> tuple[str, str]:
        """RMS norm of `x + skip`; returns the norm and the sum."""
        weight = self.external(f"{name}.w", TensorProto.FLOAT, [self.shape.hidden])
        eps = self.shape.norm_epsilon
        if skip is None:
            y = self.op("SimplifiedLayerNormalization", [x, weight], [f"{name}.y"], axis=-1, epsilon=eps)
            return y, x
        outputs = [f"{name}.y", "", "", f"{name}.sum"]
        self.op("SkipSimplifiedLayerNormalization", [x, skip, weight], outputs, _CONTRIB, epsilon=eps)
        return f"{name}.y", f"{name}.sum"

    def block(self, index: int, x: str, skip: str | None) -> tuple[str, str]:
        """One transformer block; returns the feed-forward output and the residual stream it is added to."""
        s, p = self.shape, f"b{index}"
        normed, stream = self.norm(x, skip, f"{p}.n1")
        qkv = self.linear(normed, f"{p}.qkv", s.hidden, (s.heads + 2 * s.kv_heads) * s.head_size)
        attended = self.op(
            "GroupQueryAttention",
            [qkv, "", "", f"past.{index}.k", f"past.{index}.v", "last", "total", "cos", "sin"],
            [f"{p}.att", f"present.{index}.k", f"present.{index}.v"],
            _CONTRIB, num_heads=s.heads, kv_num_heads=s.kv_heads, do_rotary=1, rotary_interleaved=0,
        )  # fmt: skip
        mixed = self.linear(attended, f"{p}.o", s.hidden, s.hidden)
        normed, stream = self.norm(mixed, stream, f"{p}.n2")
        both = self.linear(normed, f"{p}.gu", s.hidden, 2 * s.feed_forward)
        self.op("Split", [both], [f"{p}.gate", f"{p}.up"], axis=-1, num_outputs=2)
        self.op("QuickGelu", [f"{p}.gate"], [f"{p}.silu"], _CONTRIB, alpha=1.0)
        self.op("Mul", [f"{p}.silu", f"{p}.up"], [f"{p}.act"])
        return self.linear(f"{p}.act", f"{p}.down", s.feed_forward, s.hidden), stream

    def model(self) -> Any:
        """The whole model."""
        s = self.shape
        self.external("cos", TensorProto.FLOAT, [s.context, s.head_size // 2])
        self.external("sin", TensorProto.FLOAT, [s.context, s.head_size // 2])
        x, skip = "embeddings", None
        for index in range(s.layers):
            x, skip = self.block(index, x, skip)
        normed, _ = self.norm(x, skip, "out")
        self.op("Identity", [normed], ["hidden"])
        graph = helper.make_graph(self.nodes, "llama", self._inputs(), self._outputs(), self.initializers)
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="jarvis")

    def _inputs(self) -> list[Any]:
        s = self.shape
        values = [
            helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "new", s.hidden]),
            helper.make_tensor_value_info("last", TensorProto.INT32, [1]),
            helper.make_tensor_value_info("total", TensorProto.INT32, []),
        ]
        return values + [self._cache(f"past.{i}.{kind}", "past") for i in range(s.layers) for kind in "kv"]

    def _outputs(self) -> list[Any]:
        s = self.shape
        hidden = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [1, "new", s.hidden])
        return [hidden, *(self._cache(f"present.{i}.{kind}", "all") for i in range(s.layers) for kind in "kv")]

    def _cache(self, name: str, length: str) -> Any:
        s = self.shape
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, s.kv_heads, length, s.head_size])


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(GraphBuilder(SMOLLM2).model(), str(target))
