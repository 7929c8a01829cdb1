"""The plot of confusions is an SVG that says what was taken for what."""

from __future__ import annotations

from xml.etree import ElementTree

from jarvis.planners.evaluation.heatmap import heatmap

_SVG = "{http://www.w3.org/2000/svg}"


def test_every_confusion_has_its_cell_and_its_count() -> None:
    picture = ElementTree.fromstring(heatmap({("a & b", "c"): 4, ("a & b", "d"): 1, ("e", "d"): 2}, "<odd>"))

    titles = [title.text for title in picture.iter(f"{_SVG}title")]
    texts = [text.text for text in picture.iter(f"{_SVG}text")]
    assert titles == ["a & b -> c: 4", "a & b -> d: 1", "e -> c: 0", "e -> d: 2"]
    assert texts == ["<odd>", "a & b", "e", "c", "d", "4", "1", "2"]


def test_the_more_often_the_darker() -> None:
    picture = ElementTree.fromstring(heatmap({("a", "b"): 4, ("c", "b"): 1}, "x"))

    most, least = (
        int(cell.attrib["fill"][1:3], 16)
        for cell in picture.iter(f"{_SVG}rect")
        if cell.find(f"{_SVG}title") is not None
    )
    assert most < least


def test_no_confusions_are_said_to_be_none() -> None:
    assert "nothing was confused" in heatmap({}, "x")
