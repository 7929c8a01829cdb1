"""The set of task types that a planner may use: the built-in vocabulary, plug-ins, and a user's own functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from jarvis.spec import ToolSpec
from jarvis.tools import audio, home, image, table, text, video, web


class ToolSet(Mapping[str, ToolSpec]):
    """An ordered, immutable collection of ToolSpecs by name."""

    def __init__(self, specs: Iterable[ToolSpec]) -> None:
        self._specs = {spec.name: spec for spec in specs}

    def __getitem__(self, name: str) -> ToolSpec:
        return self._specs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def with_specs(self, specs: Iterable[ToolSpec]) -> ToolSet:
        """A new set with `specs` added; a name that exists already is replaced."""
        return ToolSet([*self._specs.values(), *specs])


@cache
def builtin_tools() -> ToolSet:
    """The plan vocabulary that ships: every task of `tasks.json`."""
    modules = (text, table, image, video, audio, web, home)
    return ToolSet(spec for module in modules for spec in module.SPECS)
