"""The plan language that the planner model reads and writes: one line a task.

    <|im_start|>Read page.png aloud
    0 optical-character-recognition image=page.png
    1 text-to-speech text=$0
    <|im_end|>

Slots are separated by a tab, several values of one slot by `|`, and `$k` is the output of the task with id k.
A plan of 3 tasks is 43 tokens this way, about 150 as JSON, and decoding tokens is what planning costs.
Earlier turns of a conversation stand before the request in the same form; ids run on across turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from jarvis.spec import ToolSpec

BEGIN = "<|im_start|>"
END = "<|im_end|>"
ASK = "?"
SLOT_BREAK = "\t"
VALUE_BREAK = "|"
PLACEHOLDERS = ("@text", "@image", "@audio", "@video", "@table")


class PlanRow(TypedDict):
    """One task of a plan in the JSON form of `plans/train.jsonl`."""

    id: int
    task: str
    args: dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class WireText:
    """A request as the planner sees it, with the way back to the user's own characters."""

    text: str
    offsets: tuple[int, ...]
    """For each character of `text`, its index in the original; one more at the end."""
    original: str

    def verbatim(self, start: int, end: int) -> str:
        """The user's own characters behind `text[start:end]`, line breaks included."""
        return self.original[self.offsets[start] : self.offsets[end - 1] + 1] if end > start else ""

    def find(self, value: str) -> str | None:
        """`value` as the request spells it (case is ignored), or None when the request does not hold it."""
        at = self.text.find(value)
        if at < 0 and len(folded := self.text.lower()) == len(self.text):
            at = folded.find(value.lower())
        return None if at < 0 else self.text[at : at + len(value)]

    def restore(self, value: str) -> str:
        """The user's own characters for a value that the planner copied; other values stay as they are."""
        value = value.strip()
        at = self.text.find(value)
        return value if at < 0 or not value else self.verbatim(at, at + len(value))


LONGEST_REQUEST = 1000
"""Characters of a request that the planner reads. Of a longer one it sees the beginning and the end; a value that it
copies across the gap is the whole text in between."""
_TAIL = 400


def normalize(request: str) -> WireText:
    """Collapses white space and replaces the characters that structure the plan language.

    >>> normalize(" read\\n\\n a|b ").text
    'read a/b'
    """
    chars: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(request):
        space = char.isspace()
        if space and (not chars or chars[-1] == " "):
            continue
        chars.append(" " if space else "/" if char == VALUE_BREAK else char)
        offsets.append(index)
    if chars and chars[-1] == " ":
        chars.pop()
        offsets.pop()
    if len(chars) > LONGEST_REQUEST:
        chars[LONGEST_REQUEST - _TAIL : -_TAIL] = []
        offsets[LONGEST_REQUEST - _TAIL : -_TAIL] = []
    return WireText("".join(chars), (*offsets, len(request)), request)


def write_plan(plan: Iterable[PlanRow], request: WireText, tools: Mapping[str, ToolSpec]) -> str:
    """A whole plan as wire lines, each ended by a line break. Values are spelled as the request spells them."""
    return "".join(write_line(row, request, tools) + "\n" for row in plan)


def write_line(row: PlanRow, request: WireText, tools: Mapping[str, ToolSpec]) -> str:
    """One task as a wire line, slots in the order of its ToolSpec."""
    fields: list[str] = []
    for slot in tools[row["task"]].slots:
        if slot.name in row["args"]:
            value = row["args"][slot.name]
            values = value if isinstance(value, list) else [value]
            fields.append(f"{slot.name}={VALUE_BREAK.join(_spell(v, request) for v in values)}")
    return f"{row['id']} {row['task']} " + SLOT_BREAK.join(fields)


def _spell(value: str, request: WireText) -> str:
    plain = normalize(value).text
    return request.find(plain) or plain


def read_line(line: str) -> PlanRow:
    """The task that a wire line holds.

    Raises:
        ValueError: the line is not of the form `ID TASK SLOT=VALUE...`.
    """
    number, task, rest = line.rstrip("\n").split(" ", 2)
    args: dict[str, str | list[str]] = {}
    for field in filter(None, rest.split(SLOT_BREAK)):
        name, text = field.split("=", 1)
        values: Sequence[str] = text.split(VALUE_BREAK)
        args[name] = values[0] if len(values) == 1 else list(values)
    return PlanRow(id=int(number), task=task, args=args)


def write_tools(tools: Iterable[ToolSpec]) -> str:
    """The tools that the model has not learned, as it reads them before the first request; empty when there are none.

    <|im_start|>tools
    book-table place:name people?:number > data Reserve a table at a restaurant.
    <|im_end|>
    """
    lines = "".join(_signature(tool) + "\n" for tool in tools)
    return f"{BEGIN}tools\n{lines}{END}" if lines else ""


LONGEST_DESCRIPTION = 110
"""Characters of a tool's description that the planner reads."""


def _signature(tool: ToolSpec) -> str:
    slots = [f"{s.name}{'' if s.required else '?'}:{'/'.join(s.choices) or s.type.value}" for s in tool.slots]
    does = " ".join(tool.does.split())
    if len(does) > LONGEST_DESCRIPTION:
        does = does[:LONGEST_DESCRIPTION].rpartition(" ")[0]
    return " ".join([tool.name, *slots, ">", tool.output.value, does]).replace(BEGIN, "").replace(END, "")


def write_turn(request: WireText) -> str:
    """One request, as the model reads it before it writes the lines of its plan."""
    return f"{BEGIN}{request.text}\n"


def write_prompt(request: WireText, history: Sequence[tuple[WireText, str]] = ()) -> str:
    """What the model continues: earlier turns with their plan lines, then the request."""
    return "".join(f"{write_turn(earlier)}{lines}{END}" for earlier, lines in history) + write_turn(request)
