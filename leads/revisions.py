"""Settle what a calendar revision touches: the clocks whose span reaches its changed days."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q

from agreements.models import AgreementVersion, CalendarRevision
from leads.models import Clock
from leads.settle import settle

BATCH = 1000
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
        for lead_ids in _leads_reached(revision):
            settle(lead_ids=lead_ids, now=now, facts_changed=False)
            touched += len(lead_ids)
        CalendarRevision.objects.filter(pk=revision.pk).update(settled_at=now)
    return touched


def _leads_reached(revision: CalendarRevision) -> Iterator[list[int]]:
    """Give, batch by batch, the leads with a clock whose span reaches a changed day."""
    if revision.first_changed_date is None or revision.last_changed_date is None:
        return
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
    latest = 0
    while lead_ids := sorted(
        reached.filter(handoff__lead__gt=latest)
        .order_by("handoff__lead")
        .values_list("handoff__lead", flat=True)
        .distinct()[:BATCH]
    ):
        yield lead_ids
        latest = lead_ids[-1]
