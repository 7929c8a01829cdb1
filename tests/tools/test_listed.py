"""Tools described in a file: what is read, and what is said about a file that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import UsageError
from jarvis.spec import Effect, Slot, ToolSpec, ValueType
from jarvis.tools.listed import read_tools, read_tools_file, read_tools_files
from jarvis.tools.toolset import builtin_tools

TABLE = {"task": "book-table", "in": {"place": "name", "people?": "number"}, "out": "data", "does": "Reserve a table."}
BOOK_TABLE = ToolSpec(
    "book-table",
    (Slot("place", ValueType.NAME), Slot("people", ValueType.NUMBER, required=False)),
    ValueType.DATA,
    "Reserve a table.",
)


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_tool_is_read_with_its_slots() -> None:
    assert read_tools({"tasks": [TABLE]}) == [BOOK_TABLE]
    assert read_tools([TABLE]) == [BOOK_TABLE]


def test_choices_and_effect_are_read_and_the_rest_has_defaults() -> None:
    shutter = {"task": "shutter", "in": {"to": "name"}, "choices": {"to": ["up", 50]}, "effect": "irreversible"}

    tools = read_tools([shutter, {"task": "bare"}])

    slot = Slot("to", ValueType.NAME, choices=("up", "50"))
    assert tools == [
        ToolSpec("shutter", (slot,), ValueType.DATA, "", Effect.IRREVERSIBLE),
        ToolSpec("bare", (), ValueType.DATA, ""),
    ]


def test_the_built_in_vocabulary_in_a_file_is_the_built_in_one() -> None:
    rows = [
        {
            "task": tool.name,
            "in": {slot.name + ("" if slot.required else "?"): slot.type.value for slot in tool.slots},
            "out": tool.output.value,
            "does": "told otherwise",
        }
        for tool in builtin_tools().values()
    ]

    tools = read_tools({"comment": "a vocabulary", "tasks": [*rows, TABLE]})

    assert tools == [*builtin_tools().values(), BOOK_TABLE]


def test_a_built_in_name_with_other_slots_is_another_tool() -> None:
    (tool,) = read_tools([{"task": "translation", "in": {"text": "text"}, "out": "text", "does": "Into Elvish."}])

    assert tool != builtin_tools()["translation"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "no list of tools"),
        ("tasks", "no list of tools"),
        (None, "no list of tools"),
        ([{"in": {}}], "tool 1 has no name"),
        ([TABLE, "x"], "tool 2 has no name"),
        ([{"task": 5}], "tool 1 has no name"),
        ([{"task": "book table"}], "'book table' may not be empty or hold spaces"),
        ([{"task": ""}], "may not be empty"),
        ([{"task": "a\u0000b"}], "may not"),
        ([{"task": "\ud800"}], "may not"),
        ([{"task": "a", "in": ["x"]}], '"in" is not an object'),
        ([{"task": "a", "in": {"x": "string"}}], "a: unknown type 'string'; one of text, image"),
        ([{"task": "a", "in": {"x": ["text"]}}], "unknown type"),
        ([{"task": "a", "out": "nothing"}], "unknown type 'nothing'"),
        ([{"task": "a", "in": {"?": "text"}}], "the slot name ''"),
        ([{"task": "a", "in": {"x|y": "text"}}], "the slot name 'x|y'"),
        ([{"task": "a", "in": {"x": "text", "x?": "text"}}], "two slots have the same name"),
        ([{"task": "a", "in": {"x": "name"}, "choices": ["u"]}], '"choices" is not an object'),
        ([{"task": "a", "in": {"x": "name"}, "choices": {"x": "up"}}], "not a list of words"),
        ([{"task": "a", "in": {"x": "name"}, "choices": {"x": ["a|b"]}}], "not a list of words"),
        ([{"task": "a", "in": {"x": "name"}, "choices": {"y": ["u"]}}], "names the slot 'y'"),
        ([{"task": "a", "effect": "magic"}], "unknown effect 'magic'; one of none, effect, irreversible"),
        ([{"task": "a", "does": 3}], '"does" is not a text'),
        ([TABLE, TABLE], "two tools have the name 'book-table'"),
    ],
)
def test_a_wrong_description_is_told(content: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_tools(content)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "is not JSON"), (b"\xff\xfe", "is not UTF-8"), (b"[" * 100_000, "is not JSON"), (b"[1]", "no name")],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "tools.json"
    path.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        read_tools_file(path)
    assert str(path) in str(caught.value) and said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json.*check its name"):
        read_tools_file(tmp_path / "none.json")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert read_tools_file(written(tmp_path, "t.json", "\ufeff" + json.dumps([TABLE]))) == [BOOK_TABLE]


def test_several_files_are_one_list_and_the_same_tool_counts_once(tmp_path: Path) -> None:
    first = written(tmp_path, "a.json", [TABLE])
    second = written(tmp_path, "b.json", [{"task": "bare"}, TABLE])

    assert [tool.name for tool in read_tools_files([first, second, first])] == ["book-table", "bare"]


def test_two_files_with_different_tools_of_one_name_are_told(tmp_path: Path) -> None:
    first = written(tmp_path, "a.json", [TABLE])
    second = written(tmp_path, "b.json", [TABLE | {"in": {}}])

    with pytest.raises(UsageError, match=r"a\.json and .*b\.json describe two tools named 'book-table'"):
        read_tools_files([first, second])
