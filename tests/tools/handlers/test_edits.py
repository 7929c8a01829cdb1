"""Edits by Pillow: what a prompt is understood as, and what each edit does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handlers.edits import Edit, apply_edits, read_prompt

from .vision_bench import MEDIA, run
from .vision_more_bench import model


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("make it black and white", ["grayscale"]),
        ("把照片变成黑白", ["grayscale"]),
        ("Mach das Bild schwarz-weiß", ["grayscale"]),
        ("pasa la foto a blanco y negro", ["grayscale"]),
        ("mets la photo en noir et blanc", ["grayscale"]),
        ("rotate it 90 degrees to the left", ["rotate"]),
        ("向左旋转90度", ["rotate"]),
        ("Dreh das Bild um 180 Grad", ["rotate"]),
        ("pivoter de 90 degrés à gauche", ["rotate"]),
        ("flip it horizontally", ["flip"]),
        ("brighten it up", ["brighten"]),
        ("mach es heller", ["brighten"]),
        ("rends-la plus claire", ["brighten"]),
        ("make it a bit darker", ["darken"]),
        ("Bild schärfen", ["sharpen"]),
        ("blur them", ["blur"]),
        ("crop to a square", ["crop to square"]),
        ("裁成正方形", ["crop to square"]),
        ("给照片加白色边框", ["add border"]),
        ("invert the colors", ["invert"]),
        ("resize to 800x600", ["resize"]),
        ("mirror it and add a black frame", ["flip", "add border"]),
        ("enhance the image quality", ["upscale"]),
        ("放大四倍不失真", ["upscale"]),
        ("súbele la resolución", ["upscale"]),
        ("make it sharper", ["upscale"]),
        ("resize it 2x", ["upscale"]),
        ("upscale 4x and make it grayscale", ["upscale", "grayscale"]),
    ],
)
def test_a_prompt_names_edits_in_its_order(prompt: str, names: list[str]) -> None:
    wish = read_prompt(prompt)

    assert (list(wish.names()), wish.left) == (names, ())


@pytest.mark.parametrize(
    "prompt",
    [
        "make the sky darker",
        "colorize the black and white image",
        "turn the cat into a dog",
        "blur the people",
        "换成白底",
    ],
)
def test_a_prompt_that_asks_for_more_is_refused_with_a_way_out(prompt: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"needs a generative model.*timbrooks/instruct-pix2pix"):
        run(model("pillow-edits"), "image-to-image", "cat.jpg", tmp_path, prompt=prompt)


def test_slightly_and_much_change_the_strength() -> None:
    strengths = [read_prompt(f"{how} brighter").edits[0].strength for how in ("slightly", "", "much")]

    assert strengths == [0.5, 1.0, 2.0]


def _edited(prompt: str) -> Any:
    with Image.open(MEDIA / "cat.jpg") as photo:
        return np.asarray(apply_edits(photo.convert("RGB"), read_prompt(prompt).edits)).astype(int)


@pytest.fixture(scope="module")
def cat() -> Any:
    with Image.open(MEDIA / "cat.jpg") as photo:
        return np.asarray(photo.convert("RGB")).astype(int)


def test_exact_edits_move_or_change_every_pixel_as_they_say(cat: Any) -> None:
    assert (_edited("mirror it") == cat[:, ::-1]).all()
    assert (_edited("flip it vertically") == cat[::-1]).all()
    assert (_edited("invert the colors") == 255 - cat).all()
    assert (_edited("rotate 90 degrees to the left") == np.rot90(cat)).all()
    assert (_edited("rotate it 90 degrees clockwise") == np.rot90(cat, -1)).all()
    assert (_edited("turn it upside down") == cat[::-1, ::-1]).all()
    assert _edited("crop to a square").shape == (300, 300, 3)
    assert _edited("resize to 200x100").shape == (100, 200, 3)
    assert _edited("reduce the image to 50 %").shape == (150, 225, 3)


def test_tones_go_the_way_the_prompt_says(cat: Any) -> None:
    grey = _edited("make it black and white")

    assert (grey[..., 0] == grey[..., 2]).all()
    assert _edited("brighten it").mean() > cat.mean() + 20
    assert _edited("make it darker").mean() < cat.mean() - 20
    assert _edited("more contrast").std() > cat.std() + 5
    assert np.ptp(_edited("more colorful"), axis=2).mean() > np.ptp(cat, axis=2).mean() + 5
    sepia = _edited("sepia").mean(axis=(0, 1))
    assert sepia[0] > sepia[1] > sepia[2]


def test_blur_takes_detail_away_and_sharpen_adds_some(cat: Any) -> None:
    def detail(pixels: Any) -> float:
        return float(np.abs(np.diff(pixels, axis=1)).mean())

    assert detail(_edited("blur it")) < 0.5 * detail(cat)
    assert detail(_edited("sharpen it")) > 1.2 * detail(cat)


def test_a_border_has_the_colour_that_is_named(cat: Any) -> None:
    framed = _edited("add a red border")

    assert framed.shape == (300 + 36, 451 + 36, 3)
    assert (framed[0] == [255, 0, 0]).all()
    assert (framed[18:-18, 18:-18] == cat).all()


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(TaskError, match="is no size for an image"):
        apply_edits(Image.new("RGB", (4, 4)), (Edit("resize", "resize to 90000x10"),))


def test_the_handler_writes_the_edited_picture_and_leaves_enlarging_to_super_resolution(tmp_path: Path) -> None:
    edited = run(model("pillow-edits"), "image-to-image", "cat.jpg", tmp_path, prompt="invert the colors")

    assert isinstance(edited, Artifact)
    assert edited.name == "edited"
    with pytest.raises(TaskError, match="super-resolution"):
        run(model("pillow-edits"), "image-to-image", "cat.jpg", tmp_path, prompt="enlarge it")
