"""Open time between instants, one at a time."""

from datetime import UTC, datetime, timedelta

from agreements.business_time.schedule import Schedule
from agreements.business_time.timeline import (
    EPOCH,
    Timeline,
    beyond,
    limits,
    timeline_beyond,
    timeline_over,
)

_ZERO = timedelta(0)


def business_between(schedule: Schedule, start: datetime, end: datetime) -> timedelta:
    """The open time inside ``[start, end)``; zero when `end` is not after `start`.

    Raises ValueError for a naive datetime and for one outside 1970 to 2100.
    """
    first, last = microsecond_of(start), microsecond_of(end)
    if last <= first:
        timeline_over(schedule, last, first)
        return _ZERO
    line = timeline_over(schedule, first, last)
    return timedelta(microseconds=line.open_before(last) - line.open_before(first))


def add_business(schedule: Schedule, start: datetime, amount: timedelta) -> datetime:
    """The earliest instant, in UTC, by which `amount` of open time has passed since `start`.

    An amount used up exactly at a close is due at that close; zero gives `start` itself.
    Raises ValueError for a naive datetime, a negative amount and a result after 2100.
    """
    first = microsecond_of(start)
    line = timeline_over(schedule, first, first)
    if amount <= _ZERO:
        if amount < _ZERO:
            raise ValueError(f"{amount!r} of open time is negative: give zero or more.")
        return start.astimezone(UTC)
    return datetime_of(_reached(schedule, line, first, amount))


def is_open(schedule: Schedule, at: datetime) -> bool:
    """Whether the schedule is open at an instant. Raises ValueError for a naive datetime."""
    instant = microsecond_of(at)
    return timeline_over(schedule, instant, instant).is_open(instant)


def open_intervals(
    schedule: Schedule, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The open intervals inside ``[start, end)``, in UTC and in order.

    Intervals that touch are one, also over midnight; none when `end` is not after `start`.
    """
    first, last = microsecond_of(start), microsecond_of(end)
    line = timeline_over(schedule, min(first, last), max(first, last))
    if last <= first:
        return []
    return [
        (datetime_of(max(opens, first)), datetime_of(min(closes, last)))
        for opens, closes in line.intervals_within(first, last)
    ]


def microsecond_of(moment: datetime) -> int:
    """Microseconds from 1970 UTC to an aware datetime. Raises ValueError for a naive one."""
    try:
        since = moment - EPOCH
    except TypeError:
        raise ValueError(
            f"{moment!r} has no time zone: give an aware datetime, such as one in UTC."
        ) from None
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def datetime_of(instant: int) -> datetime:
    """The datetime, in UTC, of an instant in microseconds."""
    return EPOCH + timedelta(microseconds=instant)


def _reached(schedule: Schedule, line: Timeline, first: int, amount: timedelta) -> int:
    length = amount // timedelta(microseconds=1)
    further: Timeline | None = line
    while further is not None:
        reached = further.reached(further.open_before(first) + length)
        if reached is not None and reached <= limits(schedule.time_zone)[1]:
            return reached
        further = timeline_beyond(schedule, further)
    raise beyond(first, f"{amount} of open time")
