"""How tasks, values and times are said in one line of plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from jarvis.artifacts import Artifact
from jarvis.graph import Ref, Task
from jarvis.messages import Value, value_to_json

# Everything that moves a cursor or colours a screen: a recognized text must not steer the terminal it is shown on.
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Text without control characters and escape sequences; line ends and tabs stay."""
    return _CONTROL.sub("", text)


def one_line(text: str, limit: int = 60) -> str:
    """Text with its white space folded, cut to `limit` characters with an ellipsis."""
    flat = " ".join(printable(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def inputs(task: Task, arrow: str = "←", limit: int = 40) -> Iterator[tuple[str, str]]:
    """Each slot of a task with what stands in it: `("audio", "memo.wav")`, `("text", "← 0")`."""
    for slot, arg in task.args.items():
        values = arg if isinstance(arg, tuple) else (arg,)
        said = [f"{arrow} {v.task_id}" if isinstance(v, Ref) else one_line(v, limit) for v in values]
        yield slot, ", ".join(said)


def inputs_line(task: Task) -> str:
    """The inputs of a task as `slot=value slot=$k`, for logs."""
    return " ".join(
        f"{slot}={value if isinstance(value, Ref) else json.dumps(one_line(value, 60), ensure_ascii=False)}"
        for slot, value in task.values()
    )


def preview(value: Value, limit: int = 60) -> str:
    """What a task gave, in a few words."""
    if isinstance(value, Artifact):
        return one_line(value.path.name, limit)
    if isinstance(value, str):
        return one_line(value, limit)
    if isinstance(value, list) and value and all(isinstance(item, Artifact) for item in value):
        return one_line(", ".join(item.path.name for item in value if isinstance(item, Artifact)), limit)
    return one_line(json.dumps(value_to_json(value), ensure_ascii=False, default=str), limit)


def duration(seconds: float) -> str:
    """Seconds for people: `0.42 s`, `12.3 s`, `2 min 5 s`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def size(count: float) -> str:
    """Bytes for people: `98 MB`, `1.2 GB`."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def counted(count: int, word: str) -> str:
    """A count and its word: `1 task`, `3 tasks`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
