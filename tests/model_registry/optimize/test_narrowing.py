"""Graphs made narrower: they still give about the same, and what is named stays as it was."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.errors import ModelError
from jarvis.model_registry.optimize.graphs import contents, optimized, prepare, seeded
from jarvis.model_registry.optimize.narrowing import Narrow, dynamic, four_bits, halved, makers, static
from tests.jarvis.optimizing.nets import outputs, write_net

FEED = {"input": np.random.default_rng(0).normal(0, 1, (1, 20, 161)).astype(np.float32)}


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("net")
    return prepare(write_net(folder / "net.onnx"), folder / "ready.onnx")


@pytest.mark.parametrize(
    ("kind", "share", "apart"),
    [("int8", 0.3, 0.03), ("int8-static", 0.3, 0.05), ("fp16", 0.55, 0.002), ("int4", 0.2, 0.1)],
)
def test_a_narrower_graph_is_smaller_and_gives_about_the_same(
    net: Path, tmp_path: Path, kind: str, share: float, apart: float
) -> None:
    (_, make) = next(makers(kind, net, [FEED]))

    made = make(tmp_path / "made.onnx")

    assert made.stat().st_size < share * net.stat().st_size
    (before,), (after,) = outputs(net, FEED), outputs(made, FEED)
    assert np.abs(before - after).mean() < apart


def _static(graph: Path) -> Narrow:
    return static(graph, [FEED])


@pytest.mark.parametrize("maker", [dynamic, four_bits, halved, _static])
def test_nodes_that_are_named_stay_as_they_were(net: Path, tmp_path: Path, maker: Any) -> None:
    onnx: Any = import_module("onnx")
    all_but_one = [name for name in contents(net).weighted if name != "product2"]

    made = maker(net)(tmp_path / "made.onnx", [*all_but_one, *(f"curve{index}" for index in range(5))])

    tensors = onnx.load(str(made)).graph.initializer
    wide = [one.name for one in tensors if one.data_type == onnx.TensorProto.FLOAT and len(one.dims) == 2]
    assert sorted(name for name in wide if name.startswith("w")) == ["w0", "w1", "w3", "w4"]


def test_weights_of_four_bits_are_unpacked_as_they_were_packed(tmp_path: Path) -> None:
    """Weights that 16 steps hold exactly come back exactly, also where a block is not full."""
    onnx: Any = import_module("onnx")
    values = np.random.default_rng(1).integers(-8, 8, (40, 6)).astype(np.float32)
    values[0] = values[32] = -8  # so that the scale of each block is 1
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="product")],
        "one",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [40, 40])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [40, 6])],
        [onnx.numpy_helper.from_array(values, "w")],
    )
    plain = tmp_path / "plain.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(plain))

    made = four_bits(plain)(tmp_path / "four.onnx")

    (given,) = outputs(made, {"x": np.eye(40, dtype=np.float32)})
    np.testing.assert_allclose(given, values, atol=0.05)  # activations are rounded to 8 bits
    assert contents(made).narrow == "int4"


def test_what_a_graph_is_made_of_is_told(net: Path, tmp_path: Path) -> None:
    found = contents(net)

    assert found.weighted == tuple(f"product{index}" for index in range(5))
    assert (found.narrow, found.random, found.half) == ("", False, False)
    assert contents(dynamic(net)(tmp_path / "narrow.onnx")).narrow == "int8"
    assert contents(halved(net)(tmp_path / "half.onnx")).half


def test_two_sessions_of_a_seeded_graph_draw_the_same_numbers(tmp_path: Path) -> None:
    made = seeded(write_net(tmp_path / "net.onnx", random=True), tmp_path / "seeded.onnx")

    (first,), (second,) = outputs(made, FEED), outputs(made, FEED)
    (wild,) = outputs(tmp_path / "net.onnx", FEED)
    np.testing.assert_array_equal(first, second)
    assert np.abs(first - wild).max() > 0.01


def test_a_file_that_is_no_graph_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no graph")

    with pytest.raises(ModelError, match=r"cannot rewrite bad\.onnx"):
        optimized(tmp_path / "bad.onnx", tmp_path / "out.onnx")


def test_kinds_that_nothing_in_a_graph_fits_are_not_tried(net: Path) -> None:
    assert [what for what, _ in makers("int8-static", net, [])] == []
    assert [what for what, _ in makers("int4", net, [])] == ["4-bit weights"]
