"""Gold plans as sequences: what is seen by what, what is learned, and what the planner reads at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.planners.training.corpus import WRITTEN, libraries
from jarvis.planners.training.data import (
    Example,
    Part,
    dialogue_example,
    listed_example,
    plan_example,
    read_jsonl,
    split_of,
)
from jarvis.planners.training.ultratool import ultratool_example
from jarvis.planners.wire import (
    END,
    PlanRow,
    normalize,
    read_line,
    write_line,
    write_prompt,
    write_tools,
    write_turn,
)
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()
LIBRARIES = libraries()
READ = {
    "id": "a-1",
    "request": "Read  page.png aloud",
    "plans": [
        [
            {"id": 0, "task": "optical-character-recognition", "args": {"image": "page.png"}},
            {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
        ],
        [{"id": 0, "task": "image-to-text", "args": {"image": "page.png"}}],
    ],
}
LINES = "0 optical-character-recognition image=page.png\n1 text-to-speech text=$0\n<|im_end|>"


def task(number: int, text: str | list[str]) -> PlanRow:
    return PlanRow(id=number, task="summarization", args={"text": text})


def test_a_split_is_told_by_the_id_alone_and_never_moves() -> None:
    # Another hash would let what was held out into the training.
    ids = [f"a-{number}" for number in range(4000)]
    splits = [split_of(name) for name in ids]
    assert [number for number in range(120) if splits[number] == "dev"] == [6, 45, 48]
    assert [number for number in range(60) if splits[number] == "test"] == [18, 34, 58, 59]
    assert splits.count("dev") / 4000 == pytest.approx(0.025, abs=0.01)
    assert splits.count("test") / 4000 == pytest.approx(0.05, abs=0.012)


def test_records_are_read_line_by_line_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": "é"}\n\n{"a": 2}\n', encoding="utf-8")
    assert read_jsonl(path) == [{"a": "é"}, {"a": 2}]


def test_of_a_request_its_preferred_plan_is_learned() -> None:
    assert plan_example(READ, TOOLS) == Example(
        "a-1",
        (Part("<|im_start|>Read page.png aloud\n", learned=False, branch=1), Part(LINES, learned=True, branch=1)),
    )


def test_a_question_back_is_learned_in_place_of_a_plan() -> None:
    row = {"id": "a-2", "request": "turn it off", "plans": [[]], "ask": "What shall I turn off?"}
    assert plan_example(row, TOOLS).parts[1].text == "? What shall I turn off?\n<|im_end|>"
    assert plan_example({**row, "ask": None}, TOOLS).parts[1].text == END
    assert plan_example({**READ, "ask": "Which page?"}, TOOLS).parts[1].text == LINES


def test_requests_under_one_list_see_the_list_and_not_each_other() -> None:
    listed = LIBRARIES["a_bank"][:2]

    example = listed_example([READ, {**READ, "id": "a-3"}], listed, TOOLS)

    assert example.id == "a-1+a-3"
    assert example.parts[0] == Part(write_tools(listed), learned=False, branch=0)
    assert [(part.branch, part.learned) for part in example.parts[1:]] == [(1, False), (1, True), (2, False), (2, True)]
    assert example.parts[1].text == example.parts[3].text


def test_ids_run_on_across_turns_and_a_question_back_takes_none() -> None:
    row = {
        "id": "chat-1",
        "turns": [
            {"request": "Sum up a.txt and b.txt", "plan": [task(0, "a.txt"), task(1, "b.txt")]},
            {"request": "and that one", "plan": [], "ask": "Which one?"},
            {"request": "c.txt, with the first", "plan": [task(0, "c.txt"), task(1, ["$0", "$1:0"])]},
            {"request": "and the last", "plan": [task(0, ["$3:1", "$1:1"])]},
        ],
    }

    parts = dialogue_example(row, TOOLS).parts

    assert [part.text for part in parts[1::2]] == [
        "0 summarization text=a.txt\n1 summarization text=b.txt\n<|im_end|>",
        "? Which one?\n<|im_end|>",
        "2 summarization text=c.txt\n3 summarization text=$2|$0\n<|im_end|>",
        "4 summarization text=$3|$1\n<|im_end|>",
    ]
    assert [part.learned for part in parts] == [False, True] * 4
    assert {part.branch for part in parts} == {1}


@st.composite
def dialogues(draw: st.DrawFn) -> tuple[dict[str, Any], list[list[tuple[int, int]]]]:
    """A conversation, and for each of its tasks the (turn, task) that it refers to."""
    turns: list[dict[str, Any]] = []
    meant: list[list[tuple[int, int]]] = []
    earlier: list[tuple[int, int]] = []
    for turn in range(1, draw(st.integers(1, 5)) + 1):
        plan: list[PlanRow] = []
        for number in range(draw(st.integers(0, 3))):
            chosen = draw(st.lists(st.sampled_from(earlier), max_size=3)) if earlier else []
            meant.append(chosen)
            references = [f"${k}" if t == turn else f"${t}:{k}" for t, k in chosen]
            plan.append(task(number, [*references, "@text"]))
            earlier.append((turn, number))
        turns.append({"request": f"turn {turn}", "plan": plan})
    return {"id": "chat-2", "turns": turns}, meant


@settings(max_examples=80, deadline=None)
@given(dialogues())
def test_a_reference_across_turns_leads_to_the_task_that_was_meant(
    drawn: tuple[dict[str, Any], list[list[tuple[int, int]]]],
) -> None:
    row, meant = drawn
    numbered = [(turn, k) for turn, said in enumerate(row["turns"], start=1) for k in range(len(said["plan"]))]

    learned = "".join(part.text.removesuffix(END) for part in dialogue_example(row, TOOLS).parts if part.learned)

    lines = [read_line(line) for line in learned.splitlines()]
    assert [line["id"] for line in lines] == list(range(len(numbered)))
    references = [[v for v in line["args"]["text"] if v.startswith("$")] for line in lines]
    assert [[numbered[int(v[1:])] for v in values] for values in references] == meant


def test_a_conversation_is_learned_as_the_planner_reads_it() -> None:
    for row in read_jsonl(WRITTEN / "dialogues" / "dialogues.jsonl"):
        parts = dialogue_example(row, TOOLS).parts
        requests = [normalize(turn["request"]) for turn in row["turns"]]
        lines = [part.text.removesuffix(END) for part in parts[1::2]]
        prompt = write_prompt(requests[-1], list(zip(requests[:-1], lines[:-1], strict=True)))
        assert "".join(part.text for part in parts[:-1]) == prompt


@pytest.mark.parametrize("path", sorted(WRITTEN.glob("pl*/*.jsonl")), ids=lambda path: path.stem)
def test_written_lines_are_read_back_as_the_plan(path: Path) -> None:
    for row in read_jsonl(path):
        request = normalize(row["request"])
        own = {tool.name: tool for tool in LIBRARIES[row["tools"]]} if "tools" in row else {}
        for gold in (task for plan in row["plans"] for task in plan):
            found = read_line(write_line(gold, request, {**TOOLS, **own}))
            assert (found["id"], found["task"]) == (gold["id"], gold["task"])
            assert _plain(found) == _plain(gold)


def _plain(row: PlanRow) -> dict[str, list[str]]:
    """Arguments as lists, in the spelling that two spellings of a request share."""
    listed = {slot: value if isinstance(value, list) else [value] for slot, value in row["args"].items()}
    return {slot: [normalize(one).text.lower() for one in value] for slot, value in listed.items()}


def test_a_plan_of_ultratool_is_its_names_in_order() -> None:
    row = {"id": "7", "user_request": "Write\n it", "task_nodes": [{"task": "file_write"}, {"task": "file_modify"}]}
    example = ultratool_example(row)
    assert example == Example(
        "7",
        (Part(write_turn(normalize("Write it")), False, 1), Part("0 file_write \n1 file_modify \n<|im_end|>", True, 1)),
    )
