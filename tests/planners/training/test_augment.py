"""Another surface, the same plan: what stood in a request still does."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.planners.training.augment import Row, joined, mistyped, spoken, swap_files
from jarvis.planners.training.corpus import WRITTEN
from jarvis.planners.training.data import read_jsonl
from jarvis.tools.toolset import builtin_tools
from tests.planners.training.validity import faults, literals, stands, values

TOOLS = builtin_tools()
Change = Callable[[Row, random.Random], Row]


def spoken_too(row: Row, rng: random.Random) -> Row:
    return spoken(row)


CHANGES: list[Change] = [swap_files, spoken_too, mistyped]


def gold(request: str, *texts: str | list[str], task: str = "text-to-speech", slot: str = "text") -> Row:
    plan = [{"id": index, "task": task, "args": {slot: text}} for index, text in enumerate(texts)]
    return {"id": "a-1", "request": request, "plans": [plan]}


def drawn(count: int) -> list[Row]:
    found = [row for path in sorted((WRITTEN / "plans").glob("*.jsonl")) for row in read_jsonl(path)]
    return random.Random(0).sample(found, count)


def shape(plans: Sequence[Sequence[Any]]) -> list[list[tuple[Any, ...]]]:
    """A plan without its literal values: ids, tasks, slots, references."""
    return [
        [(t["id"], t["task"], *((slot, v if v.startswith("$") else "") for slot, v in values(t))) for t in plan]
        for plan in plans
    ]


def assert_the_same_plan(before: Row, after: Row) -> None:
    assert shape(after["plans"]) == shape(before["plans"])
    for old, new in zip(before["plans"], after["plans"], strict=True):
        for then, now in zip(literals(old), literals(new), strict=True):
            assert stands(now, after["request"]) or not stands(then, before["request"])


@pytest.mark.parametrize("change", CHANGES)
def test_gold_rows_keep_their_plans(change: Change) -> None:
    rng = random.Random(1)
    for row in drawn(120):
        after = change(row, rng)
        assert_the_same_plan(row, after)
        assert after["id"] == row["id"]
        assert after.get("ask") == row.get("ask")


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("aBc e.,:!?\n'\"/İß好|") | st.characters()), st.data(), st.integers(0, 99))
def test_whatever_a_request_holds_its_values_keep_standing_in_it(text: str, data: st.DataObject, seed: int) -> None:
    text = f"say stopped example.png: {text} http://a.b/c, example.png"
    start = data.draw(st.integers(0, len(text)))
    value = text[start : data.draw(st.integers(start, len(text)))]
    for change in CHANGES:
        row = gold(text, value, "stop")
        assert_the_same_plan(row, change(row, random.Random(seed)))


@pytest.mark.parametrize(
    ("request_text", "heard"),
    [
        ("Caption Beach.jpg, then: Read it ALOUD!", "caption Beach.jpg, then read it aloud"),
        ("Is it 'warm'? Yes; at 7.30 p.m.", "is it 'warm'? yes at 7.30 p.m."),
        ("See http://localhost/A, please.\nThanks.", "see http://localhost/A, please\nthanks"),
    ],
)
def test_spoken_requests_have_no_capitals_and_no_punctuation_between_words(request_text: str, heard: str) -> None:
    assert spoken(gold(request_text))["request"] == heard


@pytest.mark.parametrize(
    "text",
    [
        "Hello, you. Bye!",
        "Look here: https://example.com!",
        "A cool site: www.example.com. Another one is www.x.org, which is good.",
        "One.\nTwo, three.",
    ],
)
def test_a_quoted_text_is_heard_as_the_request_around_it_is(text: str) -> None:
    after = spoken(gold(f"Read '{text}' aloud", text))
    (value,) = literals(after["plans"][0])
    assert stands(value, after["request"])
    assert after["request"].startswith("read '")


def test_one_or_two_words_are_mistyped_and_no_value() -> None:
    row = gold("please find the umbrella in holiday.jpg quickly", ["umbrella"], slot="labels")
    seen: set[int] = set()
    for seed in range(60):
        after = mistyped(row, random.Random(seed))
        pairs = zip(row["request"].split(" "), after["request"].split(" "), strict=True)
        changed = {old for old, new in pairs if old != new}
        assert changed <= {"please", "find", "quickly"}
        assert after["plans"] == row["plans"]
        seen.add(len(changed))
    assert seen >= {1, 2}


@pytest.mark.parametrize(("word", "value"), [("closed", "close"), ("stopp", "stop"), ("Tische", "Tisch")])
def test_a_value_inside_a_longer_word_is_never_mistyped(word: str, value: str) -> None:
    row = gold(f"on {word}", value)
    assert all(stands(value, mistyped(row, random.Random(seed))["request"]) for seed in range(20))


def test_the_values_of_every_accepted_plan_are_kept() -> None:
    row = gold("umbrella", "@text")
    row = {**row, "plans": [*row["plans"], gold("", "umbrella")["plans"][0]]}
    assert all(mistyped(row, random.Random(seed)) == row for seed in range(20))


@pytest.mark.parametrize(
    "request_text",
    ["Say example.jpg and example2.wav", "Say:\nexample.jpg\nexample2.wav", "把example.jpg和example2.wav读出来"],
)
def test_files_have_another_name_wherever_they_stand(request_text: str) -> None:
    row = gold(request_text, "example.jpg", ["example2.wav", "example.jpg"])

    after = swap_files(row, random.Random(3))

    first, second, again = literals(after["plans"][0])
    assert first == again != "example.jpg"
    assert re.fullmatch(r"(?!example).+2\.wav", second)
    expected = request_text.replace("example.jpg", first).replace("example2.wav", second)
    assert after == {**gold(expected, first, [second, again])}


def test_a_swapped_file_takes_no_name_that_is_taken() -> None:
    row = gold("say example.jpg and cat.jpg", "example.jpg", "cat.jpg")
    found = {literals(swap_files(row, random.Random(seed))["plans"][0])[0] for seed in range(400)}
    assert len(found) > 30
    assert "cat.jpg" not in found


def test_two_requests_become_one_with_both_plans() -> None:
    rows = [row for row in drawn(160) if len(row["request"]) < 200]
    rng, count = random.Random(2), 0
    for first, second in zip(rows, reversed(rows), strict=True):
        both = joined(first, second, rng)
        if both is None:
            continue
        count += 1
        (plan,) = both["plans"]
        assert both["id"] == f"{first['id']}&{second['id']}"
        assert [task["task"] for task in plan] == [t["task"] for row in (first, second) for t in row["plans"][0]]
        assert literals(plan) == literals(first["plans"][0]) + literals(second["plans"][0])
        assert faults(plan, TOOLS, both["request"]) == []
    assert count > 50


def test_the_second_plan_refers_to_its_own_tasks() -> None:
    first = gold("Say one", "one")
    second = gold("Say two.", "two", "$0", ["$1", "$0"])
    for seed in range(30):
        both = joined(first, second, random.Random(seed))
        assert both is not None
        assert both["request"].casefold().startswith("say one")
        assert [task["args"]["text"] for task in both["plans"][0]] == ["one", "two", "$1", ["$2", "$1"]]
        assert [task["id"] for task in both["plans"][0]] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (gold("Say one", "one"), gold("never mind")),
        (gold("Say one", "one"), gold("hello", "hello", task="conversational")),
        (gold("Say this", "@text"), gold("And this", "@text")),
        (gold("Say " + "on" * 120, "on"), gold("Say " + "on" * 120, "on")),
    ],
)
def test_requests_that_could_be_mistaken_for_one_another_are_not_joined(first: Row, second: Row) -> None:
    assert joined(first, second, random.Random(0)) is None


def test_requests_are_not_joined_where_a_value_would_lose_its_end() -> None:
    first, second = gold("Say: It is late.", "It is late."), gold("Say two", "two")
    for seed in range(30):
        both = joined(first, second, random.Random(seed))
        assert both is None or stands("It is late.", both["request"])


def test_the_same_seed_changes_alike() -> None:
    rows = drawn(40)
    for change in CHANGES:
        one, two = ([change(row, rng) for row in rows] for rng in (random.Random(5), random.Random(5)))
        assert one == two
