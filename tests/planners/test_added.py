"""Tools that were added at run time are found by name."""

from __future__ import annotations

import pytest

from jarvis.planners.added import named_tools
from jarvis.spec import Effect, Slot, ToolSpec, ValueType
from jarvis.tools.toolset import builtin_tools

WATER = ToolSpec("water-the-plants", (Slot("room", ValueType.TEXT),), ValueType.TEXT, "", Effect.EFFECT)
FEED = ToolSpec("feed_cat", (), ValueType.TEXT, "")
TOOLS = builtin_tools().with_specs([WATER, FEED])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Water all plants in the hall", ["water-the-plants"]),
        ("watering the plants", ["water-the-plants"]),
        ("feed the cat, then water the plants", ["feed_cat", "water-the-plants"]),
        ("a photo of a plant in water", ["water-the-plants"]),
        ("translate 'water' into French", []),
        ("summarization of a.txt", []),
        ("", []),
    ],
)
def test_a_tool_is_named_when_all_words_of_its_name_are_said(text: str, names: list[str]) -> None:
    assert [tool.name for tool in named_tools(text, TOOLS)] == names
