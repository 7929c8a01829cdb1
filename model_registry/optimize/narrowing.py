"""Graphs with narrower numbers, by the tools of ONNX Runtime. Needs onnx (extra `optimize`).

`int8`: weights in 8 bits, activations quantized as they come (dynamic); `int8-static`: activations in ranges that were
measured before; `fp16`: half as wide; `int4`: weights in blocks of 32 with a scale each, for language models.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jarvis.model_registry.optimize.graphs import contents

if TYPE_CHECKING:
    from numpy.typing import NDArray

Feed = Mapping[str, "NDArray[Any]"]
KINDS = ("int8", "int8-static", "fp16", "int4")

_DYNAMIC = ("Attention", "Gather", "Gemm", "LSTM", "MatMul")
"""What has kernels that take weights of 8 bits and activations that are quantized on the way; Gather for tables."""
_COMPUTING = ("Conv", "MatMul", "Gemm")
_PASSING = ("Add", "AveragePool", "Clip", "Concat", "GlobalAveragePool", "MaxPool", "Relu", "Resize")
"""What can hand on numbers of 8 bits, so that they are not widened between two operators that compute."""
_BLOCK = 32
_CONTRIBUTED = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""
_CPUINFO = Path("/proc/cpuinfo")


class Narrow(Protocol):
    """Makes a graph narrower, but for the nodes named; gives `out`."""

    def __call__(self, out: Path, exclude: Collection[str] = ()) -> Path:
        """Writes `out`."""
        ...


def dynamic(graph: Path) -> Narrow:
    """8-bit weights; the range of activations is found anew in each run."""

    def make(out: Path, exclude: Collection[str] = ()) -> Path:
        from onnxruntime.quantization import QuantType, quantize_dynamic

        with _quiet():
            quantize_dynamic(
                str(graph),
                str(out),
                op_types_to_quantize=list(_DYNAMIC),
                nodes_to_exclude=list(exclude),
                per_channel=True,
                reduce_range=not multiplies_bytes(),
                weight_type=QuantType.QInt8,
                extra_options={"DefaultTensorType": 1},
            )
        return out

    return make


def static(graph: Path, feeds: Sequence[Feed], *, passing: bool = True, method: str = "MinMax") -> Narrow:
    """8-bit weights and activations, in the ranges that `feeds` give.

    With `passing`, operators that only hand numbers on stay in 8 bits as well. `method` finds the ranges: `MinMax`
    takes all that was seen, `Percentile` cuts off what is rare.
    """
    kinds = [*_COMPUTING, *(_PASSING if passing else ())]
    ranges = cache(lambda: _ranges(graph, feeds, kinds, method))

    def make(out: Path, exclude: Collection[str] = ()) -> Path:
        import onnx
        from onnxruntime.quantization import QuantType
        from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

        with _quiet():
            quantizer = QDQQuantizer(
                onnx.load(str(graph)),
                per_channel=True,
                reduce_range=not multiplies_bytes(),
                weight_qType=QuantType.QInt8,
                activation_qType=QuantType.QUInt8,
                tensors_range=ranges(),
                nodes_to_quantize=[],
                nodes_to_exclude=list(exclude),
                op_types_to_quantize=kinds,
                extra_options={"DefaultTensorType": 1},
            )
            quantizer.quantize_model()
            quantizer.model.save_model_to_file(str(out), False)
        return out

    return make


def halved(graph: Path) -> Narrow:
    """Numbers of 16 bits inside, of 32 at the inputs and outputs."""

    def make(out: Path, exclude: Collection[str] = ()) -> Path:
        import onnx

        # Imported first: without it the module of the converter is not found in some versions.
        import onnxruntime.quantization  # noqa: F401
        from onnxruntime.transformers.float16 import convert_float_to_float16

        model = convert_float_to_float16(
            onnx.load(str(graph)), keep_io_types=True, disable_shape_infer=False, node_block_list=list(exclude)
        )
        onnx.save(model, str(out))
        return out

    return make


def four_bits(graph: Path) -> Narrow:
    """Weights of matrix products in 4 bits, in blocks of 32."""

    def make(out: Path, exclude: Collection[str] = ()) -> Path:
        import onnx

        model = onnx.load(str(graph))
        weights = {tensor.name: tensor for tensor in model.graph.initializer}
        for node in model.graph.node:
            tensor = weights.get(node.input[1]) if node.op_type == "MatMul" and node.name not in exclude else None
            if tensor is not None and tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) == 2:
                _in_blocks(model.graph, node, tensor)
        used = {name for node in model.graph.node for name in node.input} | {one.name for one in model.graph.output}
        for name, tensor in weights.items():
            if name not in used:
                model.graph.initializer.remove(tensor)
        if all(one.domain != _CONTRIBUTED for one in model.opset_import):
            model.opset_import.append(onnx.helper.make_opsetid(_CONTRIBUTED, 1))
        onnx.save(model, str(out))
        return out

    return make


def _in_blocks(graph: Any, node: Any, tensor: Any) -> None:
    """Makes a product one with 4-bit weights, packed as the operator MatMulNBits of ONNX Runtime wants them.

    ONNX Runtime's own packer would need onnx-ir and with it sympy, 80 MB for these lines.
    """
    import numpy as np
    from onnx import helper, numpy_helper

    columns = numpy_helper.to_array(tensor).T
    count, length = columns.shape
    padded = np.pad(columns, ((0, 0), (0, -length % _BLOCK))).reshape(count, -1, _BLOCK)
    largest = np.take_along_axis(padded, np.abs(padded).argmax(axis=2, keepdims=True), axis=2)
    scales = (largest / -8).astype(np.float32)  # the largest weight of a block is met exactly, at the end of the range
    levels = np.divide(padded, scales, out=np.zeros_like(padded), where=scales != 0)
    steps = np.clip(np.round(levels) + 8, 0, 15).astype(np.uint8)
    for suffix, values in (("bits", steps[..., ::2] | steps[..., 1::2] << 4), ("scales", scales.reshape(-1))):
        name = f"{tensor.name}.{suffix}"
        if all(other.name != name for other in graph.initializer):
            graph.initializer.append(numpy_helper.from_array(values, name))
    narrow = helper.make_node(
        "MatMulNBits",
        [node.input[0], f"{tensor.name}.bits", f"{tensor.name}.scales"],
        list(node.output),
        name=node.name,
        domain=_CONTRIBUTED,
        K=length,
        N=count,
        bits=4,
        block_size=_BLOCK,
        accuracy_level=4,
    )
    node.CopyFrom(narrow)


def makers(kind: str, graph: Path, feeds: Sequence[Feed]) -> Iterator[tuple[str, Narrow]]:
    """The ways to make a graph narrower that fit it, each with what to call it; none when nothing in it fits."""
    found = contents(graph)
    if kind == "int8" and any(found.operators[name] for name in _DYNAMIC):
        yield "dynamic 8-bit weights", dynamic(graph)
    if kind == "int8-static" and feeds and any(found.operators[name] for name in _COMPUTING):
        yield "static 8 bits", static(graph, feeds)
        if any(found.operators[name] for name in _PASSING):
            yield "static 8 bits, convolutions and products only", static(graph, feeds, passing=False)
    if kind == "fp16" and not found.half:
        yield "16-bit numbers", halved(graph)
    if kind == "int4" and found.operators["MatMul"]:
        yield "4-bit weights", four_bits(graph)


@cache
def multiplies_bytes() -> bool:
    """Whether the processor adds up products of bytes without overflow (VNNI, or ARM); else 7 bits are used."""
    if not _CPUINFO.is_file():
        return True
    flags = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    return "vnni" in flags or "flags" not in flags


def _ranges(graph: Path, feeds: Iterable[Feed], kinds: Sequence[str], method: str) -> Any:
    from onnxruntime.quantization.calibrate import CalibrationMethod, create_calibrator

    with tempfile.TemporaryDirectory() as folder, _quiet():
        calibrator = create_calibrator(
            str(graph),
            list(kinds),
            augmented_model_path=str(Path(folder) / "augmented.onnx"),
            calibrate_method=getattr(CalibrationMethod, method),
            providers=["CPUExecutionProvider"],
        )
        for feed in feeds:  # one by one: the calibrator keeps what comes out until it has worked it in
            calibrator.collect_data(_Reader([feed]))
        return calibrator.compute_data()


class _Reader:
    """Hands feeds to a calibrator."""

    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> dict[str, Any] | None:
        """The next one, None at the end."""
        feed = next(self._feeds, None)
        return None if feed is None else dict(feed)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice that its tools log: it speaks of their own options, which a user of Jarvis cannot set."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
