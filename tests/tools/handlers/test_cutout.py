"""Cutouts by GrabCut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handlers.cutout import foreground, largest_part

from .vision_bench import MEDIA, run
from .vision_more_bench import model


def test_the_cup_stays_and_the_table_becomes_transparent(tmp_path: Path) -> None:
    made = run(model("grabcut-cutout"), "background-removal", "coffee.jpg", tmp_path)

    assert isinstance(made, Artifact)
    assert (made.name, made.media_type, [path.name for path in tmp_path.iterdir()]) == (
        "cutout",
        "image/png",
        ["cutout.png"],
    )
    with Image.open(made.path) as picture, Image.open(MEDIA / "coffee.jpg") as photo:
        assert (picture.mode, picture.size) == ("RGBA", photo.size)
        alpha = np.asarray(picture)[..., 3]
    assert alpha[60:220, 230:370].mean() > 240
    assert alpha[:, :60].mean() < 5
    assert alpha[380:, 500:].mean() < 5


def test_a_thing_that_the_detector_does_not_know_is_cut_from_the_middle(tmp_path: Path) -> None:
    disc = Image.new("RGB", (240, 200), (225, 225, 215))
    ImageDraw.Draw(disc).ellipse((70, 50, 170, 150), fill=(180, 30, 40))
    disc.save(tmp_path / "disc.png")

    made = run(model("grabcut-cutout"), "background-removal", tmp_path / "disc.png", tmp_path / "out")

    assert isinstance(made, Artifact)
    with Image.open(made.path) as picture:
        alpha = np.asarray(picture)[..., 3] > 127
    assert abs(int(alpha.sum()) - 7854) < 400
    assert alpha[100, 120]


def test_a_picture_of_one_colour_has_no_foreground(tmp_path: Path) -> None:
    Image.new("RGB", (120, 90), (90, 90, 90)).save(tmp_path / "plain.png")

    with pytest.raises(TaskError, match="no foreground was found"):
        run(model("grabcut-cutout"), "background-removal", tmp_path / "plain.png", tmp_path / "out")


def test_the_largest_thing_is_the_foreground_and_the_middle_without_one() -> None:
    things = [{"box": [0, 0, 20, 20]}, {"box": [30, 30, 90, 90]}]

    assert foreground(things, (100, 100)) == (27, 27, 93, 93)
    assert foreground([], (100, 100)) == (10, 10, 90, 90)


def test_specks_beside_the_largest_part_are_dropped() -> None:
    mask = np.zeros((40, 40), dtype=bool)
    mask[5:25, 5:25] = True
    mask[35:38, 35:38] = True

    kept = largest_part(mask)

    assert kept.sum() == 400
    assert not kept[36, 36]
