"""Schedules, conditions, plans and lengths of time as they are told, in the languages of `spoken`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from jarvis.graph import Task
from jarvis.standing.clock import at
from jarvis.standing.conditions import Condition
from jarvis.standing.records import Plan
from jarvis.standing.schedule import EVERY_DAY, LAST, WEEKDAYS, WEEKEND, Schedule
from jarvis.standing.spoken import tongue_of

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def capital(text: str) -> str:
    """The text as the start of a sentence."""
    return text[:1].upper() + text[1:]


def said(language: str, key: str, **values: str) -> str:
    """A template of a language with the values put in."""
    return tongue_of(language).texts[key].format(**values)


def ago(seconds: float, language: str) -> str:
    """A length of time behind "ago": the largest unit alone."""
    name, size = next(((n, s) for n, s in _UNITS if seconds >= s * (1.5 if n == "day" else 1)), _UNITS[-1])
    return _counted(round(seconds / size), name, language, "ago")


def left(seconds: float, language: str) -> str:
    """A length of time to come: at most two units, nothing that is zero."""
    whole, told = round(seconds), list[str]()
    for name, size in _UNITS:
        count, whole = divmod(whole, size)
        if count:
            told.append(_counted(count, name, language, "left"))
    return " ".join(told[:2]) or _counted(0, "second", language, "left")


def _counted(count: int, name: str, language: str, form: str) -> str:
    texts = tongue_of(language).texts
    key = name if count == 1 else f"{name}s"
    return texts.get(f"{key}.{form}", texts[key]).format(n=str(count))


def clock(minute: int) -> str:
    """A minute of the day: 07:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def moment(seconds: float, now: float, zone: tzinfo | None = None) -> str:
    """A point in time: 07:00, with the date when it is another day."""
    then, today = at(seconds, zone), at(now, zone).date()
    return f"{then:%H:%M}" if then.date() == today else f"{then:%Y-%m-%d %H:%M}"


def joined(items: Iterable[str], language: str) -> str:
    """Like "a, b and c"."""
    texts, told = tongue_of(language).texts, list(items)
    return "".join(told) if len(told) < 2 else texts["comma"].join(told[:-1]) + texts["and"] + told[-1]


def schedule_said(schedule: Schedule, language: str) -> str:
    """Like "every weekday at 06:30"."""
    texts = tongue_of(language).texts
    if schedule.interval:
        hours, minutes = divmod(schedule.interval, 60)
        key, count = ("interval.hours", hours) if hours and not minutes else ("interval", schedule.interval)
        told = said(language, "interval.hour" if schedule.interval == 60 else key, n=str(count))
        if schedule.window:
            first, last = map(clock, schedule.window)
            told += said(language, "window", first=first, last=last)
        return told
    return _days(schedule, language) + texts["at"].format(times=joined(map(clock, schedule.times), language))


def _days(schedule: Schedule, language: str) -> str:
    if schedule.month_days:
        day = schedule.month_days[0]
        return said(language, "month.last" if day == LAST else "month", nth=_ordinal(day, language))
    if schedule.each > 1:
        return said(language, "other day", n=str(schedule.each))
    known = {EVERY_DAY: "every day", WEEKDAYS: "every weekday", WEEKEND: "every weekend"}
    if schedule.days in known:
        return said(language, known[schedule.days])
    names = [said(language, f"day.{day}") for day in sorted(schedule.days)]
    return said(language, "every names", days=joined(names, language))


def _ordinal(day: int, language: str) -> str:
    if language != "en":
        return str(day)
    return f"{day}{'th' if day in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def condition_said(condition: Condition, language: str, *, once: bool = False) -> str:
    """Like "each time the front door opens after 22:00"."""
    key = "when.once" if once else "when"
    told = condition.said
    if condition.hold:
        told += said(language, "hold", length=left(condition.hold, language))
    if condition.window:
        first, last = condition.window
        whole = said(language, "window", first=clock(first), last=clock(last))
        late, early = said(language, "after", first=clock(first)), said(language, "before", last=clock(last))
        told += late if not last else early if not first else whole
    return said(language, key, thing=condition.thing, said=told)


def when_said(plan: Plan, language: str = "") -> str:
    """When a plan runs, as the start of a sentence."""
    language = language or plan.language
    if plan.schedule:
        return capital(schedule_said(plan.schedule, language))
    assert plan.condition is not None
    return capital(condition_said(plan.condition, language, once=plan.once))


def plan_said(plan: Plan, language: str = "") -> str:
    """What a plan does: "the weather, then say it"."""
    language = language or plan.language
    told = [deed_said(task, language) for task in plan.tasks]
    if plan.tell:
        told.append(said(language, "tell.room", room=plan.room) if plan.room else said(language, "tell"))
    return said(language, "then").join(told) or plan.request


def deed_said(task: Task, language: str) -> str:
    """What a task does, in a few words; of a tool that has none, its name and what it is given."""
    given = {slot: literal for slot in task.args if (literal := task.literal(slot))}
    deeds = tongue_of(language).deeds
    template = deeds.get(given.get("action", "")) if task.tool == "home-control" else deeds.get(task.tool)
    if template is None:
        details = ", ".join(value for value in given.values() if not value.startswith("@"))
        return task.tool.replace("-", " ") + (f" ({details})" if details else "")
    told = template.format_map(_Blank(given))
    place = given.get("place") if task.tool == "weather" else None
    return (f"{told} ({place})" if place else told).replace(" ()", "").replace("（）", "").strip()


class _Blank(dict[str, str]):
    """Gives nothing for what is not there."""

    def __missing__(self, key: str) -> str:
        return ""


def name_of(plan: Plan) -> str:
    """A short name for messages: the user's own words for what it does."""
    return plan.request or f"{plan.condition.thing} {plan.condition.said}" if plan.condition else plan.request


def time_of(then: datetime) -> str:
    """The time of day: 07:00."""
    return f"{then:%H:%M}"
