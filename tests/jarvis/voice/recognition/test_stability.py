"""Which words of a growing text stay."""

from __future__ import annotations

import pytest

from jarvis.voice.recognition.stability import agreed, same_words


@pytest.mark.parametrize(
    ("before", "now", "stable"),
    [
        ("", "Turn on the lip.", ""),
        ("Turn on the lip.", "Turn on the living room.", "Turn on the"),
        ("Turn on the living room.", "turn on the living room lights.", "turn on the living room"),
        ("Set it to 20", "Set it to 21 degrees.", "Set it to"),
        ("What, now?", "What now", "What now"),
        ("打开客厅", "打开客厅的灯。", "打开客厅"),
        ("One two three.", "Zero two three.", ""),
    ],
)
def test_the_words_on_which_two_hypotheses_agree_are_stable(before: str, now: str, stable: str) -> None:
    assert agreed(before, now) == stable


def test_signs_and_capitals_make_no_other_text() -> None:
    assert same_words("Turn on the light.", "turn on, the light")
    assert not same_words("Turn on the light.", "Turn off the light.")
    assert not same_words("It is 20%", "It is 20")
