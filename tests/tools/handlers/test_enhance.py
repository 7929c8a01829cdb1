"""Super-resolution by the packaged Real-ESRGAN network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handlers.enhance import SuperResolution, wanted_scale

from .vision_bench import MEDIA, run
from .vision_more_bench import model

NETWORK = "realesr-animevideov3-x4"


def _eye() -> Image.Image:
    with Image.open(MEDIA / "cat.jpg") as photo:
        return photo.convert("RGB").crop((130, 80, 200, 140))


def _upscaled(prompt: str, folder: Path) -> Image.Image:
    _eye().save(folder / "eye.png")
    made = run(model(NETWORK), "image-to-image", folder / "eye.png", folder, prompt=prompt)
    assert isinstance(made, Artifact)
    assert made.name == "upscaled"
    with Image.open(made.path) as picture:
        return picture.copy()


def test_enhancing_gives_four_times_the_size_and_the_same_picture(tmp_path: Path) -> None:
    large = _upscaled("enhance the image", tmp_path)

    assert large.size == (280, 240)
    back = np.asarray(large.resize((70, 60), Image.Resampling.BOX)).astype(int)
    assert np.abs(back - np.asarray(_eye()).astype(int)).mean() < 6


def test_outlines_are_steeper_than_when_only_scaled(tmp_path: Path) -> None:
    def steepest(image: Image.Image) -> float:
        slopes: Any = np.abs(np.diff(np.asarray(image.convert("L")).astype(int), axis=1))
        return float(np.quantile(slopes, 0.99))

    assert steepest(_upscaled("", tmp_path)) > 1.3 * steepest(_eye().resize((280, 240), Image.Resampling.BICUBIC))


def test_a_factor_and_edits_in_the_prompt_are_followed(tmp_path: Path) -> None:
    large = _upscaled("upscale 2x and make it black and white", tmp_path)

    pixels = np.asarray(large)
    assert large.size == (140, 120)
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_tiles_join_without_a_seam() -> None:
    handler = model(NETWORK)
    assert isinstance(handler, SuperResolution)
    slope = np.tile(np.linspace(20, 230, 200), (24, 1)).astype(np.uint8)

    row = np.asarray(handler.enlarged(Image.fromarray(slope).convert("RGB")))[48, :, 0].astype(int)

    assert np.abs(np.diff(row)).max() <= 4
    assert abs(row[100] - 46) <= 4


@pytest.mark.parametrize(
    ("words", "scale"), [("2x", 2), ("three times", 3), ("放大两倍", 2), ("enlarge", 4), ("4x", 4)]
)
def test_the_factor_is_read_from_the_prompt(words: str, scale: int) -> None:
    assert wanted_scale(words) == scale


def test_other_wishes_and_large_pictures_are_refused_with_a_way_out(tmp_path: Path) -> None:
    Image.new("RGB", (2500, 2000)).save(tmp_path / "large.png")

    with pytest.raises(TaskError, match="needs a generative model"):
        run(model(NETWORK), "image-to-image", "cat.jpg", tmp_path, prompt="make it a watercolor")
    with pytest.raises(TaskError, match="only enlarges"):
        run(model(NETWORK), "image-to-image", "cat.jpg", tmp_path, prompt="rotate it left")
    with pytest.raises(TaskError, match=r"5\.0 megapixels.*at most 4; make it smaller"):
        run(model(NETWORK), "image-to-image", tmp_path / "large.png", tmp_path, prompt="enhance")
