from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jarvis.errors import ModelError, TaskError
from jarvis.tools.handlers.hub_onnx.sessions import Graph
from tests.tools.handlers.hub_onnx.onnx_files import Net, Node, write_onnx


def sums(kind: str, size: int | str = "n") -> Net:
    return Net([Node("Add", "a b", "c")], {"a": (kind, (size,)), "b": (kind, (size,))}, {"c": (kind, (size,))})


@pytest.mark.parametrize("kind", ["float32", "float16", "int64", "int32"])
def test_inputs_are_given_in_the_format_that_the_graph_asks_for(tmp_path: Path, kind: str) -> None:
    graph = Graph(write_onnx(sums(kind), tmp_path / "sum.onnx"), 1)
    made = graph.run({"a": np.array([1, 2]), "b": np.array([3.0, 4.0]), "more": np.array([1])})
    assert made["c"].dtype == kind
    assert made["c"].tolist() == [4, 6]


def test_an_input_that_nobody_knows_is_named(tmp_path: Path) -> None:
    graph = Graph(write_onnx(sums("float32"), tmp_path / "sum.onnx"), 1)
    with pytest.raises(ModelError, match=r"sum\.onnx needs the inputs b, which are not known here"):
        graph.run({"a": np.array([1])})


def test_a_size_that_the_graph_does_not_take_fails_the_task(tmp_path: Path) -> None:
    graph = Graph(write_onnx(sums("float32", 3), tmp_path / "sum.onnx"), 1)
    with pytest.raises(TaskError, match="could not be run on this input"):
        graph.run({"a": np.ones(2), "b": np.ones(2)})


def test_a_broken_file_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match=r"cannot load model\.onnx .*; pull it again"):
        Graph(tmp_path / "model.onnx", 1)
