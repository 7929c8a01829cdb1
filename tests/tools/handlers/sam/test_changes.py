"""Sentences that change a mask, and sentences that are new requests."""

from __future__ import annotations

import pytest

from jarvis.tools.handlers.sam.changes import Change, Kind, named, read_change


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("no, the other cup", Change(Kind.OTHER, "cup")),
        ("The other one.", Change(Kind.OTHER)),
        ("the left one", Change(Kind.OTHER, where="left")),
        ("the second cup", Change(Kind.OTHER, "cup", number=2)),
        ("no, the cup on the right", Change(Kind.OTHER, "cup", "right")),
        ("also the saucer", Change(Kind.ADD, "saucer")),
        ("and the wine glass too", Change(Kind.ADD, "wine glass")),
        ("also the part on the left", Change(Kind.ADD, where="left")),
        ("without the handle", Change(Kind.REMOVE, "handle")),
        ("but without the left part", Change(Kind.REMOVE, where="left")),
        ("a bit more to the left", Change(Kind.MOVE, where="left")),
        ("up", Change(Kind.MOVE, where="top")),
        ("bigger", Change(Kind.BIGGER)),
        ("no, the whole thing", Change(Kind.BIGGER)),
        ("a bit smaller", Change(Kind.SMALLER)),
        ("nein, die andere Tasse", Change(Kind.OTHER, "tasse")),
        ("auch den Löffel", Change(Kind.ADD, "löffel")),
        ("ohne den Henkel", Change(Kind.REMOVE, "henkel")),
        ("etwas weiter nach links", Change(Kind.MOVE, where="left")),
        ("non, l'autre tasse", None),
        ("non, une autre tasse", Change(Kind.OTHER, "tasse")),
        ("sin el asa", Change(Kind.REMOVE, "asa")),
        ("不对，另一个杯子", Change(Kind.OTHER, "杯子")),
        ("另外一个。", Change(Kind.OTHER)),
        ("第二个杯子", Change(Kind.OTHER, "杯子", number=2)),
        ("左边的杯子", Change(Kind.OTHER, "杯子", "left")),
        ("不是，右边那个", Change(Kind.OTHER, where="right")),
        ("还有勺子", Change(Kind.ADD, "勺子")),
        ("把勺子也加上", Change(Kind.ADD, "勺子")),
        ("还要左边的部分", Change(Kind.ADD, where="left")),
        ("不要那个把手", Change(Kind.REMOVE, "把手")),
        ("不要把手", Change(Kind.REMOVE, "把手")),
        ("把勺子去掉", Change(Kind.REMOVE, "勺子")),
        ("再往左一点", Change(Kind.MOVE, where="left")),
        ("向上移一点", Change(Kind.MOVE, where="top")),
        ("大一点", Change(Kind.BIGGER)),
        ("不，整个", Change(Kind.BIGGER)),
        ("小一些吧", Change(Kind.SMALLER)),
    ],
)
def test_a_sentence_is_read_as_its_change(said: str, change: Change | None) -> None:
    assert read_change(said) == change


@pytest.mark.parametrize(
    "said",
    [
        "",
        "describe it",
        "also read it aloud",
        "what is in the picture?",
        "cut out the cat",
        "make it black and white",
        "and now translate the other text into French and read it aloud to me please",
        "now in French",
        "the cat",
        "no",
        "不",
        "描述一下这张图片",
        "把它翻译成英文",
        "再读一遍",
        "图片里有什么",
    ],
)
def test_a_new_request_is_no_change(said: str) -> None:
    assert read_change(said) is None


def test_a_label_has_other_names() -> None:
    assert named("mugs", "cup")
    assert named("Tasse", "cup")
    assert named("saucer", "saucer")
    assert not named("spoon", "cup")
