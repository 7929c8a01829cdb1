"""Body pose by the packaged MoveNet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Handler
from jarvis.tools.handlers.pose import BONES, KEYPOINTS, draw_skeletons

from .vision_bench import load, run


@pytest.fixture(scope="module")
def pose() -> Handler:
    return load("movenet-lightning-int8")


def test_the_astronaut_has_seventeen_keypoints_where_her_body_is(pose: Handler, tmp_path: Path) -> None:
    people: Any = run(pose, "keypoint-detection", "astronaut.jpg", tmp_path)

    (person,) = people
    points = {point["label"]: (point["x"], point["y"]) for point in person["keypoints"]}
    assert list(points) == KEYPOINTS
    for label, place in {"nose": (222, 121), "left_shoulder": (318, 271), "right_eye": (204, 99)}.items():
        assert np.hypot(points[label][0] - place[0], points[label][1] - place[1]) < 15, label
    assert points["left_eye"][0] > points["right_eye"][0]  # her own left, as she faces us


@pytest.mark.parametrize("photo", ["cat.jpg", "coffee.jpg", "page.png"])
def test_where_nobody_is_nobody_is_found(pose: Handler, photo: str, tmp_path: Path) -> None:
    assert run(pose, "keypoint-detection", photo, tmp_path) == []


def test_the_skeleton_has_the_size_of_the_photo_and_lies_on_the_body(tmp_path: Path) -> None:
    drawing = run(load("skeleton-from-movenet"), "openpose-control", "astronaut.jpg", tmp_path)

    assert isinstance(drawing, Artifact)
    assert (drawing.name, drawing.media_type) == ("pose", "image/png")
    with Image.open(drawing.path) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (512, 512, 3)
    lit = pixels.max(axis=2) > 0
    assert 0.005 < lit.mean() < 0.1
    assert lit[115:127, 210:234].any()  # the nose
    assert not lit[:60].any()  # above her hair


def test_without_a_person_there_is_no_skeleton(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no person was found"):
        run(load("skeleton-from-movenet"), "openpose-control", "cat.jpg", tmp_path)


def test_unsure_keypoints_are_not_drawn() -> None:
    points = [{"label": label, "x": 50, "y": 50, "score": 0.1} for label in KEYPOINTS]

    assert not np.asarray(draw_skeletons([{"score": 0.5, "keypoints": points}], (100, 100), 0.2)).any()


def test_bones_join_known_points_only() -> None:
    assert {end for bone in BONES for end in bone} == {*KEYPOINTS, "neck"}
