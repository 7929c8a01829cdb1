"""Faces by OpenCV's Haar cascade."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jarvis.tools.handlers.detection import box_overlap

from .vision_bench import MEDIA, run
from .vision_more_bench import model

FACE = [176, 66, 273, 163]


def test_the_face_of_the_astronaut_is_found_once(tmp_path: Path) -> None:
    faces: Any = run(model("haar-faces"), "face-detection", "astronaut.jpg", tmp_path)

    assert [face["label"] for face in faces] == ["face"]
    assert box_overlap(faces[0]["box"], FACE) > 0.8
    assert 0 < faces[0]["score"] < 1


@pytest.mark.parametrize("photo", ["cat.jpg", "coffee.jpg", "page.png"])
def test_no_face_is_found_where_there_is_none(photo: str, tmp_path: Path) -> None:
    assert run(model("haar-faces"), "face-detection", photo, tmp_path) == []


def test_boxes_of_a_large_photo_are_in_its_own_pixels(tmp_path: Path) -> None:
    with Image.open(MEDIA / "astronaut.jpg") as photo:
        photo.resize((1536, 1536)).save(tmp_path / "large.png")

    faces: Any = run(model("haar-faces"), "face-detection", tmp_path / "large.png", tmp_path)

    assert box_overlap(faces[0]["box"], [3 * side for side in FACE]) > 0.7
