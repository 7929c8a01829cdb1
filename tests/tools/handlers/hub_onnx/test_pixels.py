from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.errors import ModelError
from jarvis.tools.handlers.hub_onnx.pixels import Pictures, cropped, scaled_up
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.squares import grey_square
from tests.tools.handlers.hub_onnx.repositories import files_of, options, write_json

PLAIN = {"do_rescale": False, "do_normalize": False}


def pictures(folder: Path, kind: str, **settings: Any) -> Pictures:
    write_json(folder / "preprocessor_config.json", {"image_processor_type": f"{kind}ImageProcessor", **settings})
    return Pictures(Repository(files_of(folder), options()))


@pytest.mark.parametrize(
    ("kind", "settings", "shape"),
    [
        ("ViT", {"size": {"height": 32, "width": 48}}, (32, 48)),
        ("ViT", {"size": 40}, (40, 40)),
        ("CLIP", {"size": {"shortest_edge": 32}, "do_center_crop": False}, (32, 48)),
        ("CLIP", {"size": {"shortest_edge": 32}, "crop_size": {"height": 24, "width": 24}}, (24, 24)),
        ("Detr", {"size": {"shortest_edge": 80, "longest_edge": 1333}}, (80, 120)),
        ("Detr", {"size": {"shortest_edge": 80, "longest_edge": 90}}, (60, 90)),
        ("Yolos", {"size": {"shortest_edge": 80, "longest_edge": 1333}}, (80, 112)),
        ("MaskFormer", {"size": {"shortest_edge": 80, "longest_edge": 1333}}, (96, 128)),
        ("DPT", {"size": {"height": 70, "width": 70}, "keep_aspect_ratio": True, "ensure_multiple_of": 14}, (70, 112)),
        ("DPT", {"size": {"height": 70, "width": 70}}, (70, 70)),
        ("GLPN", {"size_divisor": 32}, (192, 288)),
        ("ConvNext", {"size": {"shortest_edge": 224}}, (224, 224)),
        ("ConvNext", {"size": {"shortest_edge": 384}}, (384, 384)),
        ("Swin2SR", {"pad_size": 8}, (208, 304)),
        ("Donut", {"size": {"height": 64, "width": 32}}, (64, 32)),
        ("Vilt", {"size": {"shortest_edge": 64}, "size_divisor": 16}, (64, 96)),
        ("Owlv2", {"size": {"height": 96, "width": 96}}, (96, 96)),
        ("BitFast", {"size": {"height": 16, "width": 16}}, (16, 16)),
    ],
)
def test_a_picture_of_300_by_200_gets_the_size_that_the_model_wants(
    tmp_path: Path, kind: str, settings: dict[str, Any], shape: tuple[int, int]
) -> None:
    made = pictures(tmp_path, kind, **settings).prepared(Image.new("RGB", (300, 200), "red"))
    assert made.values.shape == (1, 3, *shape)
    assert made.mask.shape == (1, *shape)
    assert made.size == (200, 300)


def test_colours_are_scaled_and_shifted_as_the_settings_say(tmp_path: Path) -> None:
    made = pictures(tmp_path, "ViT", size=4, image_mean=[0.5, 0.0, 0.25], image_std=[0.5, 1.0, 0.5])
    values = made.prepared(Image.new("RGB", (9, 9), (255, 51, 0))).values
    assert values[0, :, 0, 0].tolist() == pytest.approx([1.0, 0.2, -0.5])


def test_what_was_filled_up_is_not_in_the_mask(tmp_path: Path) -> None:
    made = pictures(tmp_path, "MaskFormer", size={"shortest_edge": 80, "longest_edge": 1333}, **PLAIN)
    pixels = made.prepared(Image.new("RGB", (300, 200), "white"))
    assert int(pixels.mask.sum()) == 80 * 120
    assert pixels.values[0, :, 80:].max() == 0


def test_a_repository_without_settings_for_pictures_is_refused() -> None:
    with pytest.raises(ModelError, match=r"no preprocessor_config\.json"):
        Pictures(Repository({}, options()))


def test_the_middle_is_cut_out_and_filled_up_where_there_is_none() -> None:
    planes = np.arange(16).reshape(1, 4, 4)
    assert cropped(planes, (2, 2)).tolist() == [[[5, 6], [9, 10]]]
    assert cropped(planes, (6, 4))[0].sum(axis=1).tolist() == [0, 6, 22, 38, 54, 0]


def test_scaling_keeps_slopes_and_even_planes() -> None:
    slope = np.arange(8, dtype=np.float32)[None, None].repeat(8, axis=1)
    wanted = (np.arange(16) + 0.5) / 2 - 0.5
    assert scaled_up(slope, (8, 16))[0, 3, 4:12].tolist() == pytest.approx(wanted[4:12].tolist(), abs=1e-5)
    assert scaled_up(np.full((2, 5, 7), 3.0), (11, 4), cubic=True) == pytest.approx(3.0)


def test_the_grey_square_is_that_of_scipy() -> None:
    from scipy import ndimage

    planes = np.random.default_rng(0).random((3, 40, 30))
    square = np.full((3, 40, 40), 0.5)
    square[:, :, :30] = planes
    sigma = (40 / 16 - 1) / 2
    smooth = ndimage.gaussian_filter(square, (0, sigma, sigma), mode="mirror")
    wanted = ndimage.zoom(smooth, (1, 16 / 40, 16 / 40), order=1, mode="mirror", grid_mode=True)
    assert np.abs(grey_square(planes, (16, 16)) - wanted).max() < 1e-6
