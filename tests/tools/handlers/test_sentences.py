"""Sentences and words by rule."""

from __future__ import annotations

import pytest

from jarvis.tools.handlers.sentences import content_words, split, stem, words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It rains. Take a coat! Why?", ["It rains.", "Take a coat!", "Why?"]),
        (
            "Dr. Smith came at 9.30 a.m. in the U.S. on Monday. He met Mr. J. R. Brown.",
            ["Dr. Smith came at 9.30 a.m. in the U.S. on Monday.", "He met Mr. J. R. Brown."],
        ),
        ('"Why?" he asked. They left.', ['"Why?" he asked.', "They left."]),
        ("She said “Go away.” He left.", ["She said “Go away.”", "He left."]),
        ("今天天气很好。我们去公园吧！你来吗？", ["今天天气很好。", "我们去公园吧！", "你来吗？"]),
        ("猫が寝ている。静かに。", ["猫が寝ている。", "静かに。"]),
        ("1. First thing. 2. Second thing.", ["1. First thing.", "2. Second thing."]),
        ("Total: 42\nDate: 3 May\n\n- milk\n- bread", ["Total: 42", "Date: 3 May", "- milk", "- bread"]),
        ("no full stop", ["no full stop"]),
        ("  \n ", []),
    ],
)
def test_a_text_is_split_where_its_sentences_end(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_wrapped_line_goes_on_in_the_next_one() -> None:
    text = "The cat sat on the mat and then it went for a walk in the park near the\nUnited States embassy. Done."
    assert split(text) == [text.removesuffix(" Done.").replace("\n", " "), "Done."]


def test_words_are_small_and_chinese_ones_are_pairs_of_letters() -> None:
    assert words("The Cat's toys, isn't it?") == ["the", "cat", "toys", "isn't", "it"]
    assert words("打开厨房") == ["打开", "开厨", "厨房"]


@pytest.mark.parametrize(
    ("word", "same"), [("cups", "cup"), ("cities", "city"), ("melted", "melts"), ("boxes", "box"), ("glass", "glass")]
)
def test_forms_of_a_word_share_a_stem(word: str, same: str) -> None:
    assert stem(word) == stem(same)


def test_content_words_leave_out_those_that_say_little() -> None:
    assert content_words("How many cups are on the table?") == {"cup", "tabl"}
