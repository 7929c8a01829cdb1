"""ImageNet classes by the two packaged EfficientNets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.tools.handler import Handler
from jarvis.tools.handlers.classification import central_square, ranked, read_labels

from .vision_bench import load, run


@pytest.fixture(scope="module", params=["efficientnet-lite0", "efficientnet-lite3-int8"])
def classifier(request: pytest.FixtureRequest) -> Handler:
    return load(str(request.param))


def _classes(classifier: Handler, photo: str | Path, folder: Path) -> list[Any]:
    value = run(classifier, "image-classification", photo, folder)
    assert isinstance(value, list)
    return value


def test_the_three_best_classes_of_the_cat_are_cats(classifier: Handler, tmp_path: Path) -> None:
    found = _classes(classifier, "cat.jpg", tmp_path)

    assert {one["label"] for one in found[:3]} == {"Egyptian cat", "tabby", "tiger cat"}
    assert sum(one["score"] for one in found[:3]) > 0.8


def test_the_cup_of_coffee_is_an_espresso(classifier: Handler, tmp_path: Path) -> None:
    found = _classes(classifier, "coffee.jpg", tmp_path)

    assert found[0]["label"] == "espresso"
    assert found[0]["score"] > 0.8


def test_scores_fall_and_are_shares_of_one(classifier: Handler, tmp_path: Path) -> None:
    scores = [one["score"] for one in _classes(classifier, "astronaut.jpg", tmp_path)]

    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1


def test_an_image_of_one_pixel_still_gets_a_class(classifier: Handler, tmp_path: Path) -> None:
    Image.new("RGB", (1, 1), "red").save(tmp_path / "dot.png")

    assert _classes(classifier, tmp_path / "dot.png", tmp_path)


def test_labels_that_round_to_nothing_are_left_out_but_never_all() -> None:
    scores = np.array([0.0001, 0.9, 0.05], dtype=np.float32)

    assert ranked(scores, ["a", "b", "c"], 3) == [{"label": "b", "score": 0.9}, {"label": "c", "score": 0.05}]
    assert ranked(scores[:1], ["a"], 3) == [{"label": "a", "score": 0.0}]


def test_a_label_is_the_first_name_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("tabby, tabby cat\nespresso\n", encoding="utf-8")

    assert read_labels(tmp_path / "labels.txt") == ["tabby", "espresso"]


def test_the_central_square_leaves_the_sides_out() -> None:
    wide = Image.new("RGB", (600, 300), "red")
    wide.paste("blue", (150, 0, 450, 300))

    assert (central_square(wide, 224) == [0, 0, 255]).all()
