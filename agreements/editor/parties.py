"""The parties and their time: kind, days in force, zone, currency, hours and calendars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions import drafts
from agreements.editing import part_of
from agreements.editor.beside import Beside
from agreements.editor.fields import Choices, Field, Shown, ShownRows
from agreements.editor.forms import SectionForm
from agreements.editor.further_calendars import (
    ShownCalendar,
    changed_calendars,
    read_calendars,
    shown_calendars,
)
from agreements.editor.hours_fields import ShownHours, changed_hours, read_hours, shown_hours
from agreements.editor.rates import changed_rates, read_rates, shown_rates
from agreements.models import AgreementVersion, Calendar, User
from agreements.terms import Problem
from agreements.terms.hours import ALWAYS
from agreements.wording import problem_sentence

_ONE_DAY = timedelta(days=1)
_CURRENCIES = (
    "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "COP", "EUR", "GBP", "INR", "JPY", "MXN", "PEN",
    "PYG", "USD", "UYU",
)  # fmt: skip
_KINDS = {
    "service": gettext_lazy("Every lead gets the same promises."),
    "customer": gettext_lazy("Promises are made by named account or segment."),
    "multilevel": gettext_lazy("Leads fall into tiers, and each tier has targets of its own."),
}
_FROM = Field("wanted_from", "text", gettext_lazy("In force from"))
_LAST = Field(
    "wanted_last",
    "text",
    gettext_lazy("Last day"),
    help=gettext_lazy("Empty: until both sign another."),
)


def _calendars_in(document: Mapping[str, Any]) -> Choices:
    """The calendars there are, and the one the document has where there is no such calendar."""
    known = dict(Calendar.objects.order_by("name").values_list("key", "name"))
    own = document.get("calendar")
    if isinstance(own, str) and own not in (*known, ALWAYS, ""):
        known[own] = _("%(key)s (no days off are kept under this key)") % {"key": own}
    return [
        ("", _("none: no days off")),
        *known.items(),
        (ALWAYS, _("always: day and night, every day")),
    ]


@dataclass(slots=True)
class Time:
    """The hours of the agreement, its other calendars and the other currencies, as shown."""

    hours: ShownHours
    calendars: list[ShownCalendar]
    rates: ShownRows

    def fields(self) -> Iterator[Shown]:
        """Give every place that may have something wrong."""
        yield from self.hours.fields()
        for calendar in self.calendars:
            yield from (calendar.key, calendar.zone, *calendar.hours.fields())


def _time(part: Mapping[str, Any], problems: Sequence[Problem]) -> Time:
    names = dict(Calendar.objects.values_list("key", "name"))
    currency = part.get("currency")
    return Time(
        shown_hours(part.get("hours"), "hours", "hours", problems),
        shown_calendars(part.get("calendars"), names, problems),
        shown_rates(
            part.get("exchange_rates"), currency if isinstance(currency, str) else "", problems
        ),
    )


@dataclass(frozen=True, slots=True)
class PartiesForm(SectionForm):
    """The section of the parties and of their time."""

    template: str = "agreements/editor/sections/parties.html"
    below: str = "agreements/editor/sections/parties/due.html"

    def read(self, document: Mapping[str, Any], data: QueryDict) -> dict[str, Any]:
        """Return the section's part with what was typed in it."""
        was = part_of(document, self.section)
        new = SectionForm.read(self, document, data)
        if isinstance(new.get("currency"), str) and new["currency"] != was.get("currency"):
            new["currency"] = new["currency"].upper()
        new["hours"] = read_hours(data, "hours", was.get("hours"))
        new["calendars"] = read_calendars(data, was.get("calendars"))
        new["exchange_rates"] = read_rates(data, was.get("exchange_rates"))
        return {key: value for key, value in new.items() if value is not None}

    def changed(self, part: Mapping[str, Any], deed: str) -> dict[str, Any]:
        """Return the part after a deed such as ``copy hours`` or ``remove calendars.2``."""
        verb, _, target = deed.partition(" ")
        key, _, place = target.partition(".")
        new: dict[str, Any] = dict(part)
        if verb == "take":
            key, _, value = target.partition(" ")
            new |= {key: value} if key in {"time_zone", "currency"} else {}
        elif key == "hours":
            new["hours"] = changed_hours(part.get("hours"), f"{verb} {place}".strip())
        elif key == "calendars":
            new["calendars"] = changed_calendars(part.get("calendars"), verb, place)
        elif key == "exchange_rates":
            new["exchange_rates"] = changed_rates(part.get("exchange_rates"), verb, place)
        return {key: value for key, value in new.items() if value is not None}

    def shown(
        self, document: Mapping[str, Any], problems: Sequence[Problem]
    ) -> Iterator[Shown | ShownRows]:
        """Give every place that may have something wrong."""
        yield from self._plain(document, problems).values()
        time = _time(part_of(document, self.section), problems)
        yield from time.fields()
        yield time.rates

    def context(self, document: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, Any]:
        """Return the fields by name, and what can be chosen."""
        plain = self._plain(document, problems)
        return {
            "plain": plain,
            "kinds": [(value, label, _KINDS[value]) for value, label in plain["kind"].choices],
            "time": _time(part_of(document, self.section), problems),
            "currencies": _CURRENCIES,
            "months": [(f"{number:02}", name) for number, name in MONTHS.items()],
            "known_calendars": Calendar.objects.order_by("name"),
        }

    def _plain(self, document: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, Shown]:
        """Return the single fields by their names."""
        shown = SectionForm.shown(self, document, problems)
        return {each.name: each for each in shown if isinstance(each, Shown)}

    def keep_beside(
        self, version: AgreementVersion, data: QueryDict, *, by: User, now: datetime
    ) -> Beside:
        """Keep the days the text is to be in force; the last one is in it."""
        if _FROM.name not in data:
            return Beside()
        typed = {each.name: data.get(each.name, "").strip() for each in (_FROM, _LAST)}
        days: dict[str, date | None] = {}
        errors: dict[str, list[str]] = {}
        for name, text in typed.items():
            try:
                day = date.fromisoformat(text) if text else None
                days[name] = day + _ONE_DAY if day and name == _LAST.name else day
            except (ValueError, OverflowError):
                errors[name] = [
                    _("“%(value)s” is not a date: write year, month and day, such as 2027-01-31.")
                    % {"value": text}
                ]
        if errors:
            return Beside(typed, errors)
        return _kept(version, days[_FROM.name], days[_LAST.name], typed, by, now)

    def shown_beside(self, version: AgreementVersion, beside: Beside) -> dict[str, Any]:
        """Return the days, and whether zone and currency are settled by a signed version."""
        first, end = version.wanted_from_date, version.wanted_to_date
        stored = {
            _FROM.name: first.isoformat() if first else "",
            _LAST.name: (end - _ONE_DAY).isoformat() if end else "",
        }
        wrong = {_LAST.name: [problem_sentence(each) for each in version.period_problems()]}
        wrong |= beside.errors
        fields = {
            each.name: Shown(
                each,
                each.name,
                beside.typed.get(each.name, stored[each.name]),
                (),
                wrong.get(each.name, []),
            )
            for each in (_FROM, _LAST)
        }
        agreement = version.agreement
        return {
            "beside": fields,
            "settled": agreement if agreement.versions.signed().exists() else None,
        }


def _kept(
    version: AgreementVersion,
    first: date | None,
    end: date | None,
    typed: Mapping[str, str],
    by: User,
    now: datetime,
) -> Beside:
    """Keep the days; what the action refuses is said beside the last one."""
    try:
        drafts.set_wanted_period(version=version, from_date=first, to_date=end, by=by, now=now)
    except drafts.UnableToSave as error:
        return Beside(typed, {_LAST.name: [str(error)]})
    version.refresh_from_db(fields=["wanted_from_date", "wanted_to_date"])
    return Beside()


FORM = PartiesForm(
    name="parties",
    title=gettext_lazy("Parties and dates"),
    intro=gettext_lazy("Between whom, from when, and in which hours promises are counted."),
    fields=(
        Field(
            "kind",
            "choice",
            gettext_lazy("Kind of agreement"),
            choices=[
                ("service", gettext_lazy("One service for all")),
                ("customer", gettext_lazy("By customer")),
                ("multilevel", gettext_lazy("By tier")),
            ],
            default="service",
        ),
        Field(
            "time_zone",
            "zone",
            gettext_lazy("Time zone"),
            help=gettext_lazy("Type a city or a country and choose. The same in every version."),
            list_id="zones",
        ),
        Field(
            "currency",
            "text",
            gettext_lazy("Currency"),
            help=gettext_lazy("Three letters, the same in every version."),
            list_id="currencies",
        ),
        Field(
            "calendar",
            "choice",
            gettext_lazy("Calendar of days off"),
            choices_from=_calendars_in,
        ),
    ),
)
