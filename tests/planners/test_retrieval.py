"""Which of many tools are found for a request; with the real embedder and real tool files."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.planners.retrieval import ToolIndex, ToolIndexes, clauses, fold, terms
from jarvis.planners.training.corpus import WRITTEN
from jarvis.planners.vectors import ToolVectors
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.listed import read_tools_file

pytestmark = pytest.mark.xdist_group("embedder")  # one process loads the model


def tool(name: str, does: str = "", *slots: str) -> ToolSpec:
    return ToolSpec(name, tuple(Slot(slot, ValueType.TEXT) for slot in slots), ValueType.TEXT, does)


@cache
def bank() -> tuple[ToolSpec, ...]:
    return tuple(read_tools_file(WRITTEN / "tools" / "a_bank.json"))


def names(found: list[ToolSpec]) -> list[str]:
    return [each.name for each in found]


def many(count: int) -> list[ToolSpec]:
    verbs = "open close find count paint weigh wash sort mend hide".split()
    things = "door chair lamp boat drum cake shoe wheel brick glove".split()
    places = [f"district{number}" for number in range(count // 100 + 1)]
    made = [
        tool(f"{verb}-{thing}-{place}", f"{verb} a {thing} in {place}.")
        for place in places
        for verb in verbs
        for thing in things
    ]
    return made[:count]


@pytest.mark.parametrize(
    ("request_text", "wanted"),
    [
        ("What's my account balance?", "account-balance"),
        ("cancel the standing order to the gym", "cancel-standing-order"),
        ("wire 20 euros to Ana", "transfer-money"),
        ("how much money do I have left", "account-balance"),
        ("Wie hoch ist mein Kontostand?", "account-balance"),
        ("¿Puedes transferir 50 euros a Luis?", "transfer-money"),
        ("annule l'ordre permanent", "cancel-standing-order"),
        ("我的账户余额是多少?", "account-balance"),
    ],
)
def test_the_tool_that_is_meant_is_among_the_first_three(request_text: str, wanted: str) -> None:
    assert wanted in names(ToolIndex(bank(), ToolVectors()).search(request_text, 3))


def test_both_tasks_of_a_request_are_found_among_five_thousand_tools() -> None:
    index = ToolIndex([*many(2500), *bank(), *many(2500)])

    found = names(index.search("Check my account balance, then cancel the standing order to the gym.", 8))

    assert {"account-balance", "cancel-standing-order"} <= set(found)


def test_words_alone_find_what_is_named() -> None:
    index = ToolIndex([tool("feed_cat", "Fills the bowl."), tool("waterThePlants", "Uses the can.", "room")])

    assert names(index.search("watering plants", 1)) == ["waterThePlants"]
    assert names(index.search("the bowl is empty", 1)) == ["feed_cat"]
    assert names(index.search("which room", 1)) == ["waterThePlants"]
    assert index.wait(0) is False


def test_meaning_finds_what_is_not_named() -> None:
    tools = [tool("quake", "Tells of earthquakes."), tool("feed-cat", "Gives the kitten food."), tool("tax", "Taxes.")]

    index = ToolIndex(tools, ToolVectors())

    assert names(index.search("my pet is hungry", 1)) == ["feed-cat"]
    assert index.wait(0) is True


def test_an_absent_embedder_is_not_noticed() -> None:
    index = ToolIndex(bank(), ToolVectors(model="no-such-model"))

    assert names(index.search("account balance", 1)) == ["account-balance"]
    assert index.wait(0) is False


@pytest.mark.parametrize("text", ["", " ", "?!", "\ud800", "zzz", "the of and"])
def test_of_equally_likely_tools_the_earlier_come_first(text: str) -> None:
    tools = [tool("b"), tool("a"), tool("c")]

    assert names(ToolIndex(tools).search(text, 2)) == ["b", "a"]


def test_as_many_as_wanted_and_there_are() -> None:
    index = ToolIndex(bank(), ToolVectors())

    assert len(index.search("pay", 5)) == 5
    assert sorted(names(index.search("pay", 99))) == sorted(names(list(bank())))
    assert index.search("pay", 0) == index.search("pay", -1) == []
    assert ToolIndex([], ToolVectors()).search("pay", 5) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.integers(0, 9))
def test_whatever_is_asked_tools_are_found_once_each(text: str, limit: int) -> None:
    found = names(ToolIndex(bank()).search(text, limit))

    assert len(set(found)) == len(found) == min(limit, len(bank()))


@pytest.mark.timeout(600)
def test_five_thousand_tools_are_searched_by_words_until_a_thread_has_embedded_them(tmp_path: Path) -> None:
    tools = [*many(5000), tool("feed-cat", "Gives the kitten food.")]
    index = ToolIndexes(tmp_path).of(tools)

    # Time of this thread alone, so that a busy machine does not fail the test.
    began = time.thread_time()
    first = index.search("weigh the boat in district7", 8)
    assert time.thread_time() - began < 6  # loading the embedder takes most of it
    began = time.thread_time()
    index.search("weigh the drum in district7", 8)
    assert time.thread_time() - began < 1

    assert first[0].name == "weigh-boat-district7"
    assert index.wait(500)
    assert "feed-cat" in names(index.search("my pet is hungry", 8))

    again = ToolIndexes(tmp_path).of(tools)
    began = time.thread_time()
    assert "feed-cat" in names(again.search("my pet is hungry", 8))  # at once: the vectors lie on the disk
    assert time.thread_time() - began < 6


def test_the_last_sets_of_tools_are_kept(tmp_path: Path) -> None:
    indexes = ToolIndexes(tmp_path)
    sets = [[tool(f"{letter}-{number}") for number in range(3)] for letter in "abcde"]

    first = indexes.of(sets[0])
    assert indexes.of(list(sets[0])) is first
    assert indexes.of([tool(f"a-{number}") for number in range(3)]) is first
    assert indexes.of(sets[0][::-1]) is not first
    for each in sets[1:]:
        indexes.of(each)
    assert indexes.of(sets[4]) is indexes.of(sets[4])
    assert indexes.of(sets[0]) is not first


def test_threads_share_an_index_and_find_the_same(tmp_path: Path) -> None:
    indexes = ToolIndexes(tmp_path)
    start = threading.Barrier(8)

    def search(_: int) -> list[str]:
        start.wait()
        return names(indexes.of(bank()).search("pay the rent, then show my balance", 4))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(search, range(8)))

    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Translate it", []),
        ("Open report.v2.txt and read page two.", ["Open report.v2.txt", "read page two"]),
        (
            "Buche einen Flug, danach ein Hotel und schick mir die Rechnung",
            ["Buche einen Flug", "schick mir die Rechnung"],
        ),
        ("把航班取消，然后预订酒店", ["把航班取消", "预订酒店"]),
        ("and, then; or.", []),
    ],
)
def test_a_request_falls_into_clauses(text: str, parts: list[str]) -> None:
    found = clauses(text)
    assert [part for part in found if part in parts] == parts
    assert bool(found) == bool(parts)


def test_a_list_without_end_has_few_clauses() -> None:
    assert len(clauses(", ".join(f"buy apple number {count}" for count in range(99)))) == 8


def test_names_fall_into_words() -> None:
    assert terms("getHTMLPage_of-Übersetzung") == ["get", "html", "pag", "ubersetzung"]
    assert fold("Ｃafé naïve 한국어 が") == "Cafe naive 한국어 が"


@pytest.mark.parametrize(
    ("request_text", "wanted"),
    [
        ("cancel the standing order to the gym", {"cancel-standing-order"}),
        ("What's my account balance, and wire 20 euros to Ana", {"account-balance", "transfer-money"}),
    ],
)
def test_a_shortlist_holds_what_each_clause_may_mean_and_little_else(request_text: str, wanted: set[str]) -> None:
    listed = ToolIndex(bank(), ToolVectors()).shortlist(request_text, 6)
    assert wanted <= listed.keys()
    assert len(listed) <= 6 < len(bank())
    assert list(listed.values()) == sorted(listed.values(), reverse=True)


def test_a_shortlist_has_two_tools_at_least_and_of_none_it_has_none() -> None:
    index = ToolIndex([tool("open-door", "Open a door."), tool("wash-boat", "Wash a boat."), tool("sort-cake")])
    assert next(iter(index.shortlist("open the door", 6))) == "open-door"
    assert len(index.shortlist("open the door", 6)) == 2
    assert len(index.shortlist("open the door", 1)) == 1
    assert ToolIndex([]).shortlist("open the door", 6) == {}
