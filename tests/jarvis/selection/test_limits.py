"""What rules a model out is a table: each limit has its own sentence, and the first that is broken is told."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.graph import Task
from jarvis.model_registry.card import ModelCard
from jarvis.selection import Availability, InputSize, Wishes
from tests.jarvis.selection.cards import SHORTEN, card, choose, chosen, hub_card, variant, weights


def here(**fields: Any) -> Availability:
    return Availability(**fields)


FREE = Wishes(licenses=("permissive",))
NOT_NC = Wishes(no_licenses=("non-commercial",))


@pytest.mark.parametrize(
    ("model", "available", "reason"),
    [
        (card("m", license="CC-BY-NC-4.0"), here(wishes=FREE),
         "its licence, CC-BY-NC-4.0, is non commercial, and only permissive is allowed"),
        (card("m", license="CC-BY-NC-4.0"), here(wishes=NOT_NC),
         "its licence, CC-BY-NC-4.0, is non commercial, which is forbidden"),
        (card("m", license=""), here(wishes=NOT_NC), "its licence is not stated"),
        (card("m", license="GPL-3.0-only"), here(wishes=Wishes(licenses=("MIT", "Apache-2.0"))),
         "its licence, GPL-3.0-only, is copyleft, and only MIT or Apache-2.0 is allowed"),
        (card("m"), here(wishes=Wishes(forbid=frozenset({"m"}))), "it is forbidden by the request or the settings"),
        (card("m"), here(pinned={"summarization": "other"}), "the settings name other for summarization"),
        (card("m", seconds=1, memory_mb=900), here(free_memory_mb=800),
         "needs 900 MB of memory and 800 MB are free"),
        (card("m", files=weights(1000)), here(free_memory_mb=800),
         "needs about 1360 MB of memory and 800 MB are free"),
        (card("m", languages=("en", "de")), here(language="fr"), "English and German only, and the text is French"),
        (card("m", languages=("aa", "ab", "ac", "ad", "ae", "af", "ag")), here(language="fr"),
         "aa, ab, ac, ad and 3 more only, and the text is French"),
        (card("m", parameters={"max_input_tokens": 512}), here(sizes={0: InputSize(tokens=900)}),
         "reads 512 tokens, and the text has about 900"),
        (card("m", parameters={"max_characters": 100}), here(sizes={0: InputSize(characters=200)}),
         "reads 100 characters, and the text has 200"),
        (card("m", parameters={"max_megapixels": 4.0}), here(sizes={0: InputSize(megapixels=12.2)}),
         "takes 4 megapixels, and the picture has 12.2"),
        (card("m", parameters={"max_pixels": 1_000_000}), here(sizes={0: InputSize(megapixels=1.5)}),
         "takes 1 megapixels, and the picture has 1.5"),
        (card("m", parameters={"max_seconds": 30}), here(sizes={0: InputSize(seconds=61.0)}),
         "takes 30 s, and the recording has 61 s"),
        (hub_card("o/m", warnings=("pickled weights only",)), here(), "not safe to run: pickled weights only"),
        (hub_card("o/m", warnings=("needs code of its repository",)), here(),
         "not safe to run: needs code of its repository"),
        (card("m", parameters={"network": True}), here(offline=True),
         "needs the network, and Jarvis is set to stay offline"),
        (card("m", source="endpoint", handler=""), here(wishes=Wishes(offline=True)),
         "needs the network, and the request asks Jarvis to stay offline"),
        (card("m", files=weights(300)), here(wishes=Wishes(max_mb=200)),
         "has 300 MB of weights, and at most 200 MB are asked for"),
        (hub_card("o/m", handler="", architecture="rwkv"), here(), "nothing here runs it (rwkv)"),
        (card("m", seconds=9), here(budget_seconds=5), "takes about 9.0 s, and the run may take 5 s"),
        (card("m", seconds=1, memory_mb=700), here(budget_memory_mb=500), "needs 700 MB, and the run may take 500 MB"),
        (card("m", parameters={"price": 0.5}), here(budget_money=0.25), "costs 0.5 a call, and the run may cost 0.25"),
        (hub_card("o/m", pulled=False, gated=True), here(),
         "its owner grants access to it first, and there is no token here (HF_TOKEN)"),
        (hub_card("o/m", pulled=False, parameter_count=10**9), here(token=True, free_disk_mb=3000),
         "needs 4000 MB on disk and 3000 MB are free there"),
        (hub_card("o/m", pulled=False), here(), "not here yet; `jarvis models pull o/m` gets it"),
        (card("m"), here(missing={"m": "package p is not installed; run `pip install p`"}),
         "package p is not installed; run `pip install p`"),
    ],
)  # fmt: skip
def test_what_rules_a_model_out_is_told_in_words(model: ModelCard, available: Availability, reason: str) -> None:
    assignment = choose(SHORTEN, [model], available)

    assert assignment.candidates == ()
    assert [row.reason for row in assignment.rejected] == [reason]


@pytest.mark.parametrize(
    ("model", "available"),
    [
        (card("m", license="Apache-2.0 OR GPL-3.0-only"), here(wishes=FREE)),
        (card("m", license="apache-2.0"), here(wishes=Wishes(licenses=("MIT", "Apache-2.0")))),
        (card("m", files=weights(3000)), here(free_memory_mb=100, loaded=frozenset({"m"}))),
        (card("m", languages=("*",)), here(language="fr")),
        (card("m", parameters={"max_input_tokens": 512}), here()),
        (card("m", parameters={"max_tokens": 1}), here()),
        (hub_card("o/m", gated=True), here()),
        (card("m", handler=""), here()),
        (hub_card("o/m", warnings=("no licence is stated",)), here()),
        (card("m", seconds=4), here(budget_seconds=5, budget_memory_mb=500, budget_money=0)),
        (hub_card("o/m", warnings=("trained on web pages",), handler="a:B"), here(free_disk_mb=0)),
    ],
)  # fmt: skip
def test_a_model_within_the_limits_may_run(model: ModelCard, available: Availability) -> None:
    assert chosen(SHORTEN, [model], available) == [model.id]


def test_a_named_model_rules_out_the_others_of_its_tasks_only() -> None:
    cards = [card("kept"), card("other"), card("voice", "text-to-speech")]
    named = here(wishes=Wishes(only=frozenset({"kept"})))

    assert chosen(SHORTEN, cards, named) == ["kept"]
    assert choose(SHORTEN, cards, named).rejected[0].reason == "the request names kept"
    assert chosen(Task(0, "text-to-speech", {"text": "hello"}), cards, named) == ["voice"]


def test_the_text_of_a_task_counts_against_the_context_of_a_model() -> None:
    small, large = card("small", parameters={"max_input_tokens": 10}), card("large")
    chinese = Task(0, "summarization", {"text": "汉" * 20})

    assert chosen(Task(0, "summarization", {"text": "a" * 40}), [small, large], here()) == ["large", "small"]
    assert chosen(Task(0, "summarization", {"text": "a" * 44}), [small, large], here()) == ["large"]
    assert chosen(chinese, [small, large], here()) == ["large"]


def test_a_translator_must_go_the_right_way() -> None:
    cards = [
        hub_card("o/opus-mt-zh-en", "translation", languages=("zh", "en")),
        hub_card("o/opus-mt-en-zh", "translation", languages=("en", "zh")),
        hub_card("o/t5", "translation", languages=("en", "de")),
    ]
    into_chinese = Task(0, "translation", {"text": "hello", "target_language": "Chinese"})
    assignment = choose(into_chinese, cards, here(language="en"))

    assert [row.model_id for row in assignment.candidates] == ["o/opus-mt-en-zh"]
    assert {row.model_id: row.reason for row in assignment.rejected} == {
        "o/opus-mt-zh-en": "translates from Chinese into English",
        "o/t5": "English and German only, and the result is to be Chinese",
    }


def test_a_model_of_the_hub_that_is_not_here_is_offered_and_never_taken() -> None:
    best = hub_card("o/best", pulled=False, license="MIT", evaluations=(), downloads=9, variants=(variant(50),))
    forbidden = hub_card("o/nc", pulled=False, license="CC-BY-NC-4.0")
    pickled = hub_card("o/pickled", pulled=False, warnings=("pickled weights only",))

    assignment = choose(SHORTEN, [pickled, forbidden, best], here(wishes=FREE))

    assert assignment.candidates == ()
    assert assignment.advice == (
        "no model for summarization is installed here; `jarvis models pull o/best` (MIT, 50 MB) brings one"
    )


def test_of_many_that_are_ruled_out_those_that_would_be_missed_most_are_told() -> None:
    cards = [card(f"m{place:03}", quality=place / 1000, languages=("de",)) for place in range(200)]

    rejected = choose(SHORTEN, [*cards, card("fits")], here(language="en")).rejected

    assert [row.model_id for row in rejected] == [f"m{place}" for place in range(199, 183, -1)]
