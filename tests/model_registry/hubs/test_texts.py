"""Whatever others wrote, what comes out is plain, bounded, and of its kind."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.model_registry.hubs.texts import day, first_words, number, several, whole, words

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(ANYTHING)
def test_nothing_that_is_sent_breaks_them(value: object) -> None:
    assert len(words(value, 50)) <= 50 and words(value).isprintable()
    assert all(isinstance(word, str) for word in several(value))
    count = whole(value)
    assert count is None or 0 <= count < 2**63
    figure = number(value)
    assert figure is None or figure == figure
    assert day(value) is None or isinstance(day(value), date)


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert words("a\x1b[31m\u202eb\n\tc\u200b", 80) == "a [31m b c"


@pytest.mark.parametrize("said", ["2026-10-01T08:00:00.000Z", 1790842000, datetime(2026, 10, 1, tzinfo=UTC)])
def test_days_are_read_in_every_form(said: object) -> None:
    assert day(said) == date(2026, 10, 1)


def test_the_first_words_are_those_of_the_text() -> None:
    readme = (
        "---\nlicense: mit\n---\n<!-- hidden -->\n# Name\n\n![badge](x)\n\n| a | b |\n|---|---|\n\n"
        "This is [a model](http://x) for **everything** that you can think of, and more.\n\nSecond."
    )
    assert first_words(readme) == "This is a model for **everything** that you can think of, and more."
    assert first_words("x" * 10_000, 100) == "x" * 99 + "…"
    assert first_words("") == ""
