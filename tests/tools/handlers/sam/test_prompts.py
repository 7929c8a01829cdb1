"""Points and boxes in the forms in which plans bring them."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs
from jarvis.tools.handlers.sam.prompts import Point, Prompt, Seen, read_points, read_prompts, seen_things

SIZE = (600, 400)


def _prompts(**slots: Any) -> list[Prompt]:
    return read_prompts(Inputs("mask-generation", slots), SIZE)


@pytest.mark.parametrize(
    "value",
    ["300,120", "(300, 120)", "300x120", [300, 120], [[300, 120]], {"x": 300, "y": 120}, [{"x": 300, "y": 120}]],
)
def test_a_point_is_read_from_every_form(value: Any) -> None:
    assert read_points(value) == [Point(300, 120)]


@pytest.mark.parametrize(
    "value",
    [
        "300,120; not 10,20",
        [[300, 120, 1], [10, 20, 0]],
        {"points": [[300, 120], [10, 20]], "labels": [1, 0]},
        [{"x": 300, "y": 120}, {"x": 10, "y": 20, "label": 0}],
    ],
)
def test_points_say_what_does_not_belong_to_the_thing(value: Any) -> None:
    assert read_points(value) == [Point(300, 120), Point(10, 20, inside=False)]


def test_lists_of_points_mean_several_things() -> None:
    prompts = _prompts(point=[[[300, 120], [310, 130]], [[10, 20]]])

    assert prompts == [Prompt((Point(300, 120), Point(310, 130))), Prompt((Point(10, 20),))]


def test_points_stand_with_the_box_that_holds_them() -> None:
    prompts = _prompts(box=[[0, 0, 100, 100], [200, 200, 300, 300]], point=[[50, 50], [250, 250], [210, 20, 0]])

    outside = Point(210, 20, inside=False)
    assert prompts == [
        Prompt((Point(50, 50), outside), (0, 0, 100, 100)),
        Prompt((Point(250, 250), outside), (200, 200, 300, 300)),
    ]


def test_neither_point_nor_box_means_everything() -> None:
    assert _prompts() == []
    assert _prompts(point="", box=None) == []


def test_fractions_are_of_the_image() -> None:
    assert _prompts(point=[0.5, 0.25]) == [Prompt((Point(300, 100),))]


def test_detections_give_boxes_and_all_that_was_seen() -> None:
    rows = [
        {"label": "cup", "score": 0.9, "box": [1, 2, 30, 40]},
        {"label": "table", "score": 0.5, "box": [0, 0, 9, 9]},
    ]

    assert _prompts(box=rows) == [Prompt((), (1, 2, 30, 40), "cup")]
    assert seen_things(rows, SIZE) == [Seen("cup", 0.9, (1, 2, 30, 40)), Seen("table", 0.5, (0, 0, 9, 9))]


@pytest.mark.parametrize("value", ["left of it", [300], [[300, None]], {"x": 1}, {"points": 7}, True, [True, False]])
def test_what_is_no_point_is_named_in_the_error(value: Any) -> None:
    with pytest.raises(TaskError, match="is not a point; write it as x,y in pixels"):
        read_points(value)


def test_points_and_labels_must_be_as_many() -> None:
    with pytest.raises(TaskError, match="2 points have 1 labels"):
        read_points({"points": [[1, 2], [3, 4]], "labels": [1]})


def test_too_many_points_are_refused() -> None:
    with pytest.raises(TaskError, match="65 points are more than the 64"):
        read_points([[number, number] for number in range(65)])


def test_a_point_outside_the_image_is_refused() -> None:
    with pytest.raises(TaskError, match="the point 700,10 lies outside the image of 600 x 400 pixels"):
        _prompts(point="700,10")
