"""Objects with boxes, by the packaged SSD-MobileNetV2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import TaskError
from jarvis.tools.handler import Handler
from jarvis.tools.handlers.detection import COCO, box_overlap, without_doubles

from .vision_bench import load, run


@pytest.fixture(scope="module")
def detector() -> Handler:
    return load("ssd-mobilenet-v2-coco")


def _found(detector: Handler, photo: str | Path, folder: Path) -> list[Any]:
    value = run(detector, "object-detection", photo, folder)
    assert isinstance(value, list)
    return value


def test_the_cat_is_one_cat_that_fills_most_of_the_photo(detector: Handler, tmp_path: Path) -> None:
    (cat,) = _found(detector, "cat.jpg", tmp_path)

    assert cat["label"] == "cat"
    assert cat["score"] > 0.8
    assert box_overlap(cat["box"], [7, 0, 405, 297]) > 0.95


def test_the_cup_comes_before_the_table_and_not_twice_as_a_bowl(detector: Handler, tmp_path: Path) -> None:
    found = _found(detector, "coffee.jpg", tmp_path)

    assert [one["label"] for one in found] == ["cup", "dining table"]
    assert box_overlap(found[0]["box"], [172, 12, 409, 245]) > 0.9


def test_boxes_are_whole_pixels_inside_the_upright_photo(detector: Handler, tmp_path: Path) -> None:
    from PIL import Image

    with Image.open(Path(__file__).parents[3] / "examples/media/cat.jpg") as photo:
        exif = photo.getexif()
        exif[0x0112] = 6  # the camera was turned: shown upright, the photo is 300 wide and 451 high
        photo.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", exif=exif)

    (cat,) = _found(detector, tmp_path / "turned.jpg", tmp_path)

    assert cat["label"] == "cat"
    assert all(isinstance(part, int) and 0 <= part <= 451 for part in cat["box"])
    assert box_overlap(cat["box"], [7, 0, 405, 297]) > 0.9


def test_a_printed_page_shows_no_object(detector: Handler, tmp_path: Path) -> None:
    assert _found(detector, "page.png", tmp_path) == []


def test_a_file_that_is_no_image_is_refused_in_words(detector: Handler, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not an image")

    with pytest.raises(TaskError, match=r"broken\.jpg cannot be read as an image"):
        run(detector, "object-detection", broken, tmp_path)


def test_there_are_the_eighty_labels_of_coco() -> None:
    assert len(COCO) == 80
    assert {1: "person", 17: "cat", 47: "cup", 67: "dining table", 90: "toothbrush"}.items() <= COCO.items()


def test_of_two_labels_on_one_box_the_better_stays() -> None:
    bowl = {"label": "bowl", "score": 0.8, "box": [0, 0, 100, 100]}
    cup = {"label": "cup", "score": 0.9, "box": [2, 0, 100, 100]}
    spoon = {"label": "spoon", "score": 0.6, "box": [60, 60, 100, 100]}

    assert without_doubles([bowl, spoon, cup]) == [cup, spoon]
