"""The rules that every task graph keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.errors import PlanError
from jarvis.graph import Arg, Ref, Task, TaskGraph
from jarvis.spec import ValueType, fits
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()


def task(task_id: int, tool: str, **args: Arg) -> Task:
    return Task(task_id, tool, args)


READ_ALOUD = [
    task(0, "optical-character-recognition", image="page.png"),
    task(1, "text-to-speech", text=Ref(0)),
]


def test_a_valid_graph_keeps_its_order_and_knows_its_edges() -> None:
    graph = TaskGraph(READ_ALOUD, TOOLS)
    assert [t.id for t in graph] == [0, 1]
    assert graph.dependants(0) == [1]
    assert [t.id for t in graph.sinks()] == [1]
    assert graph.mermaid() == (
        'flowchart LR\n    t0["0 optical-character-recognition"]\n    t1["1 text-to-speech"]\n    t0 -->|text| t1'
    )


def test_a_notebook_shows_the_graph_as_a_diagram() -> None:
    graph = TaskGraph(READ_ALOUD, TOOLS)
    assert graph._repr_markdown_() == (  # pyright: ignore[reportPrivateUsage] - the name that notebooks call
        "```mermaid\n"
        "flowchart LR\n"
        '    t0["0 optical-character-recognition"]\n'
        '    t1["1 text-to-speech"]\n'
        "    t0 -->|text| t1\n"
        "```"
    )


@pytest.mark.parametrize(
    ("tasks", "message", "task_id", "slot"),
    [
        ([task(0, "teleportation")], "unknown tool 'teleportation'", 0, None),
        ([task(0, "text-to-speech")], "needs a value for 'text'", 0, "text"),
        ([task(0, "text-to-speech", text="a", speed="2")], "no slot 'speed'; its slots are text", 0, "speed"),
        ([task(0, "text-to-speech", text=Ref(7))], "output of task 7, which does not exist", 0, "text"),
        ([task(0, "text-to-speech", text="a"), task(0, "weather")], "two tasks have the id 0", 0, None),
        ([task(0, "timer", action="explode")], "it can be start, cancel, status", 0, "action"),
        (
            [task(0, "text-to-speech", text="a"), task(1, "summarization", text=Ref(0))],
            "task 0 gives audio; put a task in between",
            1,
            "text",
        ),
        (
            [task(0, "summarization", text=Ref(1)), task(1, "summarization", text=Ref(0))],
            "wait for each other in a circle",
            0,
            None,
        ),
    ],
)
def test_a_broken_rule_is_named_with_the_task_and_the_way_out(
    tasks: list[Task], message: str, task_id: int, slot: str | None
) -> None:
    with pytest.raises(PlanError, match=message) as caught:
        TaskGraph(tasks, TOOLS)
    assert (caught.value.task_id, caught.value.slot) == (task_id, slot)


def test_a_graph_grows_and_the_old_one_stays_as_it_was() -> None:
    first = TaskGraph(READ_ALOUD[:1], TOOLS)
    second = first.with_task(READ_ALOUD[1])
    assert (len(first), len(second)) == (1, 2)


def test_tasks_of_earlier_turns_may_be_referred_to_by_type() -> None:
    graph = TaskGraph([task(4, "translation", text=Ref(2), target_language="French")], TOOLS, {2: ValueType.TEXT})
    assert graph.output_type(2) == ValueType.TEXT
    with pytest.raises(PlanError, match="gives audio"):
        TaskGraph([task(4, "summarization", text=Ref(2))], TOOLS, {2: ValueType.AUDIO})


def test_json_goes_there_and_back() -> None:
    rows = [
        {"id": 0, "task": "image-to-image", "args": {"image": ["a.jpg", "b.jpg"], "prompt": "combine"}},
        {"id": 1, "task": "image-to-text", "args": {"image": "$0"}},
    ]
    assert TaskGraph([Task.from_json(row) for row in rows], TOOLS).to_json() == rows


@pytest.mark.parametrize("row", [{}, {"id": "x", "task": "a", "args": {}}, {"id": 0, "task": "a", "args": []}])
def test_a_row_that_is_no_task_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(PlanError, match="is not a task"):
        Task.from_json(row)


@given(st.sampled_from(list(ValueType)), st.sampled_from(list(ValueType)))
def test_only_the_conversions_of_the_guide_fit(one: ValueType, other: ValueType) -> None:
    allowed = {
        ("data", "text"),
        ("data", "labels"),
        ("text", "labels"),
        ("mask", "image"),
        ("text", "name"),
        ("text", "table"),
    }
    expected = one == other or "any" in (one, other) or (one.value, other.value) in allowed
    assert fits(one, other) is expected


def test_every_built_in_tool_names_its_slots_once_and_says_what_it_does() -> None:
    assert len(TOOLS) == 54
    for tool in TOOLS.values():
        names = [slot.name for slot in tool.slots]
        assert len(set(names)) == len(names)
        assert tool.does.endswith(".")
