"""Make calendars and revise their closures."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TypedDict

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.actions import messages
from agreements.business_time import Schedule
from agreements.models import AgreementVersion, Audit, Calendar, CalendarRevision, User
from agreements.public_holidays import HolidaysNotKnown, holiday_names
from agreements.rules_lock import change_rules

# The zone that is furthest ahead of UTC: a date that is still to come there is to come everywhere.
_FURTHEST_AHEAD = timedelta(hours=14)
_ANY_WEEK = {"mon": [("09:00", "17:00")]}


class Closure(TypedDict):
    """One day's closure: what it is called and the hours that are open all the same."""

    name: str
    hours: list[list[str]]


class UnableToChangeClosures(ValueError):
    """The closures cannot be changed as asked; the text says why."""


def holiday_closures(country: str, region: str, years: Iterable[int]) -> dict[str, Closure]:
    """Return the public holidays of a country (ISO 3166 code) and, where given, a region of it.

    They are kept by the names the country itself gives them. Raises UnableToChangeClosures for a
    country or a region whose holidays are not known.
    """
    try:
        days = holiday_names(country, region, years)
    except HolidaysNotKnown as error:
        raise UnableToChangeClosures(
            _("The holidays of %(place)s are not known: leave the country empty and list closures.")
            % {"place": f"{country} {region}".strip()}
        ) from error
    return {day.isoformat(): Closure(name=name, hours=[]) for day, name in sorted(days.items())}


def first_coming_day(now: datetime) -> date:
    """Return the first day that is still to come in every zone: the first that may be changed."""
    return (now + _FURTHEST_AHEAD).date() + timedelta(days=1)


def check_coming(day: str, now: datetime) -> None:
    """Raise UnableToChangeClosures for a date that is not to come any more."""
    if day < first_coming_day(now).isoformat():
        raise UnableToChangeClosures(
            _("%(day)s is not a coming day any more: ask both parties to sign a blackout instead.")
            % {"day": day}
        )


@transaction.atomic
def create(
    *,
    key: str,
    name: str,
    closures: Mapping[str, Closure],
    by: User | None,
    now: datetime,
    country: str = "",
    region: str = "",
) -> Calendar:
    """Add a calendar with its first revision."""
    check_closures(closures)
    calendar = Calendar.objects.create(key=key, name=name, country=country, region=region)
    calendar.revisions.create(
        number=1, closures=dict(closures), author=by, recorded_at=now, settled_at=now
    )
    Audit.objects.record("agreements.calendar.created", calendar, by=by, now=now)
    return calendar


@transaction.atomic
def revise(
    *, calendar: Calendar, closures: Mapping[str, Closure], by: User | None, now: datetime
) -> CalendarRevision:
    """Add or lift closures by giving all that shall hold from now on.

    Only coming local days may differ. Raises UnableToChangeClosures that names the first day
    that is not to come any more, or says that nothing differs.
    """
    check_closures(closures)
    change_rules()
    calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    latest = calendar.latest_revision
    changed = sorted(
        day
        for day in latest.closures.keys() | closures.keys()
        if latest.closures.get(day) != closures.get(day)
    )
    if not changed:
        raise UnableToChangeClosures(_("These are the closures that hold already."))
    check_coming(changed[0], now)
    revision = calendar.revisions.create(
        number=latest.number + 1,
        closures=dict(closures),
        first_changed_date=date.fromisoformat(changed[0]),
        last_changed_date=date.fromisoformat(changed[-1]),
        author=by,
        recorded_at=now,
    )
    Audit.objects.record(
        "agreements.calendar.revised",
        calendar,
        by=by,
        now=now,
        number=revision.number,
        days=changed,
    )
    _notify(revision, changed, by=by, now=now)
    return revision


def _notify(revision: CalendarRevision, days: list[str], *, by: User | None, now: datetime) -> None:
    """Tell everybody of both parties of each agreement that counts by this calendar."""
    calendar = revision.calendar
    versions = AgreementVersion.objects.signed().filter(
        Q(effective__endswith__isnull=True) | Q(effective__endswith__gt=now)
    )
    for version in versions.select_related("agreement").order_by("pk"):
        if calendar.key not in version.parsed_terms().calendar_keys:
            continue
        agreement = version.agreement
        teams = (agreement.marketing_team_id, agreement.sales_team_id)
        messages.notify(
            kind="calendar_revised",
            recipients=User.objects.filter(memberships__team__in=teams, is_active=True).distinct(),
            subject=revision,
            parameters={
                "calendar": calendar.name,
                "agreement": agreement.name,
                "author": by.name if by else "slaportal",
                "days": days,
            },
            dedup_key=f"calendar_revised:{revision.pk}:{agreement.pk}",
            now=now,
        )


def check_closures(closures: Mapping[str, Closure]) -> None:
    """Raise UnableToChangeClosures where a date or the hours of one cannot be."""
    hours = {
        day: [(opens, closes) for opens, closes in closure["hours"]]
        for day, closure in closures.items()
    }
    try:
        Schedule(time_zone="UTC", week=_ANY_WEEK, closures=hours)
    except ValueError as error:
        raise UnableToChangeClosures(str(error)) from error
