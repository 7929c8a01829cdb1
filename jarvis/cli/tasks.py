"""Names of tasks that a user types."""

from __future__ import annotations

from collections.abc import Iterable

from jarvis.errors import UsageError
from jarvis.spec import ToolSpec


def task_named(name: str, others: Iterable[ToolSpec] = ()) -> ToolSpec:
    """The task with this name, built-in or one of `others`.

    Raises:
        UsageError: there is none; the message names one that is spelled alike.
    """
    from jarvis.tools.toolset import builtin_tools

    known = builtin_tools().with_specs(others)
    if name in known:
        return known[name]
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`jarvis models list` shows the tasks that have models"
    raise UsageError(f"there is no task {name!r}; {hint}")
