"""A calendar as its page shows it: months of days, what was typed, and what would differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements import closure_rows as rows_of
from agreements import formats, public_holidays
from agreements.actions.calendars import Closure, first_coming_day
from agreements.calendar_files import FileRead
from agreements.closure_rows import ClosureChange, ClosureRow, NewClosure, Rows
from agreements.models import Calendar, CalendarRevision
from agreements.terms.hours import ALWAYS
from agreements.whole_numbers import whole_number

YEARS_AHEAD = 3
_ONE_YEAR = timedelta(days=365)
_MOST_LEFT_OUT = 20
_RESERVED = {"new", ALWAYS}
KIND_NAMES = {
    public_holidays.PUBLIC: gettext_lazy("public holiday"),
    "optional": gettext_lazy("optional holiday"),
    "bank": gettext_lazy("bank holiday"),
    "government": gettext_lazy("holiday of public offices"),
    "half_day": gettext_lazy("half day"),
    "school": gettext_lazy("school holiday"),
    "unofficial": gettext_lazy("observed, usually worked"),
    "catholic": gettext_lazy("Catholic"),
    "orthodox": gettext_lazy("Orthodox"),
    "hebrew": gettext_lazy("Jewish"),
    "islamic": gettext_lazy("Muslim"),
    rows_of.OWN: gettext_lazy("own closure"),
    rows_of.FILE: gettext_lazy("from the file"),
}
_KIND_CHOICES = KIND_NAMES | {
    "optional": gettext_lazy("optional holidays: Carnival, bridge days and the like"),
    "bank": gettext_lazy("bank holidays"),
    "government": gettext_lazy("holidays of public offices"),
    "half_day": gettext_lazy("half days"),
    "school": gettext_lazy("school holidays"),
    "unofficial": gettext_lazy("days that are observed and usually worked"),
}


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the days that close in it, or might."""

    name: str
    rows: tuple[ClosureRow, ...]


def months(rows: Iterable[ClosureRow]) -> list[Month]:
    """Put days into their months."""
    ordered = sorted(rows, key=lambda row: row.day)
    grouped = groupby(ordered, key=lambda row: row.day.replace(day=1))
    return [Month(formats.month(first), tuple(each)) for first, each in grouped]


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision in the history: who, when, and which days."""

    revision: CalendarRevision
    days: tuple[ClosureChange, ...]


class CalendarPage:
    """The days of a calendar, as they hold and as somebody has typed them."""

    def __init__(self, calendar: Calendar, language: str, now: datetime) -> None:
        self.calendar, self.language, self.now = calendar, language, now
        self.latest = calendar.latest_revision
        self.seen = self.latest
        self.first_free = first_coming_day(now)
        self.stored = rows_of.stored_rows(self.latest, language)
        self.rows = self.stored
        self.kinds: Sequence[str] = ()
        self.known_kinds: Sequence[str] = ()
        self.new = NewClosure()
        self.problems: list[str] = []
        self.notes: list[str] = []

    # -- what is listed

    def list_kinds(self, chosen: Sequence[str] | None) -> None:
        """List holidays of these kinds too; optional ones where nobody says."""
        country, region = self.calendar.country, self.calendar.region
        if not country:
            return
        try:
            self.known_kinds = public_holidays.kinds(country)
            wanted = ["optional"] if chosen is None else chosen
            self.kinds = [kind for kind in self.known_kinds if kind in wanted]
            holidays = rows_of.holiday_rows(
                country, region, self._years(), self.language, self.kinds
            )
        except public_holidays.HolidaysNotKnown:
            return
        last = self.first_free + _ONE_YEAR
        self.rows = rows_of.with_holidays(self.rows, holidays, self.first_free, last)

    def _years(self) -> list[int]:
        stored = {day.year for day in self.stored}
        return sorted({self.first_free.year, self.first_free.year + 1, *stored})

    @property
    def kind_choices(self) -> list[tuple[str, Any, bool]]:
        """The kinds of holidays that can be listed besides the public ones."""
        return [(kind, _KIND_CHOICES[kind], kind in self.kinds) for kind in self.known_kinds]

    @property
    def next_year(self) -> list[Month]:
        """The coming twelve months."""
        end = self.first_free + _ONE_YEAR
        return months(row for row in self._coming() if row.day <= end)

    @property
    def later(self) -> list[Month]:
        """What comes after them."""
        end = self.first_free + _ONE_YEAR
        return months(row for row in self._coming() if row.day > end)

    def _coming(self) -> Iterator[ClosureRow]:
        return (row for row in self.rows.values() if row.day >= self.first_free)

    @property
    def past(self) -> list[Month]:
        """The days of the last year that cannot be changed any more."""
        since = self.first_free - _ONE_YEAR
        found = (row for row in self.stored.values() if since <= row.day < self.first_free)
        return list(reversed(months(found)))

    @property
    def last_known(self) -> date | None:
        """The last day that closes: later holidays are not taken yet."""
        return max(self.stored, default=None)

    # -- what was typed

    def take(self, data: QueryDict) -> None:
        """Take what was typed for what is to hold."""
        number = whole_number(data.get("seen", ""))
        if number is not None and number != self.latest.number:
            seen = self.calendar.revisions.filter(number=number).first()
            self.seen = seen or self.latest
        if self.seen != self.latest:
            self.notes.append(_("Somebody else changed this calendar too; both changes are in."))
        self.rows = rows_of.stored_rows(self.seen, self.language)
        self.list_kinds(data.getlist("listed"))
        self.rows = rows_of.read_rows(data, self.rows)
        rows, self.new = rows_of.read_new(data, self.rows, self.now)
        added = sum(1 for day, row in rows.items() if self.rows.get(day) != row)
        self.rows = rows
        if added:
            self._tell_of(added)

    def _tell_of(self, added: int) -> None:
        told = ngettext(
            "%(number)s day was added to the list below; it is not saved yet.",
            "%(number)s days were added to the list below; they are not saved yet.",
            added,
        )
        self.notes.append(told % {"number": formats.figure(added)})

    def offer(self, read: FileRead) -> None:
        """Add the days of a file, and say what of it was left out."""
        self.rows, _past = rows_of.with_file(self.rows, read.days, self.first_free)
        added = sum(1 for row in self.rows.values() if row.kind == rows_of.FILE)
        self.notes.append(
            ngettext(
                "The file has %(number)s coming day that is not closed yet: choose below.",
                "The file has %(number)s coming days that are not closed yet: choose below.",
                added,
            )
            % {"number": formats.figure(added)}
        )
        self.problems += read.left_out[:_MOST_LEFT_OUT]
        if len(read.left_out) > _MOST_LEFT_OUT:
            self.problems.append(
                _("%(number)s more events were left out.")
                % {"number": len(read.left_out) - _MOST_LEFT_OUT}
            )

    @property
    def has_errors(self) -> bool:
        """Whether something typed cannot be kept."""
        return bool(self.new.errors) or any(row.errors for row in self.rows.values())

    # -- what differs

    @cached_property
    def after(self) -> dict[str, Closure]:
        """All closures that shall hold."""
        return rows_of.changed_closures(self.rows, self.seen.closures, self.latest.closures)

    @cached_property
    def changes(self) -> list[ClosureChange]:
        """The days that would differ."""
        return rows_of.changes(self.latest.closures, self.after, self.rows)

    @property
    def sent(self) -> list[ClosureRow]:
        """The rows that were changed, to be sent again with the confirmation."""
        changed = {change.day for change in self.changes}
        return [row for day, row in self.rows.items() if day in changed]

    @property
    def history(self) -> list[Revision]:
        """The revisions, the newest first, each with the days that it changed."""
        revisions = list(self.calendar.revisions.select_related("author").order_by("-number")[:50])
        told = []
        for newer, older in zip(revisions, [*revisions[1:], None], strict=True):
            before: Mapping[str, Closure] = older.closures if older else {}
            days = rows_of.changes(before, newer.closures, self.stored) if older else []
            told.append(Revision(newer, tuple(days)))
        return told


class NewCalendar:
    """A calendar that is being made: where, which days, and what it is called."""

    def __init__(self, sent: QueryDict, language: str, now: datetime) -> None:
        self.sent, self.language, self.today = sent, language, now.date()
        self.country = sent.get("country", "").strip()[:2]
        self.region = sent.get("region", "").strip()[:10]
        self.errors: dict[str, str] = {}
        self.holidays: Rows = {}
        self.known_kinds: Sequence[str] = ()
        self.regions: Mapping[str, str] = {}
        self._look_up()
        self.name = rows_of.plain_name(sent.get("name", ""))
        self.key = sent.get("key", "").strip()[:50]
        shown = {day: row for day, row in self.holidays.items() if self._is_near(day)}
        self.rows = rows_of.read_rows(sent, shown) if "day" in sent else shown

    def _look_up(self) -> None:
        if not self.country:
            return
        try:
            self.regions = public_holidays.regions(self.country, self.language)
            if self.region not in self.regions:
                self.region = ""
            self.known_kinds = public_holidays.kinds(self.country)
            self.holidays = rows_of.holiday_rows(
                self.country,
                self.region,
                range(self.today.year, self.today.year + YEARS_AHEAD + 1),
                self.language,
                self.kinds,
            )
        except public_holidays.HolidaysNotKnown:
            self.errors["country"] = _("The holidays of this country are not known: choose “none”.")

    def _is_near(self, day: date) -> bool:
        return self.today <= day <= self.today + _ONE_YEAR

    @property
    def kinds(self) -> list[str]:
        """The kinds listed besides the public holidays; the optional ones where nobody says."""
        chosen = self.sent.getlist("kind") if "kinds" in self.sent else ["optional"]
        return [kind for kind in self.known_kinds if kind in chosen]

    @property
    def kind_choices(self) -> list[tuple[str, Any, bool]]:
        """The kinds of holidays that can be listed besides the public ones."""
        return [(kind, _KIND_CHOICES[kind], kind in self.kinds) for kind in self.known_kinds]

    @property
    def countries(self) -> Mapping[str, str]:
        """The countries whose holidays are known, in the order of the reader's alphabet."""
        return public_holidays.countries(self.language)

    @property
    def months(self) -> list[Month]:
        """The holidays of the coming twelve months."""
        return months(self.rows.values())

    @property
    def last_year(self) -> int:
        """Up to the end of which year holidays are taken."""
        return self.today.year + YEARS_AHEAD

    @property
    def suggested(self) -> str:
        """A name for the calendar, after its place."""
        country = self.countries.get(self.country, "")
        region = self.regions.get(self.region, "")
        return ", ".join(each for each in (country, region) if each)

    @property
    def suggested_key(self) -> str:
        """A key for it, such as br-sp."""
        return slugify(f"{self.country}-{self.region}".strip("-"))

    def is_complete(self) -> bool:
        """Whether a calendar can be made of what was typed; if not, `errors` say why."""
        if not self.name:
            self.errors["name"] = _("Give the calendar a name.")
        if slugify(self.key) != self.key or not self.key[:1].isalpha() or len(self.key) > 40:
            self.errors["key"] = _(
                "Write the key in up to 40 small letters, digits and hyphens, such as br-sp."
            )
        elif self.key in _RESERVED or Calendar.objects.filter(key=self.key).exists():
            self.errors["key"] = _("There is a calendar with this key: choose another one.")
        return not self.errors and not any(row.errors for row in self.rows.values())

    def closures(self) -> dict[str, Closure]:
        """Return the closures of the new calendar, for this year and some to come."""
        return rows_of.for_years(self.rows, self.holidays)
