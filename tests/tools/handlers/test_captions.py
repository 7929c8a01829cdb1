"""Captions composed from findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.tools.handlers.captions import caption, listed

from .vision_bench import run
from .vision_more_bench import model


def test_the_caption_of_a_photo_repeats_what_was_found_and_no_more(tmp_path: Path) -> None:
    text = run(model("caption-from-parts"), "image-to-text", "coffee.jpg", tmp_path)

    assert isinstance(text, str)
    assert text.startswith("The picture shows a cup (9")
    assert "As a whole it looks like this: espresso (9" in text
    assert "Text in it" not in text


def test_the_caption_of_a_page_is_the_text_on_it(tmp_path: Path) -> None:
    text = run(model("caption-from-parts"), "image-to-text", "page.png", tmp_path)

    assert isinstance(text, str)
    assert text.startswith("Text in it reads: “Library opening hours / Monday to Friday: 9:00 to 18:30 / ")


def test_what_is_not_sure_is_not_said() -> None:
    unsure = caption([{"label": "clock", "score": 0.55}], [{"label": "coil", "score": 0.4}], "O")

    assert unsure.startswith("Nothing in the picture was recognized with confidence")
    assert "Salesforce/blip-image-captioning-base" in unsure


def test_a_sentence_for_each_finding() -> None:
    things = [{"label": "cat", "score": 0.9}, {"label": "dog", "score": 0.7}]

    text = caption(things, [{"label": "tabby", "score": 0.62}], "Exit")

    assert text == (
        "The picture shows a cat and a dog (70 to 90 % sure). "
        "As a whole it looks like this: tabby (62 % sure). Text in it reads: “Exit”"
    )


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["cup"], "a cup"),
        (["cup", "apple"], "a cup and an apple"),
        (["person", "cup", "person", "knife", "knife"], "2 people, a cup and 2 knives"),
        (["wine glass", "wine glass", "scissors"], "2 wine glasses and scissors"),
    ],
)
def test_things_are_counted_in_good_english(labels: list[str], words: str) -> None:
    assert listed([{"label": label, "score": 0.9} for label in labels]) == words
