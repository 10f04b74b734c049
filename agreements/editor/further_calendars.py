"""Calendars besides the agreement's own: a mapping in the document, cards in the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from agreements.editor.fields import Field, Shown
from agreements.editor.hours_fields import ShownHours, changed_hours, read_hours, shown_hours
from agreements.editor.names import free_key
from agreements.editor.places import free_place, row_numbers
from agreements.terms import Problem
from agreements.whole_numbers import whole_number
from agreements.wording import problem_sentence
from agreements.zones import zone_read, zone_shown

NAME = "calendars"
_KEY = Field("key", "text", _("Key of the calendar"))
_ZONE = Field(
    "time_zone", "zone", _("Time zone"), help=_("Empty: the agreement's."), list_id="zones"
)


@dataclass(slots=True)
class ShownCalendar:
    """A further calendar as it is shown, counted from 1; ``days_off`` names its closures."""

    number: int
    name: str
    key: Shown
    zone: Shown
    hours: ShownHours
    days_off: str


def read_calendars(data: QueryDict, was: Any) -> Any:
    """Return the calendars that were typed, the stored ones where nothing else is meant."""
    if f"{NAME}.sent" not in data:
        return was
    before = was if isinstance(was, Mapping) else {}
    after: dict[str, Any] = {}
    for number in row_numbers(data, NAME):
        name = f"{NAME}.{number}"
        place = data.get(name, "")
        key = data.get(f"{name}.key", "").strip()
        after[free_place(key, after)] = _read(data, name, before.get(place, {}))
    return was if after == before else after or None


def _read(data: QueryDict, name: str, was: Any) -> Any:
    if not isinstance(was, Mapping):
        return was
    new = {
        **was,
        "time_zone": zone_read(data.get(f"{name}.time_zone", ""), was.get("time_zone")),
        "hours": read_hours(data, f"{name}.hours", was.get("hours")),
    }
    return {key: value for key, value in new.items() if value is not None}


def changed_calendars(calendars: Any, verb: str, target: str) -> Any:
    """Return the calendars after a deed: add, ``remove 2``, or one on the hours, ``copy 2``."""
    known = dict(calendars) if isinstance(calendars, Mapping) else {}
    if verb == "add" and not target:
        key = free_key("calendar", [{"key": each} for each in known])
        return {**known, key: {"hours": {}}}
    number, _, place = target.partition(".")
    which = whole_number(number) or 0
    if not 0 < which <= len(known):
        return known or None
    key = list(known)[which - 1]
    if verb == "remove" and not place:
        del known[key]
    elif isinstance(known[key], Mapping):
        of_hours = place.removeprefix("hours").removeprefix(".")
        hours = changed_hours(known[key].get("hours"), f"{verb} {of_hours}".strip())
        known[key] = {**known[key], "hours": hours or {}}
    return known or None


def shown_calendars(
    stored: Any, names: Mapping[str, str], problems: Sequence[Problem]
) -> list[ShownCalendar]:
    """Return the calendars as they are shown; ``names`` are those of the calendars by key."""
    known = stored if isinstance(stored, Mapping) else {}
    shown = []
    for number, (key, entry) in enumerate(known.items(), start=1):
        name, path = f"{NAME}.{number}", f"{NAME}.{key}"
        inner = entry if isinstance(entry, Mapping) else {}
        zone = zone_shown(inner.get("time_zone"))
        shown.append(
            ShownCalendar(
                number,
                name,
                Shown(_KEY, f"{name}.key", key, (), _told(problems, path)),
                Shown(_ZONE, f"{name}.time_zone", zone, (), _told(problems, f"{path}.time_zone")),
                shown_hours(inner.get("hours"), f"{name}.hours", f"{path}.hours", problems),
                names.get(key, ""),
            )
        )
    return shown


def _told(problems: Sequence[Problem], path: str) -> list[str]:
    return [problem_sentence(each) for each in problems if each.path == path]
