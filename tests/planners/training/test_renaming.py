"""Tools under other names: each plan still says the same."""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jarvis.planners.training.renaming
from jarvis.planners.training.corpus import libraries
from jarvis.planners.training.renaming import Renaming
from jarvis.planners.training.sampling import sampled_row
from jarvis.planners.wire import LONGEST_DESCRIPTION
from jarvis.tools.listed import read_tools
from jarvis.tools.toolset import builtin_tools
from tests.planners.training.validity import faults

TOOLS = builtin_tools()
SEEDS = st.integers(0, 2**32)


@cache
def aliases() -> dict[str, Any]:
    path = Path(jarvis.planners.training.renaming.__file__).with_name("aliases.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def words(name: str) -> str:
    """A name without its style: `sheetAnswer`, `sheet_answer` and `sheet-answer` are one."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name.replace("_", " ").replace("-", " "))


def test_every_built_in_tool_has_aliases_and_nothing_else_has() -> None:
    assert set(aliases()["tools"]) == set(TOOLS)
    assert set(aliases()["slots"]) <= {slot.name for tool in TOOLS.values() for slot in tool.slots}


@pytest.mark.parametrize("task", TOOLS)
def test_an_alias_is_a_name_and_a_short_description(task: str) -> None:
    for alias in aliases()["tools"][task]:
        name, does = alias.split(": ", 1)
        read_tools([{"task": name, "does": does}])  # refuses names that no tool may have
        assert 0 < len(does) <= LONGEST_DESCRIPTION


def test_no_two_tools_can_come_to_the_same_name() -> None:
    named = [words(alias.split(": ", 1)[0]) for group in aliases()["tools"].values() for alias in group]
    led = [f"{lead} {name}" for name in named for lead in "acme my fast open pro mini hub x1".split()]
    kept = [words(name) for name in TOOLS]
    strangers = {words(tool.name) for tools in libraries().values() for tool in tools}
    counted = Counter([*named, *led, *kept, *strangers])
    assert [name for name, count in counted.items() if count > 1] == []


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sets(st.sampled_from(sorted(TOOLS)), min_size=1))
def test_renamed_tools_differ_from_each_other_and_from_those_that_keep_their_names(seed: int, names: set[str]) -> None:
    renaming = Renaming.draw(TOOLS, sorted(names), random.Random(seed))

    new = [tool.name for tool in renaming.specs.values()]
    assert set(renaming.specs) == names
    assert len({*new, *TOOLS}) == len(new) + len(TOOLS)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_renamed_tool_takes_and_gives_what_the_old_one_did(seed: int) -> None:
    renaming = Renaming.draw(TOOLS, sorted(TOOLS), random.Random(seed))
    for old, tool in renaming.specs.items():
        renamed = [renaming.slots[old][slot.name] for slot in TOOLS[old].slots]
        assert [slot.name for slot in tool.slots] == renamed
        assert len(set(renamed)) == len(renamed)
        assert tool.output == TOOLS[old].output
        assert [(s.type, s.required, s.choices) for s in tool.slots] == [
            (s.type, s.required, s.choices) for s in TOOLS[old].slots
        ]


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.sets(st.sampled_from(sorted(TOOLS))))
def test_with_the_old_names_put_back_a_renamed_plan_is_the_old_plan(seed: int, names: set[str]) -> None:
    rng = random.Random(seed)
    row = sampled_row(0, TOOLS, rng)
    renaming = Renaming.draw(TOOLS, sorted(names), rng)

    after = renaming.apply(row)

    tools = {**TOOLS, **{tool.name: tool for tool in renaming.specs.values()}}
    assert faults(after["plans"][0], tools, row["request"]) == []
    back = {tool.name: old for old, tool in renaming.specs.items()}
    plan: list[dict[str, Any]] = []
    for task in after["plans"][0]:
        assert task["task"] not in renaming.specs
        name: str = task["task"]
        old = back.get(name, name)
        slots = {new: slot for slot, new in renaming.slots.get(old, {}).items()}
        plan.append({**task, "task": old, "args": {slots.get(s, s): v for s, v in task["args"].items()}})
    assert {**after, "plans": [plan]} == row


def test_the_same_seed_gives_the_same_names_and_slots_keep_theirs_at_times() -> None:
    def draw(seed: int) -> Renaming:
        return Renaming.draw(TOOLS, ["translation"], random.Random(seed))

    assert draw(3) == draw(3)
    kept = [all(old == new for old, new in draw(seed).slots["translation"].items()) for seed in range(60)]
    assert 20 < sum(kept) < 50
    assert len({draw(seed).specs["translation"].name for seed in range(60)}) > 6


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from(sorted(libraries())))
def test_a_restyled_library_has_other_names_and_nothing_else_is_changed(seed: int, library: str) -> None:
    own = {tool.name: tool for tool in libraries()[library]}
    renaming = Renaming.restyle(own, random.Random(seed))
    names = [tool.name for tool in renaming.specs.values()]
    assert len(set(names)) == len(own)
    assert not set(names) & TOOLS.keys()
    assert {old: replace(tool, name=old) for old, tool in renaming.specs.items()} == own
    assert renaming == Renaming.restyle(own, random.Random(seed))


def test_some_libraries_get_names_that_say_nothing() -> None:
    own = {tool.name: tool for tool in libraries()["a_mail"]}
    drawn = [Renaming.restyle(own, random.Random(seed)).specs["send-message"].name for seed in range(60)]
    mute = [name for name in drawn if "end" not in name]
    assert 10 < len(mute) < 40
    assert len(set(drawn) - set(mute)) > 3
