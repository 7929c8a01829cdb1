"""Searching, against what a plain list of the same cards gives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import CardDatabase, Filters, Sort, has_words, smallest_bytes
from jarvis.model_registry.terms import license_class, matches
from tests.model_registry.database.made import SUBJECTS, TASKS, card, many, variant

COUNT = 7000


@pytest.fixture(scope="module")
def made() -> list[ModelCard]:
    return many(COUNT)


@pytest.fixture(scope="module")
def full(made: list[ModelCard], tmp_path_factory: pytest.TempPathFactory) -> Iterator[CardDatabase]:
    with CardDatabase(tmp_path_factory.mktemp("full") / "cards.sqlite3") as database:
        database.put(made)
        database.finish()
        yield database


def passes(one: ModelCard, filters: Filters) -> bool:
    size = smallest_bytes(one)
    return (
        (not filters.task or filters.task in one.tasks)
        and (not filters.language or filters.language in one.languages or "*" in one.languages)
        and (not filters.license or matches(filters.license, one.license))
        and (not filters.source or filters.source == one.source)
        and (not filters.format or any(filters.format in ("any", v.format) for v in one.variants))
        and (filters.gated is None or filters.gated == one.gated)
        and (filters.max_bytes is None or (size is not None and size <= filters.max_bytes))
    )


def expected(cards: Sequence[ModelCard], words: str, filters: Filters) -> set[str]:
    wanted = words.split()
    found = (c for c in cards if all(w in f"{c.id} {' '.join(c.tags)} {c.description}".lower() for w in wanted))
    return {c.id for c in found if passes(c, filters)}


def everything(database: CardDatabase, words: str, filters: Filters, sort: Sort = "relevance") -> list[str]:
    return [one.id for one in database.search(words, filters, sort, limit=COUNT).cards]


FILTERS = [
    Filters(),
    Filters(task="translation"),
    Filters(task="translation", license="permissive", language="de"),
    Filters(license="non-commercial", gated=True),
    Filters(license="apache-2.0", source="modelscope"),
    Filters(license="unknown", format="safetensors", max_bytes=300_000_000),
    Filters(format="any", max_bytes=5_000_000),
    Filters(format="onnx"),
]


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("words", ["", "bert", "whisper legal", "t5 small cats tag3", "legal medical"])
def test_a_search_finds_the_cards_that_have_all_words_and_pass_all_filters(
    made: list[ModelCard], full: CardDatabase, words: str, filters: Filters
) -> None:
    want = expected(made, words, filters)

    page = full.search(words, filters, limit=COUNT)

    if not page.widened:
        assert {one.id for one in page.cards} == want
        assert len(page.cards) == len(want)
        assert (page.count, page.more) == (min(len(want), 1000), len(want) > 1000)


KEYS: dict[Sort, Callable[[ModelCard], float]] = {
    "downloads": lambda one: -(one.downloads or 0),
    "likes": lambda one: -(one.likes or 0),
    "age": lambda one: -one.updated.toordinal() if one.updated else 0,
    "size": lambda one: smallest_bytes(one) or 10**12,
    "quality": lambda one: -one.quality,
}


@pytest.mark.parametrize("sort", list(KEYS))
@pytest.mark.parametrize("filters", [Filters(), Filters(task="translation"), Filters(license="permissive")])
@pytest.mark.parametrize("words", ["", "bert", "whisper legal"])
def test_an_order_begins_with_the_same_cards_as_a_sorted_list(
    made: list[ModelCard], full: CardDatabase, words: str, filters: Filters, sort: Sort
) -> None:
    ids = expected(made, words, filters)
    want = sorted(KEYS[sort](one) for one in made if one.id in ids)[:50]

    page = full.search(words, filters, sort, limit=50)

    assert [KEYS[sort](one) for one in page.cards] == want
    assert not page.roughly


def test_pages_follow_each_other_without_gaps(full: CardDatabase) -> None:
    whole = [one.id for one in full.search("bert", sort="likes", limit=90).cards]

    pages = [one.id for start in (0, 30, 60) for one in full.search("bert", sort="likes", limit=30, offset=start).cards]

    assert pages == whole


def test_a_name_that_is_typed_comes_first(full: CardDatabase) -> None:
    full.put([card("zoe/bert", downloads=0, likes=0), card("zoe/Qwen2.5-0.5B", downloads=1)])

    assert (
        full.search("bert").cards[0].downloads or 0
    ) > 100_000  # popular ones come before an unknown one of that name
    assert full.search("zoe/bert").cards[0].id == "zoe/bert"
    assert full.search("qwen2.5 0.5b").cards[0].id == "zoe/Qwen2.5-0.5B"
    assert full.search("qwen").cards[0].id == "zoe/Qwen2.5-0.5B"
    full.remove(["zoe/bert", "zoe/Qwen2.5-0.5B"])


def test_a_word_in_the_name_counts_more_than_one_in_the_text(tmp_path: Path) -> None:
    with CardDatabase(tmp_path / "c.sqlite3") as database:
        database.put(
            [
                card("a/multi", description="for german sentiment too", downloads=5000),
                card("a/german-sentiment", downloads=900),
            ]
        )

        assert [one.id for one in database.search("german sentiment").cards] == ["a/german-sentiment", "a/multi"]


@pytest.mark.parametrize("text", ["whis*", "senti* leg*", "be*"])
def test_a_star_stands_for_any_ending(made: list[ModelCard], full: CardDatabase, text: str) -> None:
    page = full.search(text, limit=COUNT)

    if text == "be*":  # two letters begin too many words: they are taken as they are
        assert page.cards == ()
    else:
        assert {one.id for one in page.cards} == expected(made, text.replace("*", ""), Filters())


def test_a_prefix_of_more_words_than_are_listed_finds_them_all(tmp_path: Path) -> None:
    with CardDatabase(tmp_path / "c.sqlite3") as database:
        database.put(card(f"a/word{number}x") for number in range(120))

        assert len(database.search("word*", limit=200).cards) == 120


def test_nothing_found_looks_for_beginnings_and_says_so(full: CardDatabase) -> None:
    page = full.search("whisp medic")

    assert page.widened
    assert page.count > 100
    assert all("whisper" in one.id for one in page.cards)


def test_words_of_other_scripts_are_found(tmp_path: Path) -> None:
    with CardDatabase(tmp_path / "c.sqlite3") as database:
        database.put(
            [
                card("a/zh", description="这是一个中文语音识别模型"),
                card("a/fr", description="Modèle français ÉLÉGANT"),
                card("a/ko", description="한국어 음성 인식"),
            ]
        )

        for text, want in [("语音识别", "a/zh"), ("语", "a/zh"), ("francais elegant", "a/fr"), ("음성", "a/ko")]:
            assert [one.id for one in database.search(text).cards] == [want], text


@given(text=st.text(max_size=60) | st.text(alphabet='"*()^:-+{}§ANDORNEARbert \x00', max_size=40))
def test_any_text_may_be_searched_for(full: CardDatabase, text: str) -> None:
    page = full.search(text, Filters(task=text, language=text, license=text))
    more = full.search(text, sort="likes")

    assert page.count >= 0
    assert more.count >= 0


def test_marks_cannot_be_typed(full: CardDatabase) -> None:
    assert full.search("§ttranslation").count == 0
    assert full.get("\udcff") is None


def test_an_order_that_would_take_long_is_made_from_the_popular_ones(tmp_path: Path) -> None:
    with CardDatabase(tmp_path / "c.sqlite3") as database:
        database.put(card(f"a/small-{n}", variants=(variant(count=1000 + n),), downloads=n) for n in range(16_500))
        database.put(card(f"b/giant-{n}", variants=(variant(count=10**9 + n),), downloads=n) for n in range(1_200))

        page = database.search("giant", sort="size", limit=10)
        exact = database.search("giant", Filters(task="text-classification"), sort="size", limit=10)

    assert page.roughly
    assert all(one.id.startswith("b/giant") for one in page.cards)
    assert [one.id for one in exact.cards] == [f"b/giant-{n}" for n in range(10)]
    assert not exact.roughly


def test_candidates_are_the_popular_cards_of_a_task_that_can_be_loaded(
    full: CardDatabase, made: list[ModelCard]
) -> None:
    found = full.candidates("translation", 200)

    loadable = [one for one in made if "translation" in one.tasks and one.variants]
    want = sorted((one.downloads or 0 for one in loadable), reverse=True)[:200]
    got = [one.downloads or 0 for one in found]
    assert all(abs(a - b) <= 0.03 * a for a, b in zip(want, got, strict=True))
    assert full.candidates("translation", 200) is found
    assert [row.id for row in full.prospects("translation", 200)] == [one.id for one in found]
    assert full.candidates("translation", 9, Filters(license="permissive"))[0].license in ("MIT", "Apache-2.0")


def test_candidates_are_read_again_when_the_database_changed(tmp_path: Path) -> None:
    with CardDatabase(tmp_path / "c.sqlite3") as reader, CardDatabase(tmp_path / "c.sqlite3") as writer:
        writer.put([card("a/one")])
        before = [one.id for one in reader.candidates("text-classification")]
        writer.put([card("a/two")])

        assert (before, len(reader.candidates("text-classification"))) == (["a/one"], 2)
        reader.put([card("a/three")])
        assert len(reader.candidates("text-classification")) == 3


def test_a_search_takes_milliseconds(full: CardDatabase) -> None:
    times: list[float] = []
    for task in TASKS:
        for subject in SUBJECTS:
            began = time.thread_time()
            full.search(f"bert {subject}", Filters(task=task))
            times.append(time.thread_time() - began)

    assert sorted(times)[len(times) // 2] < 0.1


def test_cards_outside_of_the_database_are_matched_alike() -> None:
    one = card("hexgrad/Kokoro-82M", tags=("speech",), description="speaks English")

    assert [has_words(one, text) for text in ("kokoro", "KOKORO speech", "koko", "whisper", "english kokoro")] == [
        True,
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("fields", "kind"), [({"license": "cc-by-nc-4.0"}, "non-commercial"), ({"license": "MIT AND GPL-2.0"}, "copyleft")]
)
def test_a_licence_is_found_by_its_class_and_its_parts(tmp_path: Path, fields: dict[str, Any], kind: str) -> None:
    with CardDatabase(tmp_path / "c.sqlite3") as database:
        database.put([card("a/b", **fields), card("a/c")])

        assert license_class(fields["license"]) == kind
        for wanted in (kind, fields["license"].split()[-1]):
            assert [one.id for one in database.search("", Filters(license=wanted)).cards] == ["a/b"]
