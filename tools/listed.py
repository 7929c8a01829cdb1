"""Tools described in a file: the form of the plan vocabulary's `tasks.json`, as `jarvis plan --tools` takes it.

    {"tasks": [{"task": "book-table", "in": {"place": "name", "people?": "number"}, "out": "data", "does": "Reserve."}]}

A tool may also have "choices" (the only values of a slot, by slot name) and an "effect". Names with slots and types as
the vocabulary has them are the built-in tools themselves, so that `tasks.json` with tools added is such a file too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import UsageError
from jarvis.spec import Effect, Slot, ToolSpec, ValueType
from jarvis.tools.toolset import builtin_tools

_NAME = re.compile(r"[^\s=|$<>]+")


def read_tools_files(paths: Iterable[Path]) -> list[ToolSpec]:
    """The tools of several files, in their order; a file that is named twice counts once.

    Raises:
        UsageError: as `read_tools_file`, or two files describe a tool of the same name differently.
    """
    found: dict[str, tuple[ToolSpec, Path]] = {}
    for path in dict.fromkeys(paths):
        for tool in read_tools_file(path):
            earlier, other = found.setdefault(tool.name, (tool, path))
            if earlier != tool:
                raise UsageError(f"{other} and {path} describe two tools named {tool.name!r}; rename one of them")
    return [tool for tool, _ in found.values()]


def read_tools_file(path: Path) -> list[ToolSpec]:
    """The tools of a file.

    Raises:
        UsageError: the file cannot be read, is not JSON, or describes a tool wrongly; it says which and how.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read the tools in {path} ({error.strerror}); check its name") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (at byte {error.start}); save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON ({error}); see plans/tasks.json for the form") from error
    try:
        return read_tools(content)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def read_tools(content: Any) -> list[ToolSpec]:
    """The tools of the parsed content of such a file; a bare list of tasks is taken too.

    Raises:
        UsageError: a tool is described wrongly.
    """
    entries = content.get("tasks") if isinstance(content, Mapping) else content
    if not isinstance(entries, list):
        raise UsageError('no list of tools: expected {"tasks": [{"task", "in", "out", "does"}, ...]}')
    tools = [_tool(entry, number) for number, entry in enumerate(entries, start=1)]
    names = Counter(tool.name for tool in tools)
    if twice := [name for name, count in names.items() if count > 1]:
        raise UsageError(f"two tools have the name {twice[0]!r}; rename one of them")
    return tools


def _tool(entry: Any, number: int) -> ToolSpec:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("task"), str):
        raise UsageError(f'tool {number} has no name; give it as "task"')
    name = entry["task"]
    if not _sayable(name):
        raise UsageError(f"the tool name {name!r} may not be empty or hold spaces or any of = | $ < >")
    inputs, choices = _table(name, entry, "in"), _table(name, entry, "choices")
    slots = tuple(_slot(name, str(slot), kind, choices) for slot, kind in inputs.items())
    if len({slot.name for slot in slots}) < len(slots):
        raise UsageError(f"{name}: two slots have the same name; rename one of them")
    if unknown := [slot for slot in choices if slot not in {slot.name for slot in slots}]:
        raise UsageError(f'{name}: "choices" names the slot {unknown[0]!r}, which is not in "in"')
    effect = entry.get("effect", Effect.NONE)
    if effect not in list(Effect):
        raise UsageError(f"{name}: unknown effect {effect!r}; one of {', '.join(Effect)}")
    does = entry.get("does") or ""
    if not isinstance(does, str):
        raise UsageError(f'{name}: "does" is not a text; describe the tool in one sentence')
    return _known(ToolSpec(name, slots, _type(name, entry.get("out", "data")), does, Effect(effect)))


def _known(tool: ToolSpec) -> ToolSpec:
    """The built-in tool that is described, or the new one."""
    known = builtin_tools().get(tool.name)
    return known if known and _shape(known) == _shape(tool) else tool


def _shape(tool: ToolSpec) -> tuple[object, ...]:
    return tuple((slot.name, slot.type, slot.required) for slot in tool.slots), tool.output


def _table(tool: str, entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = entry.get(key, {})
    if not isinstance(table, Mapping):
        raise UsageError(f'{tool}: "{key}" is not an object with slot names as keys')
    return table


def _slot(tool: str, name: str, kind: Any, choices: Mapping[str, Any]) -> Slot:
    bare = name.removesuffix("?")
    if not _sayable(bare):
        raise UsageError(f"{tool}: the slot name {bare!r} may not be empty or hold spaces or any of = | $ < >")
    allowed = choices.get(bare, [])
    if not isinstance(allowed, list) or not all(map(_is_choice, allowed)):
        raise UsageError(f'{tool}: the "choices" of {bare!r} are not a list of words without |')
    return Slot(bare, _type(tool, kind), not name.endswith("?"), tuple(map(str, allowed)))


def _sayable(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name.isprintable()


def _is_choice(choice: object) -> bool:
    text = str(choice)
    return isinstance(choice, str | int | float) and bool(text.strip()) and text.isprintable() and "|" not in text


def _type(tool: str, kind: Any) -> ValueType:
    if kind not in list(ValueType):
        raise UsageError(f"{tool}: unknown type {kind!r}; one of {', '.join(ValueType)}")
    return ValueType(kind)
