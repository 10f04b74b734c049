"""The days of a calendar as rows of a form: shown, read as typed, and compared with what holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _

from agreements.actions.calendars import Closure, UnableToChangeClosures, check_coming
from agreements.business_time.hours import LAST_YEAR
from agreements.calendar_files import FileDay
from agreements.editor.hours import day_fault, day_read
from agreements.editor.hours_fields import sentence
from agreements.models import CalendarRevision
from agreements.public_holidays import PUBLIC, holiday_names

OWN, FILE = "own", "file"
_MOST_ROWS = 1500
_LONGEST_NAME = 200
_LONGEST_SPAN = 366
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A day: what it is called, the hours that are open all the same, and whether it closes.

    ``own_name`` is the name as it is kept, in the country's language; ``kind`` says where the row
    comes from; ``times`` are the hours of an event in a file.
    """

    day: date
    name: str
    own_name: str
    hours: str = ""
    is_closed: bool = True
    kind: str = OWN
    times: str = ""
    errors: tuple[str, ...] = ()

    @property
    def iso(self) -> str:
        """The date as it is sent."""
        return self.day.isoformat()

    @property
    def closure(self) -> Closure | None:
        """The closure to keep; None where nothing closes."""
        if not self.is_closed:
            return None
        spans = [each.strip().split("-") for each in self.hours.split(",") if each.strip()]
        return Closure(name=self.own_name, hours=spans)


Rows = dict[date, ClosureRow]


@dataclass(frozen=True, slots=True)
class NewClosure:
    """The line in which a closure is added, as it was typed, with what is wrong with it."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosureChange:
    """A day whose closure is to differ: before and after, in words."""

    day: date
    before: str
    after: str


def stored_rows(revision: CalendarRevision, language: str) -> Rows:
    """Return the closures of a revision, holidays named in the reader's language."""
    names = revision.names_in(language)
    return {
        day: ClosureRow(
            day,
            names[day],
            closure["name"],
            ", ".join("-".join(span) for span in closure["hours"]),
        )
        for day, closure in ((date.fromisoformat(key), each) for key, each in _sorted(revision))
    }


def _sorted(revision: CalendarRevision) -> list[tuple[str, Closure]]:
    return sorted(revision.closures.items())


def holiday_rows(
    country: str, region: str, years: Iterable[int], language: str, kinds: Iterable[str]
) -> Rows:
    """Return the holidays of a country; public ones close, those of other kinds may.

    Raises HolidaysNotKnown for a country or region whose holidays are not known.
    """
    years, rows = list(years), Rows()
    for kind in (PUBLIC, *kinds):
        own = holiday_names(country, region, years, kind=kind)
        spoken = holiday_names(country, region, years, language, kind)
        for day, name in own.items():
            row = ClosureRow(day, spoken[day], name, is_closed=kind == PUBLIC, kind=kind)
            rows.setdefault(day, row)
    return dict(sorted(rows.items()))


def with_holidays(rows: Rows, holidays: Rows, first: date, last: date) -> Rows:
    """Add the holidays between two days that nobody has chosen, and say of what kind others are."""
    merged = {
        day: replace(row, kind=holidays[day].kind)
        if day in holidays and holidays[day].own_name == row.own_name
        else row
        for day, row in rows.items()
    }
    for day, row in holidays.items():
        if day not in merged and first <= day <= last:
            merged[day] = replace(row, is_closed=False)
    return dict(sorted(merged.items()))


# -- what was typed


def plain_name(typed: str) -> str:
    """Return a name in one line, of a length and of characters that can be kept."""
    shown = "".join(each if each.isprintable() else " " for each in typed)
    return " ".join(shown.split())[:_LONGEST_NAME]


def read_rows(data: QueryDict, shown: Rows) -> Rows:
    """Return the rows as they were typed, beside those that were not sent."""
    rows = dict(shown)
    for text in data.getlist("day")[:_MOST_ROWS]:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        rows[day] = _read_row(data, day, shown.get(day))
    return dict(sorted(rows.items()))


def _read_row(data: QueryDict, day: date, shown: ClosureRow | None) -> ClosureRow:
    iso = day.isoformat()
    name = plain_name(data.get(f"name.{iso}", ""))
    typed = data.get(f"hours.{iso}", "").strip()
    hours = typed if shown and shown.hours == typed else day_read(typed)
    is_closed = f"closed.{iso}" in data
    kept = shown is not None and shown.name == name
    row = ClosureRow(
        day,
        name,
        shown.own_name if shown is not None and kept else name,
        hours,
        is_closed,
        data.get(f"kind.{iso}", shown.kind if shown else OWN)[:20],
        data.get(f"times.{iso}", "")[:60],
    )
    return replace(row, errors=_errors(row)) if is_closed else row


def _errors(row: ClosureRow) -> tuple[str, ...]:
    unnamed = [] if row.name else [_("Say what the day is called.")]
    return (*unnamed, *sentence(day_fault(row.hours)))


def read_new(data: QueryDict, rows: Rows, now: datetime) -> tuple[Rows, NewClosure]:
    """Add the closure that was typed in the line for new ones; it stays there if it is wrong."""
    names = ("new.from", "new.last", "new.name", "new.hours")
    typed = {name.partition(".")[2]: data.get(name, "").strip() for name in names}
    if not any(typed.values()):
        return rows, NewClosure()
    try:
        first = date.fromisoformat(typed["from"])
        last = date.fromisoformat(typed["last"]) if typed["last"] else first
    except ValueError:
        problem = _("Choose its day, such as 2027-02-08.")
        return rows, NewClosure(typed, (problem,))
    if not 0 <= (last - first).days < _LONGEST_SPAN or last.year > LAST_YEAR:
        problem = _("The last day comes before the first, or more than a year after it.")
        return rows, NewClosure(typed, (problem,))
    try:
        check_coming(first.isoformat(), now)
    except UnableToChangeClosures as error:
        return rows, NewClosure(typed, (str(error),))
    name, hours = plain_name(typed["name"]), day_read(typed["hours"])
    errors = _errors(ClosureRow(first, name, name, hours))
    if errors:
        return rows, NewClosure(typed, errors)
    days = (first + n * _ONE_DAY for n in range((last - first).days + 1))
    added = {day: ClosureRow(day, name, name, hours) for day in days}
    return dict(sorted({**rows, **added}.items())), NewClosure()


def with_file(rows: Rows, days: Iterable[FileDay], first_free: date) -> tuple[Rows, int]:
    """Add the coming days of a file; return the rows, and how many days were not to come.

    A day that closes already stays as it is. What lasts some hours only is offered, not chosen.
    """
    merged, past = dict(rows), 0
    for each in days:
        if each.day < first_free:
            past += 1
        elif each.day not in rows or not rows[each.day].is_closed:
            name = plain_name(each.name)
            row = ClosureRow(
                each.day,
                name,
                name,
                is_closed=not each.times,
                kind=FILE,
                times=each.times,
            )
            merged[each.day] = replace(row, errors=_errors(row)) if row.is_closed else row
    return dict(sorted(merged.items())), past


# -- what differs


def changed_closures(
    rows: Rows, seen: Mapping[str, Closure], latest: Mapping[str, Closure]
) -> dict[str, Closure]:
    """Return all closures that shall hold: the latest, with what was changed of those seen."""
    merged = dict(latest)
    for row in rows.values():
        closure = row.closure
        if closure == seen.get(row.iso):
            continue
        if closure is None:
            merged.pop(row.iso, None)
        else:
            merged[row.iso] = closure
    return merged


def changes(
    before: Mapping[str, Closure], after: Mapping[str, Closure], rows: Rows
) -> list[ClosureChange]:
    """Return the days that differ, each in words."""
    days = sorted(day for day in before.keys() | after.keys() if before.get(day) != after.get(day))
    return [
        ClosureChange(
            date.fromisoformat(day),
            _words(before.get(day), rows.get(date.fromisoformat(day))),
            _words(after.get(day), rows.get(date.fromisoformat(day))),
        )
        for day in days
    ]


def _words(closure: Closure | None, row: ClosureRow | None) -> str:
    if closure is None:
        return _("as any weekday")
    name = row.name if row and row.own_name == closure["name"] else closure["name"]
    if not closure["hours"]:
        return _("closed: %(name)s") % {"name": name}
    hours = ", ".join("–".join(span) for span in closure["hours"])
    return _("open %(hours)s: %(name)s") % {"hours": hours, "name": name}


# -- a new calendar


def for_years(chosen: Rows, holidays: Rows) -> dict[str, Closure]:
    """Return the closures of a new calendar: what was chosen of a year holds for the others too.

    A holiday of another year closes as the one of the same name does; a public one that the
    chosen year does not have closes.
    """
    by_name = {row.own_name: row for row in chosen.values()}
    closures = {}
    for day, holiday in {**holidays, **chosen}.items():
        row = chosen.get(day) or _alike(holiday, by_name.get(holiday.own_name))
        if (closure := row.closure) is not None:
            closures[day.isoformat()] = closure
    return closures


def _alike(holiday: ClosureRow, chosen: ClosureRow | None) -> ClosureRow:
    if chosen is None:
        return holiday
    return replace(holiday, is_closed=chosen.is_closed, hours=chosen.hours)
