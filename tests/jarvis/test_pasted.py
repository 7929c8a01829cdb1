"""A long passage is told from what is asked about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.pasted import split_pasted
from tests.jarvis.fakes import fake_jarvis

LONG = "The council voted to close the old bridge for two years. " * 40


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"Summarize this: {LONG}", "Summarize this:"),
        (f'Translate "{LONG}" into French and read it aloud', "Translate  into French and read it aloud"),
        (f"请总结：{LONG}", "请总结："),
        (f"Shorten it\n{LONG}", "Shorten it"),
    ],
)
def test_the_passage_is_split_off(text: str, asked: str) -> None:
    assert split_pasted(text) == (asked, LONG.strip())


@pytest.mark.parametrize("text", ["Summarize this: a short text", "word " * 400])
def test_what_has_no_long_passage_stays_whole(text: str) -> None:
    assert split_pasted(text) == (text, "")


def test_the_placeholder_stands_for_what_was_pasted(tmp_path: Path) -> None:
    plan = [{"id": 0, "task": "summarization", "args": {"text": "@text"}}]
    jarvis, planner = fake_jarvis([plan], tmp_path)
    answer = jarvis.run_sync(f"Summarize this: {LONG}")
    assert answer.results[0].value == f"summarization(text={LONG.strip()})"
    assert planner.asked[0].text == "Summarize this:"
