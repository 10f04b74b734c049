"""The days on which both parties review their figures. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from agreements.business_time.hours import WEEKDAYS

_MONDAY = date(1970, 1, 5)
_MONTHS = {"monthly": 1, "quarterly": 3}


def review_dates(cadence: str, weekday: str | None, after: date, count: int = 6) -> list[date]:
    """Return the next days of review after a day.

    Weekly ones are on each such weekday, fortnightly ones on every second, counted from the
    first week of 1970; monthly and quarterly ones on the first such weekday of the month or of
    the quarter. Without a weekday it is Monday.
    """
    place = WEEKDAYS.index(weekday) if weekday in WEEKDAYS else 0
    days = (
        _by_month(_MONTHS[cadence], place, after)
        if cadence in _MONTHS
        else _by_week(14 if cadence == "fortnightly" else 7, place, after)
    )
    return list(islice((day for day in days if day > after), count))


def _by_week(step: int, weekday: int, after: date) -> Iterator[date]:
    first = _MONDAY + timedelta(days=weekday)
    day = after - timedelta(days=(after - first).days % step)
    while True:
        yield day
        day += timedelta(days=step)


def _by_month(step: int, weekday: int, after: date) -> Iterator[date]:
    month = after.year * 12 + (after.month - 1) // step * step
    while True:
        first = date(month // 12, month % 12 + 1, 1)
        yield first + timedelta(days=(weekday - first.weekday()) % 7)
        month += step
