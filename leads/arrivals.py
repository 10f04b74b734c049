"""What came into a queue while its page was open."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from leads.models import Handoff, HandoffEvent, Snooze
from leads.queue import Desk, QueueFilters, found_in

MOST = 100
"""More than these are not counted."""

_Kind = HandoffEvent.Kind


def arrived_since(
    desk: Desk, filters: QueueFilters, since: datetime, now: datetime
) -> list[Handoff]:
    """Return what others put into the view since an instant, what runs out first on top.

    Also what the person put aside whose time is over.
    """
    own = OuterRef("pk")
    told = HandoffEvent.objects.holding().filter(
        handoff=own, kind__in=[_Kind.OFFERED, _Kind.ASSIGNED], recorded_at__gt=since
    )
    by_others = told.exclude(recorded_by=desk.user)
    woken = Snooze.objects.filter(
        handoff=own, user=desk.user, until__gt=since, until__lte=now, recorded_at__lte=since
    )
    found = found_in(desk, filters, now).filter(Q(Exists(by_others)) | Q(Exists(woken)))
    return list(found.select_related("lead__merged_into")[: MOST + 1])
