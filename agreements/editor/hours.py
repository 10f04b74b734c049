"""Between the hours that people type for each weekday and those the terms store. Pure.

What cannot be read stays as it was typed; hours that mean the same as the stored ones leave the
stored ones as they were written.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from agreements.business_time.hours import WEEKDAYS

_CLOCK = r"(\d{1,2})(?:[:.hH](\d{2}))?(?::(\d{2}))?\s*[hH]?"
_INTERVAL = re.compile(rf"\s*{_CLOCK}\s*(?:-|–|—|to|a|às|até|hasta)\s*{_CLOCK}\s*", re.ASCII)
_DAY_SECONDS = 86_400
_LEAP_YEAR = [date(2000, 1, 1) + timedelta(days=n) for n in range(366)]

Week = dict[str, str]
"""The text of each weekday from ``mon`` to ``sun``; an empty one is a closed day."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with something typed: a code and what its sentence names."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


# -- one day


def day_read(typed: str) -> str:
    """Return hours as the terms write them, "09:00-12:00, 13:00-18:00", or what was typed."""
    pieces = [_INTERVAL.fullmatch(piece) for piece in _pieces(typed)]
    if not all(pieces):
        return typed.strip()
    return ", ".join(_written(match) for match in pieces if match)


def day_fault(text: str) -> Fault | None:
    """Tell what is wrong with the hours of one day, if anything is."""
    spans = []
    for piece in _pieces(text):
        match = _INTERVAL.fullmatch(piece)
        if match is None:
            return Fault("not_hours", {"value": piece.strip()})
        opens, closes = _written(match).split("-")
        for clock in (opens, closes):
            if _seconds(clock) is None:
                return Fault("not_a_time", {"value": clock})
        spans.append((_seconds(opens) or 0, _seconds(closes) or 0, f"{opens}-{closes}"))
    for start, end, written in spans:
        if start >= end:
            opens, closes = written.split("-")
            code = "over_midnight" if start > end else "no_length"
            return Fault(code, {"opens": opens, "closes": closes})
    for before, after in pairwise(sorted(spans)):
        if after[0] < before[1]:
            return Fault("overlap", {"first": before[2], "second": after[2]})
    return None


def _pieces(text: str) -> list[str]:
    return [piece for piece in re.split(r"[,;+\n]", text) if piece.strip()]


def _written(match: re.Match[str]) -> str:
    opens, closes = match.groups()[:3], match.groups()[3:]
    return f"{_clock(*opens)}-{_clock(*closes)}"


def _clock(hour: str, minute: str | None, second: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}" + (f":{second}" if second else "")


def _seconds(clock: str) -> int | None:
    """Return the second of the day, None for a time there is not."""
    hour, minute, second = (int(part) for part in f"{clock}:00".split(":")[:3])
    total = hour * 3600 + minute * 60 + second
    return total if minute < 60 and second < 60 and total <= _DAY_SECONDS else None


# -- a week


def week_shown(stored: object) -> Week:
    """Return the text of each weekday of hours as they are stored; of nonsense empty texts."""
    week = dict.fromkeys(WEEKDAYS, "")
    if not isinstance(stored, Mapping):
        return week
    narrow = dict.fromkeys(WEEKDAYS, 8)
    for key, value in stored.items():
        days = _days(key) if key != "seasons" else ()
        for day in days:
            # Where days are given twice, what was said of fewer days is likelier to be meant.
            if len(days) < narrow[day]:
                narrow[day], week[day] = len(days), _day_shown(value)
    return week


def week_stored(typed: Mapping[str, str], was: object) -> dict[str, Any]:
    """Return a week to store, the stored one where nothing else is meant."""
    kept = (
        {key: hours for key, hours in was.items() if key != "seasons"}
        if isinstance(was, Mapping)
        else {}
    )
    shown = week_shown(kept)
    week = {day: day_read(typed.get(day, "")) for day in WEEKDAYS}
    if week == {day: day_read(text) for day, text in shown.items()}:
        return kept
    return _compact(week)


def copied(stored: object) -> dict[str, Any]:
    """Return a week whose Tuesday to Friday have Monday's hours."""
    week = week_shown(stored)
    return _compact({**week, **dict.fromkeys(WEEKDAYS[:5], week["mon"])})


def _compact(week: Mapping[str, str]) -> dict[str, Any]:
    """Write equal days that follow each other as one: ``mon-fri``."""
    stored: dict[str, Any] = {}
    for text, run in groupby(WEEKDAYS, key=lambda day: week[day]):
        days = list(run)
        if text:
            stored[days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"] = text
    return stored


def _days(key: object) -> tuple[str, ...]:
    """Return the weekdays that "mon-fri" or "mon, wed" names; none for anything else."""
    days: list[str] = []
    for part in str(key).split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            return ()
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last or first) - start) % 7 + 1
        days += [WEEKDAYS[(start + step) % 7] for step in range(length)]
    return tuple(days)


def _day_shown(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(_interval_shown(each) for each in value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _interval_shown(value: object) -> str:
    is_pair = isinstance(value, list | tuple) and len(value) == 2
    if is_pair and all(isinstance(each, str) for each in value):  # type: ignore[attr-defined]
        return "-".join(value)  # type: ignore[arg-type]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


# -- days of the year


def year_day_shown(stored: object) -> tuple[str, str]:
    """Return day and month of a day of the year: ("15", "06") for "06-15"."""
    text = "" if stored is None else str(stored)
    month, _, day = text.partition("-")
    if not re.fullmatch(r"0[1-9]|1[0-2]", month, re.ASCII):
        return text, ""
    return (day[1:] if re.fullmatch(r"0\d", day, re.ASCII) else day), month


def year_day_stored(day: str, month: str, was: object) -> Any:
    """Return the day of the year to store, or what was typed; None for nothing."""
    day = day.strip()
    if (day, month) == year_day_shown(was):
        return was
    if not day and not month:
        return None
    number = day.zfill(2) if day.isdecimal() else day
    return f"{month}-{number}" if month else day


def year_day_fault(stored: object) -> Fault | None:
    """Tell what is wrong with a day of the year, if anything is."""
    if stored is None:
        return Fault("day_missing")
    return None if _year_day(stored) else Fault("no_such_day", {"value": str(stored)})


def overlapping(seasons: Sequence[tuple[object, object]]) -> dict[int, int]:
    """Return, by its place, each season that shares a day with an earlier one, and which that is.

    Seasons are first and last days, both included; one whose first comes after its last runs over
    the new year. Those that cannot be read are left out.
    """
    owner: dict[date, int] = {}
    found: dict[int, int] = {}
    for place, (first, last) in enumerate(seasons):
        start, end = _year_day(first), _year_day(last)
        if start is None or end is None:
            continue
        for day in _LEAP_YEAR:
            inside = start <= day <= end if start <= end else day >= start or day <= end
            if inside and owner.setdefault(day, place) != place:
                found.setdefault(place, owner[day])
    return found


def _year_day(stored: object) -> date | None:
    if not isinstance(stored, str) or not re.fullmatch(r"\d\d-\d\d", stored, re.ASCII):
        return None
    try:
        return date.fromisoformat(f"2000-{stored}")
    except ValueError:
        return None
