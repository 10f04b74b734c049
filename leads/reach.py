"""How many open clocks some days of a calendar would move."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Q

from agreements.models import Agreement, AgreementVersion
from leads.models import Clock

# A day is local: half a day and a bit on either side holds it in every zone.
_ANY_ZONE = timedelta(hours=14)
_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Reached:
    """An agreement and how many of its open clocks run over one of the days."""

    agreement: str
    clocks: int


def open_clocks_over(
    key: str, agreements: Collection[Agreement], days: Collection[date]
) -> list[Reached]:
    """Count the open clocks that run over one of some days, by the agreements that are known.

    Only versions that count by the calendar ``key`` are looked at. Of more than 60 days the whole
    span from the first to the last is taken.
    """
    versions = [
        version.pk
        for version in AgreementVersion.objects.signed().filter(agreement__in=agreements)
        if key in version.parsed_terms().calendar_keys
    ]
    if not days or not versions:
        return []
    spans = [(day, day) for day in days]
    if len(days) > _MOST_DAYS:
        spans = [(min(days), max(days))]
    over = Q()
    for first, last in spans:
        begins = datetime.combine(first, time.min, UTC) - _ANY_ZONE
        ends = datetime.combine(last, time.max, UTC) + _ANY_ZONE
        over |= Q(started_at__lte=ends, due_at__gte=begins)
    counted = (
        Clock.objects.filter(
            over, stopped_at__isnull=True, void_at__isnull=True, version__in=versions
        )
        .values("version__agreement__name")
        .annotate(clocks=Count("pk"))
        .order_by("version__agreement__name")
    )
    return [Reached(each["version__agreement__name"], each["clocks"]) for each in counted]
