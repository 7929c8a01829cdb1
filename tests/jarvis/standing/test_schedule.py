"""A schedule is due on its days at its times, never twice, never not, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.errors import UsageError
from jarvis.standing.schedule import EVERY_DAY, LAST, WEEKDAYS, Schedule

BERLIN = ZoneInfo("Europe/Berlin")
SEVEN = 7 * 60
schedules = st.builds(
    Schedule,
    times=st.lists(st.integers(0, 1439), min_size=1, max_size=3, unique=True).map(lambda times: tuple(sorted(times))),
    days=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=BERLIN))  # noqa: DTZ001 - given its zone


@settings(max_examples=200, deadline=None)
@given(schedules, moments)
def test_the_next_moment_is_the_first_that_fits(schedule: Schedule, after: datetime) -> None:
    found = schedule.next(after, BERLIN)

    assert found.timestamp() > after.timestamp()
    minute = datetime.fromtimestamp(after.timestamp() // 60 * 60 + 60, BERLIN)
    while minute.timestamp() < found.timestamp():
        assert not _fits(schedule, minute), minute
        minute = datetime.fromtimestamp(minute.timestamp() + 60, BERLIN)
    assert _fits(schedule, found) or _left_out(found)


def _fits(schedule: Schedule, moment: datetime) -> bool:
    """Whether it is one of its moments: the first of an hour that comes twice."""
    return moment.hour * 60 + moment.minute in schedule.times and moment.weekday() in schedule.days and not moment.fold


def _left_out(found: datetime) -> bool:
    """Whether summer time began within the hour before."""
    before = datetime.fromtimestamp(found.timestamp() - 3600, BERLIN)
    return found.utcoffset() != before.utcoffset()


@settings(max_examples=50, deadline=None)
@given(schedules, moments)
def test_no_day_has_a_time_twice(schedule: Schedule, after: datetime) -> None:
    found: list[datetime] = []
    for _ in range(12):
        after = schedule.next(after, BERLIN)
        found.append(after)
    assert len({(moment.date(), moment.hour, moment.minute) for moment in found}) == 12
    assert found == sorted(found, key=datetime.timestamp)


def test_seven_stays_seven_over_both_changes_of_the_clocks() -> None:
    schedule, moment = Schedule((SEVEN,)), datetime(2026, 3, 27, 12, tzinfo=BERLIN)
    told: list[str] = []
    for _ in range(3):
        moment = schedule.next(moment, BERLIN)
        told.append(moment.isoformat())
    assert told == ["2026-03-28T07:00:00+01:00", "2026-03-29T07:00:00+02:00", "2026-03-30T07:00:00+02:00"]
    autumn = schedule.next(datetime(2026, 10, 24, 12, tzinfo=BERLIN), BERLIN)
    assert autumn.isoformat() == "2026-10-25T07:00:00+01:00"


def test_a_time_that_summer_time_leaves_out_comes_an_hour_later_and_one_that_comes_twice_comes_once() -> None:
    half_past_two = Schedule((150,))
    assert (
        half_past_two.next(datetime(2026, 3, 28, 12, tzinfo=BERLIN), BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"
    )
    first = half_past_two.next(datetime(2026, 10, 24, 12, tzinfo=BERLIN), BERLIN)
    assert first.isoformat() == "2026-10-25T02:30:00+02:00"
    assert half_past_two.next(first, BERLIN).isoformat() == "2026-10-26T02:30:00+01:00"


def test_an_interval_goes_on_through_an_hour_that_comes_twice() -> None:
    moment = datetime(2026, 10, 25, 0, 59, tzinfo=BERLIN)
    found: list[str] = []
    for _ in range(4):
        moment = Schedule(interval=60).next(moment, BERLIN)
        found.append(moment.isoformat())
    assert found == [
        "2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]  # fmt: skip


def test_days_of_the_month_every_other_day_and_hours_of_the_day() -> None:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert Schedule((540,), month_days=(31,)).next(now, UTC) == datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert Schedule((540,), month_days=(LAST,)).next(now, UTC) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    other = Schedule((540,), each=2, start=now.date().toordinal())
    assert other.next(now, UTC) == datetime(2026, 2, 2, 9, tzinfo=UTC)
    office = Schedule(interval=60, window=(540, 1020), days=WEEKDAYS)
    assert office.next(now, UTC) == datetime(2026, 2, 2, 9, tzinfo=UTC)
    assert office.between(now, now + timedelta(days=2, hours=12), UTC) == 9


@settings(max_examples=100, deadline=None)
@given(schedules, st.integers(1, 4), st.sampled_from([0, 15, 45, 90]))
def test_what_is_written_down_is_read_again(schedule: Schedule, each: int, interval: int) -> None:
    for one in (
        schedule,
        Schedule(schedule.times, schedule.days, each=each, start=3 if each > 1 else 0),
        Schedule(interval=interval or 5),
    ):
        assert Schedule.from_json(one.to_json()) == one


@pytest.mark.parametrize("wrong", [{}, {"times": (1440,)}, {"times": (1,), "days": frozenset[int]()}])
def test_a_schedule_that_never_comes_is_refused(wrong: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(UsageError):
        Schedule(**wrong)  # type: ignore[arg-type]


def test_a_day_that_never_comes_is_told() -> None:
    with pytest.raises(UsageError, match="no such day"):
        Schedule((1,), EVERY_DAY, month_days=(32,)).next(datetime(2026, 1, 1, tzinfo=UTC), UTC)
