"""Whether the reps have the time that a draft's handoffs need, month by month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from agreements.business_time import Schedule, business_between
from agreements.editing import problems_of
from agreements.editing.readable import readable
from agreements.funnel_plan import CapacityCheck, check_capacity
from agreements.models import Absence, Agreement, CalendarRevision, Membership
from agreements.terms import ALWAYS, Terms, parse_terms
from agreements.terms.values import MONTHS

_HOUR = timedelta(hours=1)
_TIME = ("schema", "time_zone", "calendar", "hours")
# What the money is called plays no part, and it may be missing.
_ANY_CURRENCY = {"currency": "XXX"}


@dataclass(frozen=True, slots=True)
class MonthOfWork:
    """A month: the handoffs that are expected in it, and the time they need and have."""

    month: str
    handoffs: Decimal
    reps: int
    check: CapacityCheck

    @property
    def with_one_less(self) -> Decimal | None:
        """The share of the time that would be needed with one rep less; None for the last one."""
        if self.reps < 2 or not self.check.available:
            return None
        fewer = self.check.available * (self.reps - 1) / self.reps
        load = self.check.needed / fewer
        return Decimal(load.numerator) / Decimal(load.denominator)


def why_uncounted(document: Mapping[str, Any]) -> str:
    """Say by a code what keeps the reps' time from being counted; empty if nothing does.

    Only what the count is made of matters; a funnel that cannot be read has no targets.
    """
    if document.get("calendar") == ALWAYS:
        return "always_open"
    if not document.get("hours"):
        return "hours_missing"
    if problems_of(_of(document, _TIME)):
        return "hours_unreadable"
    if problems_of(_of(document, (*_TIME, "capacity"))):
        return "capacity_unreadable"
    return ""


def countable_terms(document: Mapping[str, Any]) -> Terms | None:
    """Return what the count is made of, as far as it can be read, whatever else is wrong."""
    found = readable(_of(document, (*_TIME, "capacity", "funnel")))
    return parse_terms(found) if found else None


def _of(document: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: document[key] for key in keys if key in document} | _ANY_CURRENCY


def months_of_work(
    agreement: Agreement, terms: Terms, first_day: datetime
) -> Sequence[MonthOfWork]:
    """Return the twelve months from the one that holds ``first_day`` on.

    Handoffs are the targets of the stage after the offer, as sales works on what it accepted;
    reps are the members of the sales team; their absences are those recorded by now. Empty where
    the funnel has no targets.
    """
    stage = terms.stage_with_role("sal") or terms.stage_with_role("mql")
    if stage is None or not terms.is_planned(stage.key):
        return ()
    reps = list(
        Membership.objects.filter(
            team=agreement.sales_team, role=Membership.Role.MEMBER, user__is_active=True
        ).values_list("user_id", flat=True)
    )
    schedule = _schedule(terms)
    months = list(_months(first_day.astimezone(ZoneInfo(terms.time_zone))))
    absences = Absence.objects.filter(
        user__in=reps, starts_at__lt=months[-1][1], ends_at__gt=months[0][0]
    )
    away = list(absences.values_list("starts_at", "ends_at"))
    return [
        _month(terms, stage.key, schedule, len(reps), away, start, end) for start, end in months
    ]


def _schedule(terms: Terms) -> Schedule:
    revisions = CalendarRevision.objects.latest_of(terms.calendar_keys)
    return terms.schedule({key: each.hours_by_date() for key, each in revisions.items()})


def _month(
    terms: Terms,
    stage: str,
    schedule: Schedule,
    reps: int,
    absences: Sequence[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> MonthOfWork:
    handoffs = terms.funnel.target(stage, start.month) or Decimal(0)
    # An absence outside of the month ends before it begins, and lasts nothing.
    away = sum(
        (
            business_between(schedule, max(starts_at, start), min(ends_at, end))
            for starts_at, ends_at in absences
        ),
        timedelta(),
    )
    return MonthOfWork(
        MONTHS[start.month - 1],
        handoffs,
        reps,
        check_capacity(
            handoffs,
            open_hours=_hours(business_between(schedule, start, end)) * reps,
            absence_hours=_hours(away),
            **_costs(terms),
        ),
    )


def _costs(terms: Terms) -> Mapping[str, Any]:
    capacity = terms.capacity
    return {
        "minutes_per_attempt": capacity.minutes_per_attempt,
        "expected_attempts": capacity.expected_attempts,
        "minutes_per_conversation": capacity.minutes_per_conversation,
        "contact_share": capacity.contact_share,
        "selling_share": capacity.selling_share,
    }


def _hours(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(microseconds=1)) / Decimal(
        _HOUR // timedelta(microseconds=1)
    )


def _months(day: datetime) -> Iterator[tuple[datetime, datetime]]:
    number = day.year * 12 + day.month - 1
    for month in range(number, number + 12):
        start, end = (
            datetime(each // 12, each % 12 + 1, 1, tzinfo=day.tzinfo) for each in (month, month + 1)
        )
        yield start, end
