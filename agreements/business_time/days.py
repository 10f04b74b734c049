"""Open local days: business days counted, their last closes and their hours."""

from bisect import bisect_right
from datetime import UTC, date, datetime

from agreements.business_time.instants import datetime_of, microsecond_of
from agreements.business_time.schedule import Schedule
from agreements.business_time.timeline import (
    Timeline,
    beyond,
    date_of,
    day_of,
    limits,
    timeline_beyond,
    timeline_of_days,
    timeline_over,
)


def add_business_days(schedule: Schedule, start: datetime, n: int) -> datetime:
    """The last close, in UTC, of the n-th open local day after the local date of `start`.

    The start day is not counted, open or not; zero days give `start` itself.
    Raises ValueError for a naive datetime, a negative number and a result after 2100.
    """
    first = microsecond_of(start)
    line = timeline_over(schedule, first, first)
    if n < 0:
        raise ValueError(f"{n} business days are negative: give zero or more.")
    if n == 0:
        return start.astimezone(UTC)
    further: Timeline | None = line
    while further is not None:
        place = bisect_right(further.open_day_list, further.local_day(first)) + n - 1
        if place < len(further.open_day_list):
            close = int(further.day_closes[place])
            if close <= limits(schedule.time_zone)[1]:
                return datetime_of(close)
        further = timeline_beyond(schedule, further)
    raise beyond(first, f"{n} business days")


def business_days_used(schedule: Schedule, start: datetime, at: datetime) -> int:
    """How many open local days after the local date of `start` have begun by that of `at`.

    On business day 2 of a promise it is 2, from midnight to midnight; on a closed day it is the
    number of the open day before; zero on the start day and earlier.
    """
    first, last = microsecond_of(start), microsecond_of(at)
    line = timeline_over(schedule, min(first, last), max(first, last))
    used = bisect_right(line.open_day_list, line.local_day(last)) - bisect_right(
        line.open_day_list, line.local_day(first)
    )
    return max(used, 0)


def open_days(schedule: Schedule, first_date: date, last_date: date) -> list[date]:
    """The local dates from `first_date` to `last_date`, both included, with any open time."""
    first, last = day_of(first_date), day_of(last_date)
    line = timeline_of_days(schedule, min(first, last), max(first, last))
    days = line.open_days
    return [date_of(day) for day in days[(days >= first) & (days <= last)].tolist()]


def local_day_intervals(schedule: Schedule, day: date) -> list[tuple[datetime, datetime]]:
    """The open intervals ``[open, close)`` of one local date, in UTC; the last ends its day.

    An hour that the clock repeats counts twice, one that it skips is absent.
    """
    number = day_of(day)
    line = timeline_of_days(schedule, number, number)
    return [(datetime_of(opens), datetime_of(closes)) for opens, closes in line.pieces_of(number)]
