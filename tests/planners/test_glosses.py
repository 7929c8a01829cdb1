"""English words for other languages' words."""

from __future__ import annotations

import pytest

from jarvis.planners.glosses import glosses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bitte den flug stornieren", ["flight", "cancel"]),
        ("quiero reservar una mesa", ["book", "table"]),
        ("envoie un message a mon ami", ["send", "friend"]),
        ("把航班取消", ["cancel", "flight"]),
        ("bin the photo", ["delete"]),
        ("", []),
    ],
)
def test_words_are_said_in_english(text: str, found: list[str]) -> None:
    assert [word for word in glosses(text, {"photo", "messag"}) if word in found] == found


def test_the_tools_own_words_are_left_alone() -> None:
    assert glosses("bin", {"bin"}) == []
