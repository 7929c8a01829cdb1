"""When something comes again: days, times of day, or every so many minutes; and when it is due next.

Times are times of the wall clock, so that "every day at seven" stays at seven when summer time begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from jarvis.errors import UsageError
from jarvis.standing.clock import at, local

EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKEND = frozenset({5, 6})
LAST = -1
"""The last day of a month, whichever it is."""
_AHEAD = 800
"""Days that are looked at: the 29th of February of every second year lies within, other days much nearer."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The moments at which something is due, again and again."""

    times: tuple[int, ...] = ()
    """Minutes since midnight, each once, in order."""
    days: frozenset[int] = EVERY_DAY
    """Days of the week, Monday is 0."""
    month_days: tuple[int, ...] = ()
    """Days of the month from 1 on, or LAST; empty for all."""
    each: int = 1
    """Only every so many days, counted from `start`."""
    start: int = 0
    """The number of the day from which `each` counts (`date.toordinal`)."""
    interval: int = 0
    """Minutes from one to the next, counted from midnight, in place of `times`; 0 for none."""
    window: tuple[int, int] | None = None
    """For an interval: only from this minute of the day to that one, both included."""

    def __post_init__(self) -> None:
        """Checks itself.

        Raises:
            UsageError: it never comes, or more often than every minute.
        """
        if not self.days or not (self.times or self.interval) or self.interval < 0 or self.each < 1:
            raise UsageError("a schedule needs a day, and a time or an interval of a minute at least")
        if any(not 0 <= minute < 1440 for minute in self.times):
            raise UsageError("a time of day lies between 0:00 and 23:59")

    def next(self, after: datetime, zone: tzinfo | None = None) -> datetime:
        """The first moment after `after`.

        Raises:
            UsageError: there is none in the next two years.
        """
        # Compared as seconds: within one zone Python compares the clocks' faces, and an hour may come twice.
        since = after.timestamp()
        found = next(
            (moment for moment in self._from(at(since, zone).date(), zone) if moment.timestamp() > since), None
        )
        if found is None:
            raise UsageError("there is no such day in the next two years; say another one")
        return found

    def between(self, first: datetime, last: datetime, zone: tzinfo | None = None) -> int:
        """How many moments lie after `first` and not after `last`; at most 1000 are counted."""
        count, moment = 0, first
        while count < 1000 and (moment := self.next(moment, zone)).timestamp() <= last.timestamp():
            count += 1
        return count

    def _from(self, day: date, zone: tzinfo | None) -> Iterator[datetime]:
        # A day earlier: in another zone "after" may still be yesterday's.
        for ahead in range(-1, _AHEAD):
            current = day + timedelta(days=ahead)
            if self._has(current):
                yield from self._on(current, zone)

    def _has(self, day: date) -> bool:
        if day.weekday() not in self.days or (day.toordinal() - self.start) % self.each:
            return False
        last = (day + timedelta(days=1)).month != day.month
        return not self.month_days or day.day in self.month_days or (last and LAST in self.month_days)

    def _on(self, day: date, zone: tzinfo | None) -> Iterator[datetime]:
        midnight = datetime.combine(day, time())
        if not self.interval:
            for minute in self.times:
                moment = local(midnight + timedelta(minutes=minute), zone)
                yield at(moment.timestamp(), zone)  # One that summer time leaves out is told as it then is.
            return
        first, last = self.window or (0, 1439)
        beginning = local(midnight, zone).timestamp()
        end = local(midnight + timedelta(days=1), zone).timestamp()
        # Counted in seconds that pass, not on the clock's face: an hour that comes twice has its moments twice.
        for seconds in range(round(beginning), round(end), self.interval * 60):
            moment = at(seconds, zone)
            if first <= moment.hour * 60 + moment.minute <= last:
                yield moment

    def to_json(self) -> dict[str, Any]:
        """All that is not as it mostly is."""
        row: dict[str, Any] = {"times": list(self.times)} if self.times else {}
        row |= {"days": sorted(self.days)} if self.days != EVERY_DAY else {}
        row |= {"month_days": list(self.month_days)} if self.month_days else {}
        row |= {"each": self.each, "start": self.start} if self.each > 1 else {}
        row |= {"interval": self.interval} if self.interval else {}
        return row | ({"window": list(self.window)} if self.window else {})

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Schedule:
        """Reads the form of `to_json`.

        Raises:
            UsageError: it never comes.
        """
        window = row.get("window")
        return cls(
            times=tuple(row.get("times", ())),
            days=frozenset(row.get("days", EVERY_DAY)),
            month_days=tuple(row.get("month_days", ())),
            each=int(row.get("each", 1)),
            start=int(row.get("start", 0)),
            interval=int(row.get("interval", 0)),
            window=(int(window[0]), int(window[1])) if window else None,
        )
