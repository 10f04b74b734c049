"""How opening hours are written: times of a day, weekdays and dates of a year, read strictly."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeAlias

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 1970, 2100

WrittenHours: TypeAlias = Sequence[Sequence[str]]
WrittenWeek: TypeAlias = Mapping[str, WrittenHours]
Hours: TypeAlias = tuple[tuple[int, int], ...]
"""The open intervals ``[from, to)`` of one day, in seconds of the local wall clock, sorted."""
Week: TypeAlias = tuple[Hours, ...]
"""The hours of Monday to Sunday."""

_DAY_SECONDS = 86_400
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?|24:00(?::00)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH_DAY = re.compile(r"\d{2}-\d{2}", re.ASCII)


def read_week(week: object, where: str = "week") -> Week:
    """Read hours by weekday; a weekday that is missing is closed."""
    if not isinstance(week, Mapping):
        raise ValueError(
            f"The {where} is {week!r}: write the hours by weekday, such as "
            '{"mon": [("09:00", "18:00")]}.'
        )
    for key in week:
        if key not in WEEKDAYS:
            raise ValueError(f"{key!r} is not a weekday of the {where}: use {', '.join(WEEKDAYS)}.")
    return tuple(read_hours(week.get(day, ()), f"{day} of the {where}") for day in WEEKDAYS)


def read_hours(intervals: object, where: str) -> Hours:
    """Read the intervals of one day and sort them. `where` names the day in messages."""
    if isinstance(intervals, str) or not isinstance(intervals, Sequence):
        raise ValueError(
            f"The hours of {where} are {intervals!r}: write a list of intervals, such as "
            '[("09:00", "12:00")], or an empty list for a closed day.'
        )
    hours = sorted(_read_interval(interval, where) for interval in intervals)
    for before, after in pairwise(hours):
        if after[0] < before[1]:
            raise ValueError(
                f"The hours {_interval_text(before)} and {_interval_text(after)} of {where} "
                "overlap: join them or move one."
            )
    return tuple(hours)


def _read_interval(interval: object, where: str) -> tuple[int, int]:
    if isinstance(interval, str) or not isinstance(interval, Sequence) or len(interval) != 2:
        raise ValueError(
            f"{interval!r} of {where} is not an interval: write a pair of times, "
            'such as ("09:00", "12:00").'
        )
    opens, closes = (_read_time(text, where) for text in interval)
    if opens >= closes:
        raise ValueError(
            f"The hours {interval[0]}–{interval[1]} of {where} do not end after they start: "
            "an interval that crosses midnight is written as two, "
            "one to 24:00 and one from 00:00 of the next day."
        )
    return opens, closes


def _read_time(text: object, where: str) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(
            f"{text!r} of {where} is not a time: write HH:MM or HH:MM:SS, "
            "from 00:00 to 24:00 (24:00 ends a day)."
        )
    if match[1] is None:
        return _DAY_SECONDS
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)


def read_date(written: object) -> date:
    """Read the date of a closure: ``"YYYY-MM-DD"`` or a date, from 1970 to 2100."""
    day = written if type(written) is date else None
    if isinstance(written, str) and _DATE.fullmatch(written):
        try:
            day = date.fromisoformat(written)
        except ValueError:
            day = None
    if day is None:
        raise ValueError(
            f"The closure {written!r} is not a date: write YYYY-MM-DD, such as 2026-12-25."
        )
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            f"The closure {day} is outside the years {FIRST_YEAR} to {LAST_YEAR}: "
            "correct or remove it."
        )
    return day


def read_month_day(text: object) -> tuple[int, int]:
    """Read a day of every year, ``"MM-DD"``; ``"02-29"`` is one."""
    if isinstance(text, str) and _MONTH_DAY.fullmatch(text):
        try:
            day = date.fromisoformat(f"2000-{text}")
        except ValueError:
            pass
        else:
            return day.month, day.day
    raise ValueError(f"{text!r} is not a day of the year for a season: write MM-DD, such as 12-15.")


def write_week(week: Week) -> dict[str, list[list[str]]]:
    """The week by weekday, as `read_week` reads it."""
    return {day: write_hours(hours) for day, hours in zip(WEEKDAYS, week, strict=True)}


def write_hours(hours: Hours) -> list[list[str]]:
    """The hours of a day, as `read_hours` reads them."""
    return [[_time_text(opens), _time_text(closes)] for opens, closes in hours]


def _interval_text(interval: tuple[int, int]) -> str:
    return "–".join(map(_time_text, interval))


def _time_text(second: int) -> str:
    text = f"{second // 3600:02}:{second // 60 % 60:02}"
    return f"{text}:{second % 60:02}" if second % 60 else text
