"""The compiled form of a grammar on disk, and which languages there are."""

from __future__ import annotations

from pathlib import Path

from jarvis.planners.household.compiled import OWN, compiled, languages, table_of
from jarvis.planners.household.grammar import Grammar


def test_a_grammar_is_compiled_once_and_kept(tmp_path: Path) -> None:
    first = table_of("en", tmp_path)
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    assert table_of("en", tmp_path) == first
    assert kept.stat().st_mtime_ns == written


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    first = table_of("it", tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text(kept.read_text(encoding="utf-8")[:1000], encoding="utf-8")
    assert table_of("it", tmp_path) == first


def test_without_a_folder_that_can_be_written_it_is_compiled_each_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    assert table_of("it", blocked / "grammars") == table_of("it", None)


def test_our_own_sentences_come_first_and_their_rules_are_apart() -> None:
    table = compiled(
        "en", 'language: en\nrules: {light: "a torch"}\nintents: {timer: {data: [{sentences: ["<light>"]}]}}'
    )
    assert table["templates"][0][0] == "<light>"
    assert table["templates"][0][2] == ["a", "torch"]
    assert table["rules"]["light"] != table["own_rules"]["light"]


def test_a_template_is_kept_with_the_words_and_lists_that_it_needs() -> None:
    own = 'language: en\nintents: {home-control: {data: [{sentences: ["(turn|switch) on [the] {target}"]}]}}'
    text, _, clauses, lists = compiled("en", own)["templates"][0]
    assert (text, clauses, lists) == ("(turn|switch) on [the] {target}", ["on", "switch\tturn"], ["target"])


def test_numbers_in_words_are_known() -> None:
    assert compiled("de")["numbers"]["zweiundzwanzig"] == 22
    assert compiled("en")["numbers"]["twenty five"] == 25
    assert compiled("zh")["numbers"]["二十五"] == 25


def test_there_are_many_languages_and_each_can_be_loaded() -> None:
    known = languages()
    assert known.issuperset({*OWN, "nl", "it", "pt", "pl", "ru", "ja", "sv"})
    for language in ("nb", "ko", "sr"):
        assert Grammar(table_of(language, None)).language == language
