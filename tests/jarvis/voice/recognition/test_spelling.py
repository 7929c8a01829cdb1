"""What recognisers write, as people type it."""

from __future__ import annotations

import pytest

from jarvis.voice.recognition.spelling import as_typed


@pytest.mark.parametrize(
    ("heard", "typed"),
    [
        ("What is the weather like to-morrow?", "What is the weather like tomorrow?"),
        ("dim it to thirty per cent", "dim it to thirty percent"),
        ("Dim it to 30 %.", "Dim it to 30%."),
        ("Wake me at 7 p. m.", "Wake me at 7 pm"),
        ("Hey Jervis,  stop", "Hey Jarvis, stop"),
        ("[BLANK_AUDIO]", ""),
        ("(soft music)", ""),
        ("把灯打开", "把灯打开"),
        ("Set a timer for twenty one minutes", "Set a timer for twenty one minutes"),
    ],
)
def test_old_spellings_and_sounds_without_words_are_mended(heard: str, typed: str) -> None:
    assert as_typed(heard) == typed
