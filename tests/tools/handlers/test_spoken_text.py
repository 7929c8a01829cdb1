"""Text made ready for a voice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.errors import TaskError
from jarvis.tools.handlers.spoken_text import require_english, sentences, speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Meet at 7:30 pm.", "Meet at 7 30 P M."),
        ("We left at 9 p.m. It rained at 10 p.m.", "We left at 9 P M. It rained at 10 P M."),
        ("Come at 7:30 a.m. please", "Come at 7 30 A M please"),
        ("It opens at 10:00.", "It opens at 10 o'clock."),
        ("From 3-5 pm at 14:05.", "From 3 to 5 P M at 14 oh 5."),
        ("Due 2024-11-21.", "Due November 21st, 2024."),
        ("Paid 3/4/2024.", "Paid March 4th, 2024."),
        ("It is 21°C and 5 km away.", "It is 21 degrees Celsius and 5 kilometers away."),
        ("Run 1 km.", "Run 1 kilometer."),
        ("Dr. Smith, e.g. at No. 5", "Doctor Smith, for example at number 5"),
        ("See https://example.com/a?b=c now", "See example dot com slash a now"),
        ("Write to me@mail.org", "Write to me at mail dot org"),
        ("See [the docs](https://a.b/c) and **this**.", "See the docs and this ."),
        ("Call (555) 123-4567", "Call 5 5 5, 1 2 3, 4 5 6 7"),
        ("Add 1/2 cup", "Add one half cup"),
        ("a docu-\nment of foo.txt", "a document of foo dot txt"),
        ("Hello 你好 there", "Hello there"),
        ("It costs $12.50, 20% of it", "It costs $12.50, 20% of it"),
    ],
)
def test_what_is_written_becomes_what_is_said(written: str, said: str) -> None:
    assert speakable(written) == said


def test_sentences_are_parted_at_their_ends_and_lines_of_one_paragraph_are_joined() -> None:
    text = "The notice\n\nThe pool is closed on\nMonday and Tuesday. It opens\nagain at noon!\n"

    assert list(sentences(text)) == [
        "The notice",
        "The pool is closed on Monday and Tuesday.",
        "It opens again at noon!",
    ]


def test_a_long_sentence_is_cut_at_its_commas() -> None:
    text = "one two three four, " * 20

    pieces = list(sentences(text, 50))

    assert all(len(piece) <= 50 for piece in pieces)
    assert all(piece.endswith(",") for piece in pieces)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "Z")), max_size=400), st.integers(10, 80))
def test_no_word_is_lost_and_no_piece_is_too_long(text: str, limit: int) -> None:
    pieces = list(sentences(text, limit))

    assert all(0 < len(piece) <= limit for piece in pieces)
    kept = "".join("".join(pieces).split())
    assert [char for char in text if char.isalnum()] == [char for char in kept if char.isalnum()]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("こんにちは世界", "Japanese"),
        ("Привет, мир", "Russian"),
        ("Bonjour, je suis dans le jardin", "French"),
        ("Guten Morgen, das ist nicht gut", "German"),
        ("Hola a todos, el tren es muy bueno", "Spanish"),
    ],
)
def test_a_text_that_is_not_english_is_refused_by_its_language(text: str, language: str) -> None:
    with pytest.raises(TaskError, match=f"this text is {language}; translate it first, or use .* from the Hub"):
        require_english(text)


@pytest.mark.parametrize("text", ["Turn on the lights.", "42", "The die was cast, me and la la land.", "Café Müller"])
def test_english_is_let_through(text: str) -> None:
    require_english(text)


def test_for_chinese_the_packaged_voice_is_named() -> None:
    with pytest.raises(TaskError, match="this text is Chinese; use the model kokoro-82m-int8"):
        require_english("你好，世界")
