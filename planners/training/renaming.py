"""Tools under other names: a share of the examples shows them in the prompt, so that the planner learns to read."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jarvis.spec import Slot, ToolSpec

_STYLES = 5


@cache
def _aliases() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("aliases.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Renaming:
    """One way to call some of the tools; the others keep their names."""

    specs: dict[str, ToolSpec]
    """Old name -> the tool under its new name."""
    slots: dict[str, dict[str, str]]
    """Old tool name -> old slot name -> new slot name."""

    @classmethod
    def draw(cls, tools: Mapping[str, ToolSpec], names: Sequence[str], rng: random.Random) -> Renaming:
        """Other names, descriptions and, half of the time, other slot names for the tools `names`."""
        specs: dict[str, ToolSpec] = {}
        slots: dict[str, dict[str, str]] = {}
        for old in names:
            tool = tools[old]
            name, does = rng.choice(_aliases()["tools"][old]).split(": ", 1)
            slots[old] = _slot_names(tool.slots, rng) if rng.random() < 0.5 else {s.name: s.name for s in tool.slots}
            renamed = tuple(replace(slot, name=slots[old][slot.name]) for slot in tool.slots)
            specs[old] = replace(tool, name=_styled(name, rng.randrange(_STYLES), rng), does=does, slots=renamed)
        return cls(specs, slots)

    @classmethod
    def restyle(cls, tools: Mapping[str, ToolSpec], rng: random.Random) -> Renaming:
        """The same library by another author: names in another style, or ones that say nothing of what a tool does."""
        style, said = rng.randrange(_STYLES), rng.random() < 0.6
        numbers = rng.sample(range(10, 100), len(tools))
        word = rng.choice(("tool", "fn", "action", "op", "skill", "call"))
        plain = [
            _styled(old if said else f"{word}-{number}", style, rng) for old, number in zip(tools, numbers, strict=True)
        ]
        names = dict(zip(tools, plain, strict=True))
        if len(set(plain)) < len(plain) or set(plain) & _aliases()["tools"].keys():
            names = {old: old for old in tools}
        specs = {old: replace(tool, name=names[old]) for old, tool in tools.items()}
        return cls(specs, {old: {slot.name: slot.name for slot in tool.slots} for old, tool in tools.items()})

    def apply(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The same gold row under the new names."""
        plans = [[self._task(task) for task in plan] for plan in row["plans"]]
        return {**row, "plans": plans}

    def _task(self, task: Mapping[str, Any]) -> dict[str, Any]:
        old = task["task"]
        if old not in self.specs:
            return dict(task)
        args = {self.slots[old][slot]: value for slot, value in task["args"].items()}
        return {"id": task["id"], "task": self.specs[old].name, "args": args}


def _slot_names(slots: Sequence[Slot], rng: random.Random) -> dict[str, str]:
    names: dict[str, str] = {}
    for slot in slots:
        free = [n for n in (*_aliases()["slots"].get(slot.name, ()), slot.name) if n not in names.values()]
        names[slot.name] = rng.choice(free)
    return names


def _styled(name: str, style: int, rng: random.Random) -> str:
    spaced = "".join(f"-{c.lower()}" if c.isupper() else c for c in name.replace("_", "-"))
    words = spaced.split("-")
    if style == 0:
        return "_".join(words)
    if style == 1:
        return words[0] + "".join(w.capitalize() for w in words[1:])
    if style == 2:
        return rng.choice(("acme", "my", "fast", "open", "pro", "mini", "hub", "x1")) + "-" + "-".join(words)
    return "-".join(words)
