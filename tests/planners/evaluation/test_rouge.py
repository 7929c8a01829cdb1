"""ROUGE: the expected figures are what rouge_score 0.1.2 gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.planners.evaluation.rouge import KINDS, common_length, rouge


@pytest.mark.parametrize(
    ("candidate", "reference", "expected"),
    [
        ("Read the text\nSpeak the text", "Read the text\nSpeak the text", (1.0, 1.0, 1.0, 1.0)),
        ("Speak the text\nRead the text", "Read the text\nSpeak the text", (1.0, 0.8, 0.666667, 1.0)),
        ("the the the", "the cat", (0.4, 0.0, 0.4, 0.4)),
        (
            "Blur the image, then read it",
            "Step 1: read the image\nStep 2: blur it",
            (0.666667, 0.153846, 0.4, 0.533333),
        ),
        ("", "", (0.0, 0.0, 0.0, 0.0)),
        ("über 3 Bilder", "3 bilder über", (1.0, 0.5, 0.666667, 0.666667)),
        ("a b c d e f\n\nb d f", "a c e b d f\nf e d", (0.888889, 0.25, 0.666667, 0.777778)),
    ],
)
def test_figures(candidate: str, reference: str, expected: tuple[float, ...]) -> None:
    assert rouge(candidate, reference) == pytest.approx(dict(zip(KINDS, expected, strict=True)), abs=1e-6)


def _slow_length(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + _slow_length(one[1:], other[1:])
    return max(_slow_length(one[1:], other), _slow_length(one, other[1:]))


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_the_common_length_is_that_of_the_definition(one: str, other: str) -> None:
    assert common_length(one, other) == _slow_length(one, other)
