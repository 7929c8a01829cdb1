"""Edge maps by Canny and by HED."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact

from .vision_bench import MEDIA, run
from .vision_more_bench import model

EDGE_MODELS = ["canny-edges", "hed-bsds500"]


def _edges(model_id: str, photo: str | Path, folder: Path) -> tuple[Artifact, Any]:
    edges = run(model(model_id), "canny-control", photo, folder)
    assert isinstance(edges, Artifact)
    with Image.open(edges.path) as picture:
        return edges, np.asarray(picture)


@pytest.mark.parametrize("model_id", EDGE_MODELS)
def test_the_edge_map_is_a_grey_png_of_the_size_of_the_photo(model_id: str, tmp_path: Path) -> None:
    edges, pixels = _edges(model_id, "coffee.jpg", tmp_path)

    with Image.open(MEDIA / "coffee.jpg") as photo:
        assert pixels.shape == (photo.height, photo.width)
    assert (edges.name, edges.media_type) == ("edges", "image/png")


@pytest.mark.parametrize("model_id", EDGE_MODELS)
def test_the_outline_of_a_square_is_found_and_its_inside_is_empty(model_id: str, tmp_path: Path) -> None:
    square = Image.new("RGB", (160, 128), "white")
    square.paste((30, 60, 120), (40, 32, 120, 96))
    square.save(tmp_path / "square.png")

    _, pixels = _edges(model_id, tmp_path / "square.png", tmp_path)

    assert pixels[64, 36:45].max() > 200
    assert pixels[64, 116:125].max() > 200
    assert pixels[28:37, 80].max() > 200
    assert pixels[50:78, 60:100].max() < 40


def test_canny_gives_only_black_and_white_and_finds_nothing_on_faint_noise(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(128, 3, (120, 160)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")

    _, of_photo = _edges("canny-edges", "cat.jpg", tmp_path)
    _, of_noise = _edges("canny-edges", tmp_path / "noise.png", tmp_path)

    assert set(np.unique(of_photo).tolist()) == {0, 255}
    assert 0.03 < (of_photo > 0).mean() < 0.15
    assert not of_noise.any()


def test_hed_sees_fewer_edges_in_the_fur_of_a_cat_than_round_its_eyes(tmp_path: Path) -> None:
    _, pixels = _edges("hed-bsds500", "cat.jpg", tmp_path)

    assert pixels[90:140, 135:200].mean() > 1.5 * pixels[10:60, 130:250].mean()
