"""The order of candidates: score first, popularity only between near-ties, trying out only among near-equals."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.graph import Task, TaskGraph
from jarvis.messages import Assignment
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.selection import Availability, Lesson, Selector, Wishes, topic_words
from jarvis.selection.learning import UNSEEN
from tests.jarvis.selection.cards import SHORTEN, TOOLS, card, choose, chosen, figure, hub_card, weights


def worked(times: int, seconds: float = 1.0, failed: int = 0) -> Lesson:
    lesson = UNSEEN
    for _ in range(failed):
        lesson = lesson.after(ok=False, seconds=seconds)
    for _ in range(times):
        lesson = lesson.after(ok=True, seconds=seconds)
    return lesson


def test_popularity_orders_near_ties_and_nothing_else() -> None:
    unknown = [hub_card("o/liked", likes=900, downloads=10**6), hub_card("o/rare", likes=1)]
    better = hub_card("o/better", evaluations=(figure("a", "accuracy", 0.9), figure("b", "f1", 0.9)))
    other = hub_card("p/other", evaluations=(figure("a", "accuracy", 0.3),))

    assert chosen(SHORTEN, unknown[::-1], Availability()) == ["o/liked", "o/rare"]
    assert chosen(SHORTEN, [*unknown, better, other], Availability())[0] == "o/better"


def test_a_model_that_nobody_measured_stands_between_a_good_and_a_bad_one() -> None:
    cards = [
        hub_card("o/bad", evaluations=(figure("d", "accuracy", 0.2),)),
        hub_card("o/unknown"),
        hub_card("p/good", evaluations=(figure("d", "accuracy", 0.9),)),
    ]
    assignment = choose(SHORTEN, cards, Availability())

    assert [row.model_id for row in assignment.candidates] == ["p/good", "o/unknown", "o/bad"]
    assert assignment.candidates[1].reason.startswith("number 2 of 3: quality unknown, about ")


def test_a_figure_on_data_of_ones_own_says_little() -> None:
    cards = [
        hub_card("own/potholes", evaluations=(figure("potholes", "precision", 0.99),)),
        hub_card("a/first", evaluations=(figure("cnn", "rouge1", 44.0),)),
        hub_card("b/second", evaluations=(figure("CNN", "rouge1", 40.0),)),
    ]

    assert chosen(SHORTEN, cards, Availability()) == ["a/first", "b/second", "own/potholes"]


@pytest.mark.parametrize(
    ("aim", "first"), [("", "middle"), ("fast", "quick"), ("best", "large"), ("small", "quick")]
)  # fmt: skip
def test_the_same_models_are_ordered_by_what_the_user_wants(aim: Any, first: str) -> None:
    cards = [
        card("quick", seconds=0.1, quality=0.55, files=weights(5)),
        card("middle", seconds=0.5, quality=0.72, files=weights(90)),
        card("large", seconds=6.0, quality=0.8, files=weights(900)),
    ]

    assert chosen(SHORTEN, cards, Availability(wishes=Wishes(aim=aim)))[0] == first


def test_a_model_in_memory_goes_before_its_equal() -> None:
    cards = [hub_card("o/cold", likes=10**6, files=weights(600)), hub_card("o/warm", files=weights(600))]

    assert chosen(SHORTEN, cards, Availability(loaded=frozenset({"o/warm"})))[0] == "o/warm"


def test_a_model_that_names_the_subject_goes_before_its_equal() -> None:
    cards = [hub_card("o/news", tags=("news",)), hub_card("o/legal", tags=("legal", "contracts"))]
    about = topic_words("Summarize this contract, it is a legal text")

    assert chosen(SHORTEN, cards, Availability(topic=about))[0] == "o/legal"


def test_a_model_that_failed_here_goes_behind() -> None:
    cards = [card("shaky", quality=0.7), card("steady", quality=0.6)]
    lessons = {("summarization", "shaky"): worked(2, failed=6)}
    assignment = choose(SHORTEN, cards, Availability(lessons=lessons))

    assert [row.model_id for row in assignment.candidates] == ["steady", "shaky"]
    assert "failed 5 of the last 7 times here" in assignment.candidates[1].reason


def test_what_was_measured_here_counts_more_than_the_card_and_predicts_for_others() -> None:
    cards = [card("seen", seconds=1.0), card("other", seconds=2.0), hub_card("o/new")]
    lessons = {("summarization", "seen"): worked(10, seconds=3.0)}
    told = {row.model_id: row.reason for row in choose(SHORTEN, cards, Availability(lessons=lessons)).candidates}

    assert "3.0 s" in told["seen"]
    assert "6.0 s" in told["other"]


def test_near_equals_are_tried_out_and_others_never() -> None:
    cards = [card("a", quality=0.60), card("b", quality=0.59), card("far", quality=0.4)]
    first = Counter(chosen(SHORTEN, cards, Availability(seed=seed))[0] for seed in range(200))

    assert set(first) == {"a", "b"}
    assert all(chosen(SHORTEN, cards, Availability(seed=seed))[2] == "far" for seed in range(20))


def test_trying_out_finds_the_better_of_two_near_equals() -> None:
    """100 runs on each of 10 machines where one of two models fails half of the time."""
    cards = [card("bad", quality=0.61), card("good", quality=0.60)]
    taken = Counter[str]()
    for machine in range(10):
        lessons: dict[tuple[str, str], Lesson] = {}
        for run in range(100):
            best = chosen(SHORTEN, cards, Availability(lessons=lessons, seed=machine * 1000 + run))[0]
            ok = best == "good" or run % 2 == 0
            lessons[SHORTEN.tool, best] = lessons.get((SHORTEN.tool, best), UNSEEN).after(ok=ok, seconds=1.0)
            taken[best] += run >= 50
    assert taken["good"] > 9 * taken["bad"]


def test_a_task_with_an_effect_is_no_experiment() -> None:
    cards = [card("a", "home-control", quality=0.60), card("b", "home-control", quality=0.59)]
    task = Task(0, "home-control", {"action": "turn_on", "target": "light"})

    assert {chosen(task, cards, Availability(seed=seed))[0] for seed in range(50)} == {"a"}


def test_where_the_user_chose_nothing_is_tried_out() -> None:
    cards = [card("a", quality=0.60), card("b", quality=0.59)]
    named = Wishes(only=frozenset({"a", "b"}))

    assert {chosen(SHORTEN, cards, Availability(seed=seed, wishes=named))[0] for seed in range(50)} == {"a"}


def test_a_thousand_candidates_give_the_best_sixteen() -> None:
    cards = [card(f"m{place:04}", quality=place / 1000) for place in range(1000)]
    assignment = choose(SHORTEN, cards, Availability(language="en"))

    assert [row.model_id for row in assignment.candidates] == [f"m{place:04}" for place in range(999, 983, -1)]
    assert assignment.candidates[0].reason.startswith("best of 1000: ")


def _some_card(name: str, hub: bool, **fields: Any) -> ModelCard:
    return (hub_card if hub else card)(name, **fields)


models = st.builds(
    _some_card,
    st.text("abcdef", min_size=1, max_size=6),
    st.booleans(),
    quality=st.floats(0, 1),
    seconds=st.floats(0.01, 60),
    languages=st.sampled_from([(), ("en",), ("de", "fr"), ("*",)]),
    license=st.sampled_from(["MIT", "CC-BY-NC-4.0", "", "Apache-2.0"]),
    likes=st.integers(0, 10**6),
)
situations = st.builds(
    Availability,
    language=st.sampled_from(["", "en", "de"]),
    free_memory_mb=st.none() | st.integers(0, 4000),
    loaded=st.frozensets(st.text("abcdef", min_size=1, max_size=2), max_size=3),
    wishes=st.builds(
        Wishes, licenses=st.sampled_from([(), ("permissive",)]), aim=st.sampled_from(["", "fast", "best"])
    ),
    seed=st.none() | st.integers(0, 2**63),
    lessons=st.dictionaries(
        st.tuples(st.just("summarization"), st.text("abcdef", min_size=1, max_size=2)),
        st.builds(worked, st.integers(0, 5), st.floats(0.01, 9), st.integers(0, 5)),
        max_size=4,
    ),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(models, max_size=12, unique_by=lambda one: one.id), situations, st.randoms())
def test_the_same_inputs_give_the_same_choice(cards: list[ModelCard], available: Availability, chance: Any) -> None:
    shuffled = list(cards)
    chance.shuffle(shuffled)

    first = choose(SHORTEN, cards, available)
    again = choose(SHORTEN, [one.model_copy() for one in cards], available)
    other_order = choose(SHORTEN, shuffled, available)

    assert first == again
    assert first.candidates == other_order.candidates
    _check(first, {one.id for one in cards})


def _check(assignment: Assignment, ids: set[str]) -> None:
    """Every model is a candidate or ruled out, and never both."""
    fit, out = [c.model_id for c in assignment.candidates], [r.model_id for r in assignment.rejected]
    assert sorted([*fit, *out]) == sorted(ids)
    assert bool(fit) is not bool(assignment.advice)


def test_explaining_tells_the_same_order_and_parts_that_add_up() -> None:
    cards = [card("a", quality=0.6, seconds=1.0), card("b", quality=0.8, seconds=3.0), card("c", languages=("de",))]
    available = Availability(language="en", free_memory_mb=4000)
    rows = Selector().explain(TOOLS["summarization"], cards, available)
    graph = TaskGraph([SHORTEN], TOOLS)
    assignment = Selector().assign_task(SHORTEN, graph, Registry(cards), available)

    assert [row.card.id for row in rows if not row.limit] == [row.model_id for row in assignment.candidates]
    assert [round(row.score, 3) for row in rows if not row.limit] == [row.score for row in assignment.candidates]
    assert [(row.card.id, row.limit) for row in rows if row.limit] == [("c", "language")]


def firsts(task: Task, cards: list[ModelCard]) -> set[str]:
    """Which models come first under many seeds."""
    return {chosen(task, cards, Availability(seed=seed))[0] for seed in range(60)}


def test_a_voice_stays_the_same_and_a_much_slower_model_is_not_tried_out() -> None:
    def pair(tool: str, slow: float) -> list[ModelCard]:
        return [card("quick", tool, seconds=1.0, quality=0.6), card("other", tool, seconds=slow, quality=0.6)]

    say = Task(0, "text-to-speech", {"text": "hello"})
    assert firsts(SHORTEN, pair("summarization", 1.1)) == {"quick", "other"}
    assert firsts(SHORTEN, pair("summarization", 1.9)) == {"quick"}
    assert firsts(say, pair("text-to-speech", 1.1)) == {"quick"}
