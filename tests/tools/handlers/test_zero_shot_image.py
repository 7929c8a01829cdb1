"""Labels of the user's own for images, by matching names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import TaskError
from jarvis.tools.handlers.coco_words import coco_labels
from jarvis.tools.handlers.detection import box_overlap

from .vision_bench import run
from .vision_more_bench import model


@pytest.mark.parametrize(
    ("word", "labels"),
    [
        ("cups", {"cup"}),
        ("The dogs", {"dog"}),
        ("people", {"person"}),
        ("knives", {"knife"}),
        ("wine glasses", {"wine glass"}),
        ("sofas", {"couch"}),
        ("pets", {"cat", "dog"}),
        ("猫", {"cat"}),
        ("Hunde", {"dog"}),
        ("gatos", {"cat"}),
        ("unicorn", set()),
        ("red cars", set()),
        ("woman", set()),
    ],
)
def test_a_word_stands_for_a_kind_only_when_it_names_all_of_it(word: str, labels: set[str]) -> None:
    assert coco_labels(word) == labels


def _find(model_id: str, photo: str, labels: list[str] | str, folder: Path) -> list[Any]:
    found = run(model(model_id), "zero-shot-object-detection", photo, folder, labels=labels)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("model_id", ["detections-by-name", "detections-by-meaning"])
def test_things_are_found_under_the_users_name_and_unknown_ones_are_not_invented(model_id: str, tmp_path: Path) -> None:
    found = _find(model_id, "coffee.jpg", "a mug, unicorn", tmp_path)

    assert [(one["label"], one["seen_as"]) for one in found] == [("a mug", "cup")]
    assert box_overlap(found[0]["box"], [172, 12, 409, 245]) > 0.9
    assert _find(model_id, "coffee.jpg", ["teapot"], tmp_path) == []


def test_meaning_finds_what_the_table_of_words_lacks(tmp_path: Path) -> None:
    assert _find("detections-by-name", "cat.jpg", ["kitty"], tmp_path) == []
    assert [one["label"] for one in _find("detections-by-meaning", "cat.jpg", ["kitty"], tmp_path)] == ["kitty"]


@pytest.mark.parametrize(
    ("photo", "labels", "best"),
    [
        ("cat.jpg", ["dog", "cat", "bird"], "cat"),
        ("cat.jpg", ["vehicle", "pet"], "pet"),
        ("coffee.jpg", ["tea", "coffee", "beer"], "coffee"),
        ("astronaut.jpg", ["a landscape", "a person", "food"], "a person"),
    ],
)
def test_the_right_label_gets_most_of_the_score(photo: str, labels: list[str], best: str, tmp_path: Path) -> None:
    scores: Any = run(model("labels-by-meaning"), "zero-shot-image-classification", photo, tmp_path, labels=labels)

    assert scores[0]["label"] == best
    assert scores[0]["score"] > 0.8
    assert {one["label"] for one in scores} == set(labels)
    assert sum(one["score"] for one in scores) == pytest.approx(1, abs=0.01)


def test_labels_that_have_nothing_to_do_with_what_was_seen_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"nothing to do with the labels.*openai/clip-vit-base-patch32"):
        run(model("labels-by-meaning"), "t", "cat.jpg", tmp_path, labels=["indoors", "outdoors"])
    with pytest.raises(TaskError, match="needs labels"):
        run(model("labels-by-meaning"), "t", "cat.jpg", tmp_path)
    with pytest.raises(TaskError, match="needs labels"):
        run(model("detections-by-name"), "t", "cat.jpg", tmp_path)
