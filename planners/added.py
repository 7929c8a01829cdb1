"""Tools added at run time, found by the words of their names: the embedded model has not learned them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jarvis.spec import ToolSpec
from jarvis.tools.toolset import builtin_tools

_WORD = re.compile(r"[^\W_]+")
_SMALL_WORDS = frozenset("a an the of in on to for and or with by from at my your".split())


def named_tools(text: str, tools: Mapping[str, ToolSpec]) -> list[ToolSpec]:
    """The added tools whose name a request speaks out, in the order of the request."""
    said = [_stem(word) for word in _WORD.findall(text.casefold())]
    found: list[tuple[int, ToolSpec]] = []
    for tool in tools.values():
        wanted = [_stem(word) for word in _WORD.findall(tool.name.casefold()) if word not in _SMALL_WORDS]
        if tool.name not in builtin_tools() and wanted and all(word in said for word in wanted):
            found.append((said.index(wanted[0]), tool))
    return [tool for _, tool in sorted(found, key=lambda pair: pair[0])]


def _stem(word: str) -> str:
    return re.sub(r"(ing|ed|es|s)$", "", word) if len(word) > 4 else word
