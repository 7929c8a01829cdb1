"""The plan language: what is written can be read, and values come back as the user wrote them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.planners.wire import (
    LONGEST_REQUEST,
    PlanRow,
    normalize,
    read_line,
    write_line,
    write_plan,
    write_prompt,
)
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()


def test_a_line_is_positional_and_spelled_as_the_request_spells_it() -> None:
    request = normalize("Translate 'Good  Morning' into french")
    row = PlanRow(id=3, task="translation", args={"target_language": "French", "text": "good morning"})
    assert write_line(row, request, TOOLS) == "3 translation text=Good Morning\ttarget_language=french"


@given(st.text(), st.integers(0, 30))
def test_normalized_text_leads_back_to_the_original(text: str, start: int) -> None:
    wire = normalize(text)
    assert "\n" not in wire.text and "\t" not in wire.text and "|" not in wire.text
    assert len(wire.offsets) == len(wire.text) + 1
    end = len(wire.text)
    start = min(start, end)
    piece = wire.verbatim(start, end)
    assert normalize(piece).text == wire.text[start:end].strip()


@given(
    st.lists(
        st.text(st.characters(exclude_characters="|\t\n\r", exclude_categories=("C", "Z")), min_size=1), min_size=1
    )
)
def test_a_written_line_is_read_back(values: list[str]) -> None:
    row = PlanRow(id=12, task="summarization", args={"text": values if len(values) > 1 else values[0]})
    assert read_line(write_line(row, normalize(""), TOOLS)) == row


def test_a_copied_value_comes_back_with_its_line_breaks() -> None:
    request = normalize("Summarize this:\nFirst line.\n\n  Second | line.")
    assert request.text == "Summarize this: First line. Second / line."
    assert request.restore("First line. Second / line.") == "First line.\n\n  Second | line."
    assert request.restore("@image") == "@image"


def test_a_long_request_keeps_both_ends_and_a_value_across_the_gap_is_whole() -> None:
    body = " ".join(f"word{i}" for i in range(2000))
    request = normalize(f"Summarize: {body} END")
    assert len(request.text) == LONGEST_REQUEST
    copied = request.text[len("Summarize: ") : -len(" END")]
    assert request.restore(copied) == body


@pytest.mark.parametrize("line", ["", "x y z", "1 summarization", "1 summarization text"])
def test_a_line_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        read_line(line)


def test_earlier_turns_stand_before_the_request() -> None:
    first, second = normalize("Caption a.jpg"), normalize("now in French")
    lines = write_plan([PlanRow(id=0, task="image-to-text", args={"image": "a.jpg"})], first, TOOLS)
    assert write_prompt(second, [(first, lines)]) == (
        "<|im_start|>Caption a.jpg\n0 image-to-text image=a.jpg\n<|im_end|><|im_start|>now in French\n"
    )
