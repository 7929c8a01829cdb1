"""Reading TaskBench's plans the way its official evaluator does, oddities included.

In the Hugging Face and multimedia sets an argument is a string: "<node-2>" is the output of node 2 and makes a link, a
file name counts by its type, all else is text. A reference of a node to itself is dropped. An argument that cannot be
read counts as a repetition of the one read before it, whichever plan that was in; as the first of all it makes the plan
unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

_ENDINGS = {
    "image": "jpg png jpeg gif bmp tiff svg ico".split(),
    "audio": "mp3 wav wma ogg aac flac aiff au".split(),
    "video": "mp4 avi mov flv wmv mkv webm m4v mpg mpeg".split(),
}
_STEP_KEYS = ("task", "step", "id", "step_name", "description")
_ITSELF, _NO_TOOL = "<itself>", ""
_UNREADABLE = (AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Sample:
    """What of a plan is compared."""

    names: tuple[str, ...] = ()
    slots: frozenset[str] = field(default_factory=frozenset[str])
    """Tool and argument name: `Text-to-Speech-text`."""
    values: frozenset[str] = field(default_factory=frozenset[str])
    """Tool, argument name and value."""
    links: frozenset[tuple[str, str]] = field(default_factory=frozenset[tuple[str, str]])


class Reader(Protocol):
    """Reads the plans of one data set, one after the other."""

    def sample(self, plan: Any) -> Sample | None:
        """What of a plan {"task_nodes", "task_links"} is compared; None when it cannot be read."""
        ...


class NamedReader:
    """For the daily life APIs: arguments are {"name", "value"}, and links are those of the plan."""

    def sample(self, plan: Any) -> Sample | None:
        """See `Reader`."""
        try:
            nodes = [(_name(node["task"]), node.get("arguments", [])) for node in plan["task_nodes"]]
            links = frozenset((_name(link["source"]), _name(link["target"])) for link in plan["task_links"])
            named = [(name, argument["name"], argument["value"]) for name, args in nodes for argument in args]
        except _UNREADABLE:
            return None
        return _sample([name for name, _ in nodes], named, links)


class MediaReader:
    """For the Hugging Face and multimedia tools: arguments are strings, and links are references between nodes."""

    def __init__(self, outputs: Mapping[str, str]) -> None:
        """`outputs`: the type that each tool gives."""
        self._outputs = outputs
        self._before: tuple[str, str] | None = None

    def sample(self, plan: Any) -> Sample | None:
        """See `Reader`."""
        try:
            tools = [node["task"] for node in plan["task_nodes"]]
            names = [tool.replace("_", " ") for tool in tools]
            given = [list(node.get("arguments", [])) for node in plan["task_nodes"]]
        except _UNREADABLE:
            return None
        named: list[tuple[str, str, str]] = []
        links: set[tuple[str, str]] = set()
        for place, arguments in enumerate(given):
            for argument in arguments:
                source = self._read(argument, place, names)
                if source == _ITSELF:
                    continue
                if self._before is None:
                    return None
                if source:
                    links.add((source, tools[place]))
                named.append((names[place], *self._before))
        return _sample(names, named, frozenset(links))

    def _read(self, argument: Any, place: int, names: list[str]) -> str:
        """Reads an argument into `_before`; gives the tool that it refers to, or _ITSELF, or _NO_TOOL."""
        try:
            text = _text(argument)
            if "<node-" not in text:
                self._before = (_content_type(text), text)
                return _NO_TOOL
            number = int(text[text.index("<node-") + len("<node-") : text.index(">")])
            if number == place:
                return _ITSELF
            self._before = (self._outputs.get(names[number], "other"), names[number])
            return names[number]
        except _UNREADABLE:
            return _NO_TOOL


def steps(plan: Any) -> str | None:
    """The steps of a plan in words, one a line; None when it has none."""
    if not isinstance(plan, Mapping) or "task_steps" not in plan:
        return None
    found = plan["task_steps"]
    try:
        if isinstance(found[0], str):
            return "\n".join(found)
        key = next((key for key in _STEP_KEYS if key in found[0]), _STEP_KEYS[-1])
        return "\n".join(step[key] for step in found)
    except _UNREADABLE:
        return str(found)


def _sample(names: list[str], named: list[tuple[str, str, str]], links: frozenset[tuple[str, str]]) -> Sample:
    slots = frozenset(f"{tool}-{name}" for tool, name, _ in named)
    values = frozenset(f"{tool}-{name}-{value}" for tool, name, value in named)
    return Sample(tuple(names), slots, values, links)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no name")
    return value


def _text(argument: Any) -> str:
    if isinstance(argument, dict):
        argument = next(iter(argument.values()))
    if isinstance(argument, list):
        argument = " ".join(argument)
    return _name(argument)


def _content_type(text: str) -> str:
    bare = text.strip("'")
    return next((kind for kind, endings in _ENDINGS.items() if any(f".{e}" in bare for e in endings)), "text")
