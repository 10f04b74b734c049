"""Opening hours in the terms: a week, seasons of other hours, and calendars of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from agreements.business_time import Schedule
from agreements.business_time.hours import WEEKDAYS
from agreements.terms.problems import refusal
from agreements.terms.values import Section, TimeZone, as_written

ALWAYS = "always"

Intervals = tuple[tuple[str, str], ...]
Week = tuple[tuple[str, Intervals], ...]
Closures = Mapping[str, list[Any]]

_INTERVAL = re.compile(r"(\d\d:\d\d(?::\d\d)?)\s*[-–]\s*(\d\d:\d\d(?::\d\d)?)", re.ASCII)
_DAY_OF_YEAR = re.compile(r"\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Season:
    """Hours that hold each year from one day (MM-DD) to another, both included."""

    first_day: str
    last_day: str
    week: Week


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours, and the seasons of the year that have others."""

    week: Week
    seasons: tuple[Season, ...] = ()

    def schedule(self, time_zone: str, closures: Closures) -> Schedule:
        """Compile the hours with the closures of their calendar.

        Raises ValueError naming hours that overlap, end before they start or are never open.
        """
        seasons = [(s.first_day, s.last_day, dict(s.week)) for s in self.seasons]
        return Schedule(time_zone, dict(self.week), closures, seasons)


def read_hours(value: object) -> Hours:
    """Read hours by weekday or range of weekdays, such as {mon-fri: "09:00-12:00, 13:00-18:00"}.

    A list of such texts or of pairs is read too; a weekday that is missing is closed. Under
    `seasons` stand entries of {from: MM-DD, to: MM-DD, hours}.
    """
    if not isinstance(value, Mapping):
        raise refusal("not_a_mapping", found=as_written(value))
    seasons = value.get("seasons", [])
    if not isinstance(seasons, list | tuple):
        raise refusal("not_a_list", found=as_written(seasons))
    week = {day: hours for day, hours in value.items() if day != "seasons"}
    return Hours(_read_week(week), tuple(_read_season(season) for season in seasons))


def _read_season(value: object) -> Season:
    if not isinstance(value, Mapping):
        raise refusal("not_a_mapping", found=as_written(value))
    for key in ("from", "to", "hours"):
        if key not in value:
            raise refusal("missing", key=key)
    for key in value:
        if key not in ("from", "to", "hours"):
            raise refusal("unknown_key", key=key, allowed="from, to, hours")
    days = [value["from"], value["to"]]
    for day in days:
        if not isinstance(day, str) or not _DAY_OF_YEAR.fullmatch(day):
            raise refusal("not_a_day_of_year", value=as_written(day))
    if not isinstance(value["hours"], Mapping):
        raise refusal("not_a_mapping", found=as_written(value["hours"]))
    return Season(days[0], days[1], _read_week(value["hours"]))


def _read_week(value: Mapping[str, object]) -> Week:
    week: dict[str, Intervals] = {}
    for days, hours in value.items():
        for day in _read_days(days):
            if day in week:
                raise refusal("weekday_twice", day=day)
            week[day] = _read_intervals(hours)
    return tuple(sorted(week.items(), key=lambda item: WEEKDAYS.index(item[0])))


def _read_days(text: str) -> tuple[str, ...]:
    """Read "mon", "mon-fri" or "mon, wed"; a range may run over the week's end."""
    days: list[str] = []
    for part in str(text).split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise refusal("not_weekdays", value=as_written(text))
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last or first) - start) % 7 + 1
        days += [WEEKDAYS[(start + step) % 7] for step in range(length)]
    return tuple(days)


def _read_intervals(value: object) -> Intervals:
    if isinstance(value, str):
        items: list[object] = [*value.split(",")]
    elif isinstance(value, list | tuple):
        items = list(value)
    else:
        raise refusal("not_hours", value=as_written(value))
    return tuple(_read_interval(item) for item in items)


def _read_interval(value: object) -> tuple[str, str]:
    if isinstance(value, str):
        match = _INTERVAL.fullmatch(value.strip())
        if match is not None:
            return match[1], match[2]
    elif isinstance(value, list | tuple) and len(value) == 2:
        opening, close = value
        if isinstance(opening, str) and isinstance(close, str):
            return opening, close
    raise refusal("not_hours", value=as_written(value))


_DAY_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array"}]}
HoursField = Annotated[
    Hours,
    PlainValidator(read_hours),
    WithJsonSchema({"type": "object", "additionalProperties": _DAY_SCHEMA}),
]


class Calendar(Section):
    """A calendar besides the agreement's own: other hours, perhaps another zone.

    Its closures are those kept under the same key; the zone is the agreement's unless it has one.
    """

    hours: HoursField
    time_zone: TimeZone | None = None
