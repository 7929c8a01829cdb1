"""Cutting out the thing in a box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Handler
from jarvis.tools.handlers.masks import inside, read_boxes
from jarvis.tools.handlers.sam.value import read_masks

from .vision_bench import load, run

CUP = [172, 12, 409, 245]
TASK = "mask-generation"


@pytest.fixture(scope="module", params=["lite-medsam", "grabcut"])
def cutter(request: pytest.FixtureRequest) -> Handler:
    return load(str(request.param))


def _mask(value: Value) -> np.ndarray[Any, np.dtype[np.uint8]]:
    assert isinstance(value, Artifact)
    assert (value.name, value.media_type) == ("mask", "image/png")
    with Image.open(value.path) as image:
        assert image.mode == "L"
        return np.asarray(image)


def test_the_mask_covers_the_coffee_and_nothing_outside_its_box(cutter: Handler, tmp_path: Path) -> None:
    mask = _mask(run(cutter, TASK, "coffee.jpg", tmp_path, box=CUP))

    assert mask.shape == (400, 600)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[100:180, 240:350] == 255).mean() > 0.95  # the coffee and the inside of the cup
    assert (mask[300:, :] == 255).mean() < 0.01  # the table
    assert 0.1 < (mask == 255).mean() < 0.25


def test_text_and_a_list_and_detections_mean_the_same_box(tmp_path: Path) -> None:
    cutter = load("grabcut")
    forms: list[Any] = [
        "172,12,409,245",
        "[172, 12, 409, 245]",
        [[172, 12, 409, 245]],
        [
            {"label": "cup", "score": 0.96, "box": [172, 12, 409, 245]},
            {"label": "dining table", "score": 0.57, "box": [1, 0, 598, 398]},
        ],
    ]

    masks = [_mask(run(cutter, TASK, "coffee.jpg", tmp_path, box=form)) for form in forms]

    assert all((mask == masks[0]).all() for mask in masks)


def test_two_boxes_make_one_mask_of_both(cutter: Handler, tmp_path: Path) -> None:
    spoon = [340, 90, 464, 333]
    boxes = [CUP, spoon]

    cup, both = (_mask(run(cutter, TASK, "coffee.jpg", tmp_path, box=box)) for box in (CUP, boxes))

    assert (both >= cup).all()
    assert both.sum() > cup.sum()


@pytest.mark.parametrize(
    ("model", "says"),
    [("lite-medsam", "takes a box only; give box: x1,y1,x2,y2 in pixels"), ("grabcut", "has to be told where to look")],
)
def test_without_a_box_it_says_what_it_takes(model: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=says):
        run(load(model), TASK, "coffee.jpg", tmp_path)


def test_a_point_is_refused_by_the_model_that_takes_boxes(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="takes a box, not a point"):
        run(load("lite-medsam"), TASK, "coffee.jpg", tmp_path, point="300,120")


@pytest.mark.parametrize("model", ["grabcut", "grabcut-at-point"])
def test_a_point_on_the_coffee_finds_the_cup(model: str, tmp_path: Path) -> None:
    mask = _mask(run(load(model), TASK, "coffee.jpg", tmp_path, point="290,140"))

    assert (mask[100:180, 240:350] == 255).mean() > 0.95
    assert (mask[300:, :] == 255).mean() < 0.01


def test_a_point_means_what_the_detector_sees_there(tmp_path: Path) -> None:
    made = run(load("grabcut-at-point"), TASK, "cat.jpg", tmp_path, point="200,150")

    assert isinstance(made, Artifact)
    found = read_masks(made.path)
    assert found is not None
    assert found.instances[0].prompt.label == "cat"
    assert [seen.label for seen in found.seen] == ["cat"]


def test_a_point_that_does_not_belong_to_the_thing_is_left_out(tmp_path: Path) -> None:
    cut = load("grabcut")

    whole = _mask(run(cut, TASK, "coffee.jpg", tmp_path, box=CUP))
    part = _mask(run(cut, TASK, "coffee.jpg", tmp_path, box=CUP, point=[[290, 130], [380, 60, 0]]))

    assert part.sum() != whole.sum() or whole[60, 380] == 0
    assert part[60, 380] == 0


def test_a_second_box_costs_the_decoder_alone(tmp_path: Path) -> None:
    cutter = load("lite-medsam", embeddings_folder=str(tmp_path / "kept"))

    run(cutter, TASK, "coffee.jpg", tmp_path, box=CUP)
    (kept,) = (tmp_path / "kept").glob("*.npz")
    written = kept.stat().st_mtime_ns
    run(cutter, TASK, "coffee.jpg", tmp_path, box=[340, 90, 464, 333])

    assert [path.stat().st_mtime_ns for path in (tmp_path / "kept").glob("*.npz")] == [written]


def test_a_detection_that_found_nothing_leaves_nothing_to_cut_out(cutter: Handler, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="nothing was detected"):
        run(cutter, TASK, "coffee.jpg", tmp_path, box=[])


def test_grabcut_says_when_a_box_leaves_nothing_around_the_thing(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="fills the whole image"):
        run(load("grabcut"), TASK, "coffee.jpg", tmp_path, box="0,0,600,400")


@pytest.mark.parametrize("value", ["somewhere on the left", "1,2,3", {"label": "cat"}, [{"box": None}], 7, True])
def test_what_is_no_box_is_named_in_the_error(value: Any) -> None:
    with pytest.raises(TaskError, match=r"is not a box; write it as x1,y1,x2,y2"):
        read_boxes(value)


def test_boxes_are_read_from_every_form() -> None:
    assert read_boxes("10, 20 ,30,40") == [(10, 20, 30, 40)]
    assert read_boxes([30, 40, 10, 20]) == [(10, 20, 30, 40)]
    assert read_boxes({"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}) == [(1, 2, 3, 4)]
    assert read_boxes({"box": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}) == [(1, 2, 3, 4)]
    assert read_boxes(["1,2,3,4", "5,6,7,8"]) == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert len(read_boxes([[0, 0, number + 1, 9] for number in range(9)])) == 5


def test_of_detections_those_with_the_best_label_are_taken() -> None:
    people = [{"label": "person", "box": [0, 0, size, size]} for size in (5, 6)]
    found = [people[0], {"label": "table", "box": [0, 0, 9, 9]}, people[1]]

    assert read_boxes(found) == [(0, 0, 5, 5), (0, 0, 6, 6)]


def test_a_box_is_cut_at_the_edges_of_the_image() -> None:
    assert inside((-5, 10, 700, 90), (600, 400)) == (0, 10, 600, 90)
    assert inside((0.25, 0.5, 0.75, 1), (600, 400)) == (150, 200, 450, 400)
    with pytest.raises(TaskError, match="lies outside the image of 600 x 400 pixels"):
        inside((700, 10, 800, 90), (600, 400))
