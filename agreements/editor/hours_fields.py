"""Weekly hours and their seasons as fields: read from a form, changed by buttons, and shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agreements import formats
from agreements.business_time.hours import WEEKDAYS
from agreements.editor.fields import Field, Shown, errors_at
from agreements.editor.hours import (
    Fault,
    copied,
    day_fault,
    overlapping,
    week_shown,
    week_stored,
    year_day_fault,
    year_day_shown,
    year_day_stored,
)
from agreements.terms import Problem
from agreements.whole_numbers import whole_number

INTENSIVE = {"from": "06-15", "to": "09-15", "hours": {"mon-fri": "08:00-15:00"}}
"""The *jornada intensiva* of a Spanish summer."""

_SENTENCES = {
    "not_hours": gettext_noop(
        "“%(value)s” cannot be read as hours: write 09:00-12:00, 13:00-18:00."
    ),
    "not_a_time": gettext_noop("There is no %(value)s: a day goes from 00:00 to 24:00."),
    "no_length": gettext_noop("%(opens)s-%(closes)s lasts no time: write a later end."),
    "over_midnight": gettext_noop(
        "%(opens)s-%(closes)s ends before it begins. Hours over midnight are written as two: "
        "%(opens)s-24:00 here, and 00:00-%(closes)s on the day after."
    ),
    "overlap": gettext_noop("%(first)s and %(second)s overlap: join them, or move one."),
    "day_missing": gettext_noop("Choose a day and a month."),
    "no_such_day": gettext_noop("There is no such day: choose a day that the month has."),
}


@dataclass(slots=True)
class ShownSeason:
    """A season as it is shown, counted from 1: its first and last day, and its week."""

    number: int
    name: str
    first: Shown
    last: Shown
    week: list[Shown]
    whole: Shown


@dataclass(slots=True)
class ShownHours:
    """A week and its seasons; ``whole`` holds what is wrong with them altogether."""

    name: str
    week: list[Shown]
    seasons: list[ShownSeason]
    whole: Shown

    def fields(self) -> Iterator[Shown]:
        """Give every place that may have something wrong."""
        yield from self.week
        for season in self.seasons:
            yield from (season.first, season.last, *season.week, season.whole)
        yield self.whole


def sentence(fault: Fault | None) -> list[str]:
    """Say what is wrong, in a list as a field has it."""
    return [_(_SENTENCES[fault.code]) % fault.params] if fault else []


# -- from the form


def read_hours(data: QueryDict, name: str, was: Any) -> Any:
    """Return hours as they were typed, the stored ones where nothing else is meant."""
    if f"{name}.sent" not in data:
        return was
    known = was if isinstance(was, Mapping) else {}
    new = dict(_read_week(data, name, known))
    seasons = _read_seasons(data, f"{name}.seasons", known.get("seasons"))
    if seasons:
        new["seasons"] = seasons
    return was if new == known else new or None


def _read_week(data: QueryDict, name: str, was: Any) -> dict[str, Any]:
    return week_stored({day: data.get(f"{name}.{day}", "") for day in WEEKDAYS}, was)


def _read_seasons(data: QueryDict, name: str, was: Any) -> Any:
    if was is not None and not isinstance(was, list):
        return was
    return [
        _read_season(data, f"{name}.{number}", entry)
        for number, entry in enumerate(was or [], start=1)
    ]


def _read_season(data: QueryDict, name: str, was: Any) -> Any:
    if name not in data or not isinstance(was, Mapping):
        return was
    new = dict(was)
    for key in ("from", "to"):
        day, month = data.get(f"{name}.{key}.day", ""), data.get(f"{name}.{key}.month", "")
        new[key] = year_day_stored(day, month, was.get(key))
    week = _read_week(data, f"{name}.hours", was.get("hours"))
    if week or isinstance(was.get("hours", {}), Mapping):
        new["hours"] = week
    new = {key: value for key, value in new.items() if value is not None}
    if not week and "hours" not in was:
        del new["hours"]
    return new


# -- changed by a button


def changed_hours(hours: Any, deed: str) -> Any:
    """Return hours after a deed on them: copy, clear, add, intensive, or one on a season.

    A season's is ``copy seasons.2``, ``clear seasons.2`` or ``remove seasons.2``.
    """
    known = dict(hours) if isinstance(hours, Mapping) else {}
    verb, _, place = deed.partition(" ")
    seasons = known.get("seasons")
    seasons = list(seasons) if isinstance(seasons, list) else []
    if place:
        seasons = _changed_seasons(seasons, verb, place.removeprefix("seasons."))
    elif verb == "add":
        seasons.append({"hours": {}})
    elif verb == "intensive":
        seasons.append(INTENSIVE)
    week = {key: value for key, value in known.items() if key != "seasons"}
    if not place and verb == "copy":
        week = copied(week)
    elif not place and verb == "clear":
        week = {}
    return {**week, **({"seasons": seasons} if seasons else {})} or None


def _changed_seasons(seasons: list[Any], verb: str, number: str) -> list[Any]:
    place = (whole_number(number) or 0) - 1
    if not 0 <= place < len(seasons):
        return seasons
    if verb == "remove":
        return [*seasons[:place], *seasons[place + 1 :]]
    season = seasons[place] if isinstance(seasons[place], Mapping) else {}
    if verb == "copy":
        season = {**season, "hours": copied(season.get("hours"))}
    elif verb == "clear":
        season = {**season, "hours": {}}
    return [*seasons[:place], season, *seasons[place + 1 :]]


# -- to the form


def shown_hours(stored: Any, name: str, path: str, problems: Sequence[Problem]) -> ShownHours:
    """Return hours as fields; ``name`` is how they are sent, ``path`` where they stand."""
    known = stored if isinstance(stored, Mapping) else {}
    found = known.get("seasons")
    entries = [each if isinstance(each, Mapping) else {} for each in _entries(found)]
    clashes = overlapping([(each.get("from"), each.get("to")) for each in entries])
    seasons = [
        _shown_season(entry, number, f"{name}.seasons.{number}", clashes)
        for number, entry in enumerate(entries, start=1)
    ]
    shown = ShownHours(name, _shown_week(known, name), seasons, _place(name, []))
    if not any(each.errors for each in shown.fields()):
        shown.whole.errors = _of_all(shown, errors_at(problems, path, inside=True))
    return shown


def _of_all(shown: ShownHours, told: list[str]) -> list[str]:
    """Say what is wrong altogether: first, in plain words, that nobody ever works."""
    weeks = [shown.week, *(season.week for season in shown.seasons)]
    if told and shown.seasons and not any(day.value for week in weeks for day in week):
        return [_("Nobody ever works then: write the hours of at least one weekday.")]
    return told


def _entries(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _shown_season(
    entry: Mapping[str, Any], number: int, name: str, clashes: Mapping[int, int]
) -> ShownSeason:
    clash = clashes.get(number - 1)
    errors = (
        []
        if clash is None
        else [
            _("Season %(number)s has some of these days too: give each day to one season.")
            % {"number": clash + 1}
        ]
    )
    return ShownSeason(
        number,
        name,
        _shown_day(entry.get("from"), f"{name}.from", _("First day")),
        _shown_day(entry.get("to"), f"{name}.to", _("Last day")),
        _shown_week(entry.get("hours"), f"{name}.hours"),
        _place(name, errors),
    )


def _shown_day(stored: Any, name: str, label: str) -> Shown:
    day, month = year_day_shown(stored)
    value = {"day": day, "month": month}
    return Shown(Field(name, "text", label), name, value, (), sentence(year_day_fault(stored)))


def _shown_week(stored: Any, name: str) -> list[Shown]:
    return [
        Shown(
            Field(day, "text", formats.weekday(WEEKDAYS.index(day))),
            f"{name}.{day}",
            text,
            (),
            sentence(day_fault(text)),
        )
        for day, text in week_shown(stored).items()
    ]


def _place(name: str, errors: list[str]) -> Shown:
    return Shown(Field(name, "text", ""), name, None, (), errors)
