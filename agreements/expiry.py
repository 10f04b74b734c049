"""Tell both leads ahead when an agreement is about to end without anything after it."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.urls import reverse

from agreements.actions import messages
from agreements.models import AgreementVersion

DAYS_AHEAD = (60, 30, 7)


def warn_of_expiry(*, now: datetime) -> int:
    """Warn the leads of each version that ends by itself; return how many versions these are.

    Each is warned of once for each of ``DAYS_AHEAD``: whoever was not warned in time, because
    nothing ran or the end was set late, is warned once by the nearest of them.
    """
    return sum(_warn(version, now) for version in _ending(now))


def _ending(now: datetime) -> Iterable[AgreementVersion]:
    """Versions in force or to come that have an end, and nothing signed after it.

    What somebody ended on purpose needs no warning: both leads were told.
    """
    versions = AgreementVersion.objects.signed()
    later = versions.filter(
        agreement=OuterRef("agreement"), effective__startswith__gte=OuterRef("effective__endswith")
    )
    return (
        versions.filter(effective__endswith__gt=now)
        .exclude(agreement__ended_at=F("effective__endswith"))
        .exclude(Exists(later))
        .select_related("agreement")
        .order_by("pk")
    )


@transaction.atomic
def _warn(version: AgreementVersion, now: datetime) -> bool:
    if version.effective_to is None:
        return False
    agreement, zone = version.agreement, ZoneInfo(version.agreement.time_zone)
    end = version.effective_to.astimezone(zone).date()
    days = days_left(end, now.astimezone(zone).date())
    due = [each for each in DAYS_AHEAD if days <= each]
    if not due:
        return False
    messages.notify(
        kind="version_expires",
        recipients=messages.leads_of(agreement),
        subject=version,
        parameters={
            "agreement": agreement.name,
            "slug": agreement.slug,
            "number": version.number,
            "days": days,
            "to_date": end.isoformat(),
        },
        dedup_key=f"version_expires:{version.pk}:{end}:{min(due)}",
        now=now,
        url=reverse("agreements:version", args=[agreement.slug, version.number]),
    )
    return True


def days_left(end: date, today: date) -> int:
    """Return how many local days are left until the first day without a version in force."""
    return (end - today).days
