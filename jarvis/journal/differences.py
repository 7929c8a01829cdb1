"""What a plan gave when it was run again, beside what it gave before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.journal.rows import result_row
from jarvis.messages import Result

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One task that did not give what it gave before."""

    task_id: int
    what: str
    """value, failure, files, model, or missing."""
    before: str
    after: str

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return {"task_id": self.task_id, "what": self.what, "before": self.before, "after": self.after}


def differences(before: Mapping[int, Result], after: Mapping[int, Result]) -> list[Difference]:
    """What differs between the results of two runs of one plan. Times do not count; of files, the content does."""
    return [difference for task_id in {**before, **after} for difference in _of(task_id, before, after)]


def _of(task_id: int, before: Mapping[int, Result], after: Mapping[int, Result]) -> Iterator[Difference]:
    if task_id not in before or task_id not in after:
        yield Difference(task_id, "missing", _told(before.get(task_id)), _told(after.get(task_id)))
        return
    old, new = before[task_id], after[task_id]
    if _content(old) != _content(new):
        what = "failure" if old.failure or new.failure else "files" if old.files or new.files else "value"
        yield Difference(task_id, what, _told(old), _told(new))
    if old.model != new.model:
        yield Difference(task_id, "model", old.model or "none", new.model or "none")


def _content(result: Result) -> object:
    if result.failure:
        return ("failed", result.failure.kind, result.failure.message)
    items = result.value if isinstance(result.value, list) else [result.value]
    if any(isinstance(item, Artifact) for item in items):
        return [item.digest if isinstance(item, Artifact) else item for item in items]
    return result_row(result).get("value")


def _told(result: Result | None) -> str:
    if result is None:
        return "not run"
    if result.failure:
        return f"failed: {result.failure.message}"
    if result.files:
        return ", ".join(f"{file.name} {file.digest[:12]}" for file in result.files)
    text = result.value if isinstance(result.value, str) else repr(result.value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
