"""Making spoken sentences plain, and telling what no template may swallow."""

from __future__ import annotations

import pytest

from jarvis.planners.household.spoken import is_free, names_file, parts_of, plain, refers, smooth


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Hey Jarvis, could you please turn on the light?", "turn on the light"),
        ("jarvis turn on the light thanks", "turn on the light"),
        ("um okay so turn on the light please", "turn on the light"),
        ("Kannst du bitte das Licht anmachen?", "das Licht anmachen"),
        ("Allume la lumière, s'il te plaît.", "Allume la lumière"),
        ("¿Puedes encender la luz, por favor?", "encender la luz"),
        ("请帮我打开灯一下", "打开灯"),
        ("turn on Jürgen’s light", "turn on Jürgen's light"),
        ("bitter lemon", "bitter lemon"),
        ("jarvis", ""),
        ("!?", ""),
    ],
)
def test_address_politeness_and_punctuation_are_taken_away(said: str, meant: str) -> None:
    assert plain(said) == meant


def test_a_sentence_is_cut_where_a_command_may_end() -> None:
    assert parts_of("turn on a and b, then lock c") == [
        ("turn on a", "b, then lock c"),
        ("turn on a and b", "lock c"),
    ]
    assert parts_of("set it to 20,5 degrees") == []
    assert parts_of("关灯，然后开窗") == [("关灯", "开窗")]


def test_commas_are_not_heard() -> None:
    assert smooth("lamp, at 20,5 percent") == "lamp at 20,5 percent"


@pytest.mark.parametrize(
    "text", ["describe photo.jpg", "get https://example.org/a", 'add "x"', "read 'x y'", "open a/b"]
)
def test_files_addresses_and_quotations_are_seen(text: str) -> None:
    assert names_file(text)


@pytest.mark.parametrize("text", ["it's 20.5 degrees", "wird's morgen regnen", "l'entrée", "at 7.30", "Dad's lamp"])
def test_apostrophes_and_numbers_are_no_files(text: str) -> None:
    assert not names_file(text)


def test_what_points_at_something_else_is_seen() -> None:
    assert all(refers(text) for text in ("turn it off", "lock them", "dim that one", "kitchen: lamps off"))
    assert not any(
        refers(text) for text in ("how warm is it in the kitchen", "is it raining", "make it warmer in here")
    )


@pytest.mark.parametrize("text", ["oat milk", "call mom", "Nudeln", "燕麦奶"])
def test_one_thing_that_is_named_stands_for_itself(text: str) -> None:
    assert is_free(text)


@pytest.mark.parametrize(
    "text", ["", "milk and eggs", "it", "that song", "the first thing", "the lamp if it rains", "牛奶和鸡蛋", "a" * 61]
)
def test_several_things_references_and_conditions_do_not(text: str) -> None:
    assert not is_free(text)
