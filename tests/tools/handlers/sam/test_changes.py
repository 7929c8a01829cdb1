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
    ],
)
def test_a_new_request_is_no_change(said: str) -> None:
    assert read_change(said) is None


def test_a_label_has_other_names() -> None:
    assert named("mugs", "cup")
    assert named("Tasse", "cup")
    assert named("saucer", "saucer")
    assert not named("spoon", "cup")
