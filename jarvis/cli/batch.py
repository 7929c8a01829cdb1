"""The lines of `jarvis plan --batch`: requests and conversations in, plans out.

A line in is {"id", "request"}, or {"id", "turns"}: earlier turns as {"request", "plan"[, "ask"]}, the last with its
request alone (`jarvis.planners.dialogue` tells how a plan refers to earlier turns). A line out is {"id", "plan", "ms"};
beside an empty plan stands "ask" for a question back, or "error" when there is no plan. Every line that is not blank
gives one, in order: a broken one too, with the id null when it has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jarvis.cli.run import checked_text
from jarvis.errors import InputError, PlanError, UsageError
from jarvis.planners.dialogue import Dialogue
from jarvis.spec import ToolSpec

_FORM = 'write {"id": ..., "request": "..."}, or "turns" in place of the request'


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a batch, not looked at yet."""

    number: int
    """Counted from 1, blank lines too."""
    text: str
    path: str

    def record(self) -> dict[str, Any]:
        """The object that it holds.

        Raises:
            InputError: it holds something else, or no id.
        """
        try:
            row = json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise self._wrong(f"it is not JSON ({error}); each line is one object") from None
        if not isinstance(row, dict) or "id" not in row:
            raise self._wrong(f"it is not an object with an id; {_FORM}")
        return row

    def dialogue(self, record: Mapping[str, Any], tools: Mapping[str, ToolSpec]) -> Dialogue:
        """What is to be planned; a single request is a conversation without earlier turns.

        Raises:
            InputError: there is no request or an empty one, or an earlier turn is not what it should be.
        """
        if isinstance(record.get("request"), str) == ("turns" in record):
            raise self._wrong(f"it must have a request or turns, and one of them only; {_FORM}")
        try:
            turns = record["turns"] if "turns" in record else [{"request": record["request"]}]
            dialogue = Dialogue.from_json(_in_unicode(turns), tools)
            return Dialogue(checked_text(dialogue.request), dialogue.history, dialogue.places)
        except (PlanError, UsageError) as error:
            raise self._wrong(str(error)) from None

    def _wrong(self, message: str) -> InputError:
        return InputError(f"line {self.number}: {message}", path=self.path)


def _in_unicode(content: Any) -> Any:
    """JSON data without half characters, which escapes can write and nothing can read."""
    return json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))


def lines_of(source: Path) -> Iterator[Line]:
    """The lines of a file that are not blank.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        lines = source.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{source} cannot be read ({error.strerror}); check its name", path=str(source)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not UTF-8 (at byte {error.start}); save it as UTF-8", path=str(source)) from None
    return (Line(number, line, str(source)) for number, line in enumerate(lines, 1) if line.strip())


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of a line."""

    id: Any
    plan: list[dict[str, Any]]
    ask: str = ""
    error: str = ""
    decided_by: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Who made the plan, and how likely it is right; empty where the planner does not tell."""
    ms: float = 0.0
    """Milliseconds that planning took."""

    def to_line(self) -> str:
        """A line of the file that comes out; what is not Unicode is written as an escape."""
        found = (("ask", self.ask), ("error", self.error), ("decided_by", self.decided_by))
        more = {key: value for key, value in found if value}
        row = {"id": self.id, "plan": self.plan, **more, "ms": self.ms}
        return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"
