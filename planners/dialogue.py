"""Conversations as they are written down: in the form of `plans/dialogues.jsonl`.

    [{"request": "Caption dog.jpg", "plan": [{"id": 0, "task": "image-to-text", "args": {"image": "dog.jpg"}}]},
     {"request": "now in French"}]

There `$t:k` is the output of task k of turn t, turns counted from 1, and `$k` that of the same turn; "ask" beside an
empty plan is what was asked back. In the program ids run on across turns, so that one number names a task: a Dialogue
knows the way in and the way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jarvis.errors import PlanError
from jarvis.graph import Arg, Ref, Task
from jarvis.planners.protocol import Turn
from jarvis.spec import ToolSpec

_ACROSS = re.compile(r"\$(\d+):(\d+)")

Place = tuple[int, int]
"""A turn, counted from 1, and the id of a task in it."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation up to the request that is to be planned."""

    request: str
    history: tuple[Turn, ...] = ()
    """Earlier turns. Their tasks are numbered from 0, running on across turns."""
    places: Mapping[int, Place] = field(default_factory=dict[int, Place])
    """Where each task of the history is written down."""

    @classmethod
    def from_json(cls, turns: Any, tools: Mapping[str, ToolSpec]) -> Dialogue:
        """Reads the value of "turns"; of the last one only its request is read.

        Raises:
            PlanError: a turn is not what it should be, or its plan has an unknown tool, one id twice, or a reference
                to what no earlier task gives.
        """
        if not isinstance(turns, list) or not turns:
            raise PlanError('"turns" is no list of {"request": ..., "plan": [...]}, the last with its request alone')
        reader = _Reader(tools)
        history = tuple(reader.turn(row, number) for number, row in enumerate(turns[:-1], 1))
        return cls(_request(turns[-1], len(turns)), history, {new: place for place, new in reader.ids.items()})

    def to_json(self, tasks: Iterable[Task]) -> list[dict[str, Any]]:
        """Tasks of one turn as they are written down; those that are not of the history are of the turn after it."""
        tasks = list(tasks)
        new = [task.id for task in tasks if task.id not in self.places]
        places = {**self.places, **{task_id: (len(self.history) + 1, at) for at, task_id in enumerate(new)}}
        return [_written(task, places) for task in tasks]


class _Reader:
    """Reads turns one after the other."""

    def __init__(self, tools: Mapping[str, ToolSpec]) -> None:
        self._tools = tools
        self.ids: dict[Place, int] = {}
        """The running number of each task that was read."""

    def turn(self, row: Any, number: int) -> Turn:
        request, question = _request(row, number), row.get("ask") or ""
        plan = row.get("plan", [] if question else None)
        if not isinstance(plan, list) or not isinstance(question, str):
            raise PlanError(f'turn {number} has no plan; write "plan": [...], and beside an empty one what was asked')
        return Turn(request, tuple(self._task(task, number, request) for task in plan), question)

    def _task(self, row: Any, turn: int, request: str) -> Task:
        try:
            task = Task.from_json(row)
        except PlanError as error:
            raise PlanError(f"turn {turn}: {error}") from error
        place = turn, task.id
        if task.tool not in self._tools:
            message = f"turn {turn}, task {task.id}: {task.tool!r} is no known tool; `jarvis models list` shows them"
            raise PlanError(message, task_id=task.id)
        if place in self.ids:
            raise PlanError(f"turn {turn} has two tasks with the id {task.id}; number them 0, 1, 2, ...")
        args = {slot: self._arg(arg, place, request) for slot, arg in task.args.items()}
        self.ids[place] = len(self.ids)
        return Task(self.ids[place], task.tool, args)

    def _arg(self, arg: Arg, place: Place, said: str) -> Arg:
        if isinstance(arg, tuple):
            return tuple(self._value(value, place, said) for value in arg)
        return self._value(arg, place, said)

    def _value(self, value: str | Ref, place: Place, said: str) -> str | Ref:
        if isinstance(value, Ref):
            wanted = place[0], value.task_id
        elif across := _ACROSS.fullmatch(value):
            wanted = int(across[1]), int(across[2])
        else:
            return value
        if wanted not in self.ids:
            if str(value) in said:
                return str(value)  # a price, not a reference
            message = f"turn {place[0]}, task {place[1]}: {value} is the output of no task before it"
            raise PlanError(message, task_id=place[1])
        return Ref(self.ids[wanted])


def _request(row: Any, number: int) -> str:
    request = row.get("request") if isinstance(row, dict) else None
    if not isinstance(request, str):
        raise PlanError(f'turn {number} has no request; write {{"request": "..."}}')
    return request


def _written(task: Task, places: Mapping[int, Place]) -> dict[str, Any]:
    turn, number = places[task.id]
    args: dict[str, str | list[str]] = {}
    for slot, arg in task.args.items():
        args[slot] = [_said(v, turn, places) for v in arg] if isinstance(arg, tuple) else _said(arg, turn, places)
    return {"id": number, "task": task.tool, "args": args}


def _said(value: str | Ref, turn: int, places: Mapping[int, Place]) -> str:
    if not isinstance(value, Ref):
        return value
    at = places[value.task_id]
    return f"${at[1]}" if at[0] == turn else f"${at[0]}:{at[1]}"
