"""What a keeper tells: a timer is due, a plan ran, was missed, failed, or rests now. Each can say itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jarvis.messages import Response
from jarvis.standing.records import Kind, Plan, Timer
from jarvis.standing.words import ago, capital, name_of, said, time_of

LATE = 30.0
"""Seconds after which something is told as late."""


@dataclass(frozen=True, slots=True)
class StandingEvent:
    """Something that is to be told; subclasses say what."""

    @property
    def room(self) -> str:
        """Where it is to be told first; empty when no room is known."""
        return ""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language that `said` is in."""
        return "en"

    def said(self) -> str:
        """The sentence to say or show."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class TimerDue(StandingEvent):
    """A timer has ended, or the time of an alarm or reminder has come."""

    timer: Timer
    due: datetime
    """When it was due, in local time."""
    late: float
    """Seconds since then."""

    @property
    def label(self) -> str:
        """What it was called: "pasta"; empty for nothing."""
        return self.timer.label

    @property
    def room(self) -> str:
        """Where it was set."""
        return self.timer.room

    @property
    def language(self) -> str:
        """The language of whoever set it."""
        return self.timer.language

    def said(self) -> str:
        """Like "Your pasta timer ended 3 minutes ago."."""
        form = "late" if self.late >= LATE else "due"
        plain = ".plain" if self.timer.kind is Kind.TIMER and not self.label else ""
        values = {"label": self.label, "time": time_of(self.due), "ago": ago(self.late, self.language)}
        return said(self.language, f"{self.timer.kind.value}.{form}{plain}", **values)


@dataclass(frozen=True, slots=True)
class PlanEvent(StandingEvent):
    """Something about a standing plan."""

    plan: Plan

    @property
    def room(self) -> str:
        """Where it is to be told."""
        return self.plan.room

    @property
    def language(self) -> str:
        """The language of whoever made the plan."""
        return self.plan.language

    @property
    def name(self) -> str:
        """The plan in the user's words."""
        return name_of(self.plan)


@dataclass(frozen=True, slots=True)
class StandingRan(PlanEvent):
    """A standing plan ran and did what it should."""

    due: datetime
    late: float
    """Seconds after it was due; runs later than that are told as late."""
    response: Response | None = None
    """What came of it; None for a plan that only tells its condition."""

    def said(self) -> str:
        """The condition, when it is to be told, and the answer; that it comes late, when it does."""
        told: list[str] = []
        if self.plan.tell and self.plan.condition:
            thing = capital(self.plan.condition.thing)
            told.append(said(self.language, "became", thing=thing, said=self.plan.condition.said))
        if self.response is not None and self.response.text:
            told.append(self.response.text)
        answer = " ".join(told)
        if self.late < LATE:
            return answer
        return capital(said(self.language, "late", ago=ago(self.late, self.language), answer=answer))


@dataclass(frozen=True, slots=True)
class StandingMissed(PlanEvent):
    """A plan did not run, because nothing ran that would have run it; it is not made up for."""

    due: datetime
    """When it should have run last."""
    count: int = 1
    """How many times."""

    def said(self) -> str:
        """Like "“turn on the heating” was missed at 06:30, because I was not running."."""
        key = "missed" if self.count == 1 else "missed.many"
        return said(self.language, key, plan=self.name, count=str(self.count), time=time_of(self.due))


@dataclass(frozen=True, slots=True)
class StandingFailed(PlanEvent):
    """A run of a plan failed; after the third in a row it rests."""

    problem: str
    paused: bool = False
    response: Response | None = None

    def said(self) -> str:
        """What failed and why, and whether the plan rests now."""
        return said(self.language, "paused" if self.paused else "failed", plan=self.name, problem=self.problem)


@dataclass(frozen=True, slots=True)
class KeeperTroubled(StandingEvent):
    """The keeper cannot do its work now; it goes on trying."""

    problem: str

    def said(self) -> str:
        """What is wrong, and the way out."""
        return capital(self.problem) + "."
