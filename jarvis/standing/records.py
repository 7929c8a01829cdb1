"""What is kept: timers (with alarms and reminders), and standing plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum
from typing import Any
from uuid import uuid4

from jarvis.graph import Task
from jarvis.standing.clock import Clock, at
from jarvis.standing.conditions import Condition
from jarvis.standing.schedule import Schedule


class Kind(StrEnum):
    """What a timer is to the one who set it."""

    TIMER = "timer"
    """A length of time: "ten minutes"."""
    ALARM = "alarm"
    """A time of day without more."""
    REMINDER = "reminder"
    """A time of day, and what to think of."""


def new_id() -> str:
    """By which one thing that is kept is told from all others."""
    return uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer, alarm or reminder."""

    id: str
    kind: Kind
    label: str
    due: float
    """Seconds since 1970."""
    schedule: Schedule | None = None
    """For one that comes again."""
    said: str = ""
    """The words for when: "10 minutes", "every weekday at 7"."""
    room: str = ""
    """Where it was set."""
    language: str = "en"
    boot: str = ""
    """For a length of time: in which boot of the machine it was set, ..."""
    steady: float = 0.0
    """... and when it is due on the clock of that boot, which nobody sets."""

    def on(self, clock: Clock) -> Timer:
        """The same with `due` on the wall clock as it goes now: ten minutes stay ten minutes when the clock is set."""
        if not self.boot or self.boot != clock.boot:
            return self
        return replace(self, due=clock.now() + self.steady - clock.steady())

    def after(self, now: float, zone: tzinfo | None = None) -> Timer | None:
        """What is left of it when it has rung; None for one that does not come again."""
        if self.schedule is None:
            return None
        # Not after `due` only: of many that were missed, one is told.
        return replace(self, due=self.schedule.next(at(max(now, self.due), zone), zone).timestamp())

    def to_json(self) -> dict[str, Any]:
        """All that is not as it mostly is."""
        row: dict[str, Any] = {"id": self.id, "kind": self.kind.value, "due": self.due, "language": self.language}
        row |= {name: value for name in ("label", "said", "room", "boot") if (value := getattr(self, name))}
        row |= {"steady": self.steady} if self.boot else {}
        return row | ({"schedule": self.schedule.to_json()} if self.schedule else {})

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Timer:
        """Reads the form of `to_json`."""
        return cls(
            id=str(row["id"]),
            kind=Kind(row["kind"]),
            label=str(row.get("label", "")),
            due=float(row["due"]),
            schedule=Schedule.from_json(row["schedule"]) if row.get("schedule") else None,
            said=str(row.get("said", "")),
            room=str(row.get("room", "")),
            language=str(row.get("language", "en")),
            boot=str(row.get("boot", "")),
            steady=float(row.get("steady", 0.0)),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """A standing plan: what is done, each time that something is due or becomes true."""

    id: str
    when: str
    """The user's words for it."""
    request: str
    """The user's words for what is done; empty where the condition is only told."""
    schedule: Schedule | None = None
    condition: Condition | None = None
    tasks: tuple[Task, ...] = ()
    """What was shown and confirmed: each run does exactly this."""
    allowed: bool = False
    """Whether what cannot be taken back among them was permitted for this plan."""
    effect: bool = False
    """Whether they change something: such a run is never repeated after it was broken off."""
    tell: bool = False
    """Whether the condition itself is told."""
    room: str = ""
    language: str = "en"
    once: bool = False
    """Whether it ends with its first run."""
    due: float | None = None
    """When it runs next; of a condition, since when it is true and the run has not come yet."""
    paused: str = ""
    """Why it rests; empty when it does not."""
    failures: int = 0
    """How many runs in a row failed."""
    problem: str = ""
    """Why the last run failed."""
    ran: float = 0.0
    """When it ran last; 0 for never."""
    last: float = 0.0
    """Which due moment was dealt with last: each is at most once, whatever happens to the clock."""
    begun: bool = False
    """Whether a run of this due moment has begun."""

    def next(self, now: float, zone: tzinfo | None = None) -> float | None:
        """When it is due after `now`; None for a condition, or while it rests."""
        if self.schedule is None or self.paused:
            return None
        # A clock that was set back shows the same moments again. Far off, the old reading was wrong, not this one.
        start = self.last if 0 < self.last - now < 86_400 else now
        return self.schedule.next(at(max(now, start), zone), zone).timestamp()

    def to_json(self) -> dict[str, Any]:
        """All that is not as it mostly is."""
        row: dict[str, Any] = {"id": self.id, "when": self.when, "request": self.request, "language": self.language}
        names = ("allowed", "effect", "tell", "room", "once", "paused", "failures", "problem", "ran", "last", "begun")
        row |= {name: value for name in names if (value := getattr(self, name))}
        row |= {"due": self.due} if self.due is not None else {}
        row |= {"tasks": [task.to_json() for task in self.tasks]} if self.tasks else {}
        row |= {"schedule": self.schedule.to_json()} if self.schedule else {}
        return row | ({"condition": self.condition.to_json()} if self.condition else {})

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Plan:
        """Reads the form of `to_json`.

        Raises:
            PlanError: a task is none.
        """
        return cls(
            id=str(row["id"]),
            when=str(row["when"]),
            request=str(row["request"]),
            schedule=Schedule.from_json(row["schedule"]) if row.get("schedule") else None,
            condition=Condition.from_json(row["condition"]) if row.get("condition") else None,
            tasks=tuple(Task.from_json(task) for task in row.get("tasks", ())),
            allowed=bool(row.get("allowed")),
            effect=bool(row.get("effect")),
            tell=bool(row.get("tell")),
            room=str(row.get("room", "")),
            language=str(row.get("language", "en")),
            once=bool(row.get("once")),
            due=row.get("due"),
            paused=str(row.get("paused", "")),
            failures=int(row.get("failures", 0)),
            problem=str(row.get("problem", "")),
            ran=float(row.get("ran", 0.0)),
            last=float(row.get("last", 0.0)),
            begun=bool(row.get("begun")),
        )


Kept = Timer | Plan
