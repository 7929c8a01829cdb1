"""UltraTool's plans as training examples. Its published plans are chains of tools without arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jarvis.planners.training.data import Example, Part
from jarvis.planners.wire import END, normalize, write_turn


def ultratool_example(row: Mapping[str, Any]) -> Example:
    """The request, then one line a tool: `0 file_write`, `1 file_modify`."""
    lines = "".join(f"{index} {node['task']} \n" for index, node in enumerate(row["task_nodes"]))
    request = write_turn(normalize(row["user_request"]))
    return Example(row["id"], (Part(request, False, 1), Part(lines + END, True, 1)))
