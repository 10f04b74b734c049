"""Tries out when a lead that arrives at some instant would be due, and tells why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from agreements import formats
from agreements.business_time import Schedule
from agreements.clock import (
    ClockKind,
    ClockState,
    ExplainedDay,
    Interval,
    Promise,
    Skip,
    due_after,
    explain,
)
from agreements.durations import Duration, Unit
from agreements.models import CalendarRevision
from agreements.terms import Terms
from agreements.wording import short_promise, tier_names

_SPRING = gettext_lazy(
    "There is no %(typed)s on that day: the clock is put forward then. "
    "It is counted from %(really)s."
)
_AUTUMN = gettext_lazy(
    "%(typed)s comes twice on that day: the clock is put back then. The first is meant."
)
DAYS_TOLD = 62
"""Of a longer way to the due time only the first days and the last ones are told."""


class UnableToTry(ValueError):
    """The due time cannot be told; the text says why."""


@dataclass(frozen=True, slots=True)
class DueDay:
    """One local day: its hours that counted, how much that is, and why it counted no more."""

    day: str
    hours: str
    time: str
    why: str


@dataclass(frozen=True, slots=True)
class DueAnswer:
    """When it is due and why; ``cut`` days in the middle are left out."""

    sentence: str
    notes: tuple[str, ...]
    days: tuple[DueDay, ...]
    cut: int


def promises_to_try(terms: Terms) -> dict[str, str]:
    """Return the promises of a draft that run on a clock, by the name under which to ask."""
    named = {}
    for key, tier in terms.promises():
        commitment = terms.commitment(key)
        label = f"{key} {short_promise(commitment)}"
        if tier and (tier_names(commitment, terms) or len(terms.tiers) > 1):
            name = next(each.name for each in terms.tiers if each.key == tier)
            label = f"{label} ({name})"
        named[f"{key}/{tier or ''}"] = label
    return named


def try_promise(terms: Terms, arrived: datetime, asked: str) -> DueAnswer:
    """Tell when a promise of the draft would be due for a lead that arrives at a local time.

    ``asked`` is one of `promises_to_try`; ``arrived`` is naive, in the zone that counts.
    """
    key, _slash, tier = asked.partition("/")
    promise = terms.promises()[key, tier or None]
    calendar = terms.calendar_key(commitment=terms.commitment(key), tier=tier or None)
    return _answer(terms, calendar, promise.within, arrived)


def try_length(terms: Terms, arrived: datetime, within: Duration) -> DueAnswer:
    """Tell when a promise of some length would be due, in the agreement's own hours."""
    return _answer(terms, terms.calendar, within, arrived)


def _answer(terms: Terms, calendar: str | None, within: Duration, arrived: datetime) -> DueAnswer:
    revisions = CalendarRevision.objects.latest_of([calendar] if calendar else [])
    revision = revisions.get(calendar or "")
    closures = {calendar or "": revision.hours_by_date()} if revision else {}
    names = revision.names_in(get_language() or "") if revision else {}
    try:
        schedule = terms.schedule_of(calendar, closures)
        with timezone.override(ZoneInfo(schedule.time_zone)):
            return _Trial(schedule, within, names).answer(arrived)
    except (KeyError, ValueError, OverflowError) as error:
        raise UnableToTry(
            _("The due time cannot be told: look at the hours, and at the date you typed.")
        ) from error


class _Trial:
    """One trial, told in the zone that counts."""

    def __init__(self, schedule: Schedule, within: Duration, names: Mapping[date, str]) -> None:
        self.schedule, self.within, self.names = schedule, within, names

    def answer(self, arrived: datetime) -> DueAnswer:
        """Tell the due time of a naive local time. Raises ValueError beyond the years counted."""
        local = arrived.replace(tzinfo=ZoneInfo(self.schedule.time_zone))
        started = local.astimezone(UTC)
        due = due_after(self.schedule, started, self.within, ())
        days = self._days(started, due)
        parts = {
            "start": formats.instant(started, due),
            "within": formats.promise(self.within),
            "due": formats.instant(due),
        }
        return DueAnswer(
            _("A lead that arrives on %(start)s with a promise of %(within)s is due on %(due)s.")
            % parts,
            tuple(self._notes(local, started, days)),
            tuple(self._told(day) for day in _cut(days)),
            len(days) - len(_cut(days)),
        )

    def _days(self, started: datetime, due: datetime) -> tuple[ExplainedDay, ...]:
        promise = Promise(
            clause_key="", kind=ClockKind.FIRST_FOLLOW_UP, party="sales", within=self.within
        )
        state = ClockState(promise, started_at=started, due_at=due, schedule=self.schedule)
        return explain(state, self.schedule, due).days

    def _notes(
        self, local: datetime, started: datetime, days: tuple[ExplainedDay, ...]
    ) -> Iterator[str]:
        really = timezone.localtime(started)
        parts = {"typed": f"{local:%H:%M}", "really": f"{really:%H:%M}"}
        if really.replace(tzinfo=None) != local.replace(tzinfo=None):
            yield str(_SPRING) % parts
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            yield str(_AUTUMN) % parts
        counted = sum(1 for day in days if day.counted_time)
        skipped = sum(1 for day in days if day.skipped and day.skipped is not Skip.START_DAY)
        if self.within.unit is Unit.DAY:
            yield _("Days are calendar days: closed ones count too.")
        elif skipped:
            yield ngettext(
                "%(counted)s counted and %(skipped)s day skipped.",
                "%(counted)s counted and %(skipped)s days skipped.",
                skipped,
            ) % {"skipped": formats.figure(skipped), "counted": _days_words(counted)}

    def _told(self, day: ExplainedDay) -> DueDay:
        if self.within.is_open_time:
            hours = ", ".join(_span(each) for each in day.counted)
            time = formats.hours(day.counted_time)
        else:
            hours = ""
            time = "" if day.number is None else _("day %(number)s") % {"number": day.number}
        return DueDay(formats.day(day.date), hours, time, self._why(day))

    def _why(self, day: ExplainedDay) -> str:
        name = self.names.get(day.date, "")
        if day.skipped is None:
            return _("other hours: %(name)s") % {"name": name} if day.is_closure else ""
        return {
            Skip.WEEKEND: _("weekend"),
            Skip.CLOSED: _("no hours on this weekday"),
            Skip.CLOSURE: _("closed: %(name)s") % {"name": name} if name else _("closed"),
            Skip.BEFORE_START: _("arrived after the hours of that day"),
            Skip.START_DAY: _("the day it arrives is not counted"),
            Skip.PAUSED: "",
        }[day.skipped]


def _days_words(number: int) -> str:
    return ngettext("%(number)s day", "%(number)s days", number) % {
        "number": formats.figure(number)
    }


def _span(interval: Interval) -> str:
    opens, closes = (timezone.localtime(at) for at in interval)
    ends = "24:00" if closes.date() > opens.date() else f"{closes:%H:%M}"
    return f"{opens:%H:%M}–{ends}"


def _cut(days: tuple[ExplainedDay, ...]) -> tuple[ExplainedDay, ...]:
    if len(days) <= DAYS_TOLD:
        return days
    return (*days[: DAYS_TOLD // 2], *days[-DAYS_TOLD // 2 :])
