"""The schedule: weekly hours in a time zone, seasons of other hours, and closures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agreements.business_time.hours import (
    WEEKDAYS,
    Hours,
    Week,
    WrittenHours,
    WrittenWeek,
    read_date,
    read_hours,
    read_month_day,
    read_week,
    write_hours,
    write_week,
)

_LEAP_YEAR = tuple(
    (day.month, day.day) for day in (date(2000, 1, 1) + timedelta(days=n) for n in range(366))
)


@dataclass(frozen=True, slots=True)
class Season:
    """Hours that replace the week each year from one day to another, both included.

    A season whose first day comes after its last runs over the new year.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    week: Week

    def __contains__(self, month_day: tuple[int, int]) -> bool:
        if self.first <= self.last:
            return self.first <= month_day <= self.last
        return month_day >= self.first or month_day <= self.last

    def __str__(self) -> str:
        (a, b), (c, d) = self.first, self.last
        return f"season {a:02}-{b:02} to {c:02}-{d:02}"


@dataclass(frozen=True, slots=True, init=False)
class Schedule:
    """When a party works: a value, equal and hashed by its content, checked when it is made.

    `week` gives the intervals of each weekday as ("HH:MM", "HH:MM"), half-open, where "24:00" may
    end a day; a weekday that is missing is closed. `closures` replaces the hours of single local
    days, also in a season. `seasons` are ("MM-DD", "MM-DD", week), or mappings with the keys from,
    to and week, both days included, which replace the week in these days of each year.

    Raises ValueError that names what is wrong and says what to do.
    """

    time_zone: str
    week: Week
    seasons: tuple[Season, ...]
    closures: tuple[tuple[date, Hours], ...]
    _hash: int = field(compare=False, repr=False)

    def __init__(
        self,
        time_zone: str,
        week: WrittenWeek,
        closures: Mapping[str, WrittenHours] | Mapping[date, WrittenHours] | None = None,
        seasons: Iterable[object] | None = None,
    ) -> None:
        content = (
            _read_time_zone(time_zone),
            read_week(week),
            _read_seasons(seasons or ()),
            _read_closures(closures or {}),
        )
        self._fill(*content)
        _refuse_never_open(self)

    def _fill(
        self,
        time_zone: str,
        week: Week,
        seasons: tuple[Season, ...],
        closures: tuple[tuple[date, Hours], ...],
    ) -> None:
        object.__setattr__(self, "time_zone", time_zone)
        object.__setattr__(self, "week", week)
        object.__setattr__(self, "seasons", seasons)
        object.__setattr__(self, "closures", closures)
        object.__setattr__(self, "_hash", hash((time_zone, week, seasons, closures)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return Schedule.from_document, (self.to_document(),)

    @classmethod
    def always(cls, time_zone: str) -> "Schedule":
        """Open day and night, every day; the zone still says where a local day ends."""
        return cls(time_zone, {day: [("00:00", "24:00")] for day in WEEKDAYS})

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Schedule":
        """Read a mapping with time_zone, week and, if wanted, seasons and closures."""
        known = {"time_zone", "week", "seasons", "closures"}
        for key in document:
            if key not in known:
                raise ValueError(
                    f"{key!r} is not a part of a schedule: use {', '.join(sorted(known))}."
                )
        for key in ("time_zone", "week"):
            if key not in document:
                raise ValueError(f"The schedule has no {key!r}: add it.")
        return cls(**document)

    def to_document(self) -> dict[str, Any]:
        """The schedule in plain values, fit for JSON, as `from_document` reads it."""
        return {
            "time_zone": self.time_zone,
            "week": write_week(self.week),
            "seasons": [
                {
                    "from": "{:02}-{:02}".format(*season.first),
                    "to": "{:02}-{:02}".format(*season.last),
                    "week": write_week(season.week),
                }
                for season in self.seasons
            ],
            "closures": {day.isoformat(): write_hours(hours) for day, hours in self.closures},
        }

    def with_closures(
        self, closures: Mapping[str, WrittenHours] | Mapping[date, WrittenHours]
    ) -> "Schedule":
        """The same hours with these closures added; a day already closed takes the new hours."""
        merged = {**dict(self.closures), **dict(_read_closures(closures))}
        schedule = object.__new__(Schedule)
        schedule._fill(self.time_zone, self.week, self.seasons, tuple(sorted(merged.items())))
        return schedule


def _read_time_zone(time_zone: object) -> str:
    try:
        if isinstance(time_zone, str) and time_zone:
            return ZoneInfo(time_zone).key
    except (KeyError, ValueError, OSError):
        pass
    raise ValueError(
        f"{time_zone!r} is not a known time zone: use an IANA name such as America/Sao_Paulo."
    )


def _read_closures(closures: object) -> tuple[tuple[date, Hours], ...]:
    if not isinstance(closures, Mapping):
        raise ValueError(
            f'The closures are {closures!r}: write the hours by date, such as {{"2026-12-25": []}}.'
        )
    read: dict[date, Hours] = {}
    for written, intervals in closures.items():
        day = read_date(written)
        if day in read:
            raise ValueError(f"The closure {day} is written twice: keep one.")
        read[day] = read_hours(intervals, f"the closure {day}")
    return tuple(sorted(read.items()))


def _read_seasons(seasons: Iterable[object]) -> tuple[Season, ...]:
    read = sorted((_read_season(season) for season in seasons), key=lambda season: season.first)
    for month_day in _LEAP_YEAR if read else ():
        claims = [season for season in read if month_day in season]
        if len(claims) > 1:
            raise ValueError(
                f"The {claims[0]} and the {claims[1]} overlap on "
                f"{month_day[0]:02}-{month_day[1]:02}: give each day to one season."
            )
    return tuple(read)


def _read_season(season: object) -> Season:
    if isinstance(season, Mapping) and set(season) == {"from", "to", "week"}:
        first, last, week = season["from"], season["to"], season["week"]
    elif isinstance(season, tuple | list) and len(season) == 3:
        first, last, week = season
    else:
        raise ValueError(
            f"{season!r} is not a season: write from (MM-DD), to (MM-DD) and week only."
        )
    where = f"season {first} to {last}"
    return Season(read_month_day(first), read_month_day(last), read_week(week, where))


def _refuse_never_open(schedule: Schedule) -> None:
    weeks = [season.week for season in schedule.seasons]
    if not all(any(day in season for season in schedule.seasons) for day in _LEAP_YEAR):
        weeks.append(schedule.week)
    if not any(hours for week in weeks for hours in week):
        raise ValueError(
            f"The schedule in {schedule.time_zone} is never open in any week: "
            "give at least one weekday hours."
        )
