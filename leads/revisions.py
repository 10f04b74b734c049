"""Settle what a calendar revision touches: the clocks whose span reaches its changed days."""

from datetime import UTC, datetime, time, timedelta

from django.db.models import Q

from agreements.models import AgreementVersion, CalendarRevision
from leads.models import Clock, Handoff
from leads.models.leads import HandoffQuerySet
from leads.settle import settle_leads_of

# A changed day is local: half a day and a bit on either side holds it in every zone.
_ANY_ZONE = timedelta(hours=14)


def settle_calendar_revisions(*, now: datetime) -> int:
    """Settle every revision that is not settled yet, in order; return how many leads it touched.

    Safe to run twice and at the same time: a revision is marked once all its clocks were settled,
    and settling again changes nothing.
    """
    touched = 0
    unsettled = CalendarRevision.objects.filter(settled_at__isnull=True)
    for revision in unsettled.select_related("calendar").order_by("number", "pk"):
        touched += settle_leads_of(_handoffs_reached(revision), now=now)
        CalendarRevision.objects.filter(pk=revision.pk).update(settled_at=now)
    return touched


def _handoffs_reached(revision: CalendarRevision) -> HandoffQuerySet:
    """Find the handoffs with a clock whose span reaches a changed day."""
    if revision.first_changed_date is None or revision.last_changed_date is None:
        return Handoff.objects.none()
    starts = datetime.combine(revision.first_changed_date, time.min, UTC) - _ANY_ZONE
    ends = datetime.combine(revision.last_changed_date, time.max, UTC) + _ANY_ZONE
    versions = [
        version.pk
        for version in AgreementVersion.objects.signed()
        if revision.calendar.key in version.parsed_terms().calendar_keys
    ]
    reached = Clock.objects.filter(
        Q(due_at__gte=starts) | Q(stopped_at__isnull=True, void_at__isnull=True),
        version__in=versions,
        started_at__lte=ends,
    )
    return Handoff.objects.filter(pk__in=reached.values("handoff"))
