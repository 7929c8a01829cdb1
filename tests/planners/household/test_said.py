"""What a sentence holds for the lists of templates."""

from __future__ import annotations

from functools import cache

import pytest

from jarvis.planners.household.compiled import table_of
from jarvis.planners.household.grammar import Grammar, Option
from jarvis.planners.household.names import Names
from jarvis.planners.household.said import Words
from jarvis.tools.homes.protocol import Thing

NAMES = Names(
    [
        Thing("hall light", "light", "hall", words=("light",), actions=frozenset({"turn_on"})),
        Thing("motion sensor", "sensor", "hall"),
        Thing("Jürgen's lamp", "light", "attic", words=("light",), actions=frozenset({"turn_on"})),
    ]
)


@cache
def grammar(language: str) -> Grammar:
    return Grammar(table_of(language, None))


def options(text: str, language: str = "en") -> dict[str, list[Option]]:
    return Words(text, grammar(language)).options(NAMES)


def texts(name: str, text: str, language: str = "en") -> set[str]:
    return {option.text for option in options(text, language)[name]}


def test_names_stand_with_the_kinds_that_they_have() -> None:
    found = {(option.text, option.domain) for option in options("dim the hall light in Jürgen's lamp")["target"]}
    assert {("hall light", "light"), ("Jürgen's lamp", "light"), ("hall", "sensor")} <= found
    assert ("the hall light", "light") not in found


def test_rooms_are_found_in_any_case() -> None:
    assert {text.casefold() for text in texts("area", "lights in the HALL")} >= {"hall"}


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "dim it to twenty five percent", "twenty five percent"),
        ("en", "dim it to 25%", "25%"),
        ("en", "dim it to 25 per cent now", "25 per cent"),
        ("de", "dimm auf 25 Prozent", "25 Prozent"),
        ("fr", "mets à 25 pour cent", "25 pour cent"),
        ("zh", "调到百分之二十", "百分之二十"),
    ],
)
def test_percentages_stand_with_their_unit(language: str, text: str, value: str) -> None:
    assert value in texts("percent", text, language)
    assert value not in texts("degrees", text, language)


def test_temperatures_are_no_percentages() -> None:
    assert texts("degrees", "set it to 20.5 degrees") == {"20.5 degrees"}
    assert texts("percent", "set it to 20.5 degrees") == set()
    assert texts("degrees", "set it to -18°") == {"-18°"}


def test_numbers_that_the_home_cannot_read_in_words_are_there_in_digits() -> None:
    (option,) = options("pon veintitrés grados", "es")["degrees"]
    assert option.text == "veintitrés grados"
    assert option.value in ("veintitrés grados", "23 grados")


@pytest.mark.parametrize(
    ("language", "text", "length"),
    [
        ("en", "a timer for an hour and a half please", "an hour and a half"),
        ("en", "a forty five minute timer", "forty five minute"),
        ("de", "timer auf eine halbe stunde", "eine halbe stunde"),
        ("fr", "minuteur d'un quart d'heure", "un quart d'heure"),
        ("es", "temporizador de media hora", "media hora"),
        ("zh", "定一个一小时二十分钟的计时器", "一小时二十分钟"),
    ],
)
def test_lengths_of_time_are_whole(language: str, text: str, length: str) -> None:
    assert length in texts("duration", text, language)


@pytest.mark.parametrize(
    ("language", "text", "moment"),
    [
        ("en", "wake me tomorrow at half past six", "tomorrow at half past six"),
        ("en", "an alarm for 7:15", "7:15"),
        ("de", "wecker auf morgen um sieben Uhr", "morgen um sieben Uhr"),
        ("zh", "明天早上七点半叫我", "明天早上七点半"),
    ],
)
def test_times_are_whole_and_nothing_else(language: str, text: str, moment: str) -> None:
    assert moment in texts("moment", text, language)


def test_what_comes_again_is_no_time() -> None:
    assert not any("every" in text for text in texts("moment", "every day at nine"))


def test_lists_are_found_by_their_word() -> None:
    assert "to do list" in texts("list", "what is on my to do list")
    assert "lista de la compra" in texts("list", "añade leche a la lista de la compra", "es")
    assert "购物清单" in texts("list", "把牛奶加到购物清单里", "zh")
