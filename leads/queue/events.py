"""What the queue tells of the past: who paused a handoff, when its rejection fell, and the like."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.models import Clock, Handoff, HandoffEvent, Lead

_Kind = HandoffEvent.Kind


@dataclass(frozen=True, slots=True)
class Told:
    """Who began the latest pause that was to last until now or longer, empty where nobody did, when
    the rejection was overturned, and when its lead was recycled before.
    """

    paused_by: str = ""
    overturned_at: datetime | None = None
    recycled_at: datetime | None = None


def with_events(clocks: QuerySet[Clock], now: datetime) -> QuerySet[Clock]:
    """Add to clocks what is to be told of their handoffs, in the same query."""
    events = HandoffEvent.objects.holding().filter(handoff=OuterRef("handoff"))
    events = events.order_by("-occurred_at", "-pk")
    pauses = events.filter(kind=_Kind.PAUSED, occurred_at__lte=now, until__gt=now)
    fell = events.filter(kind=_Kind.DECIDED, is_overturned=True)
    kept = Coalesce(
        OuterRef(OuterRef("handoff__lead__merged_into")), OuterRef(OuterRef("handoff__lead"))
    )
    recycled = Handoff.objects.filter(
        lead__in=Lead.objects.filter(Q(pk=kept) | Q(merged_into=kept)).values("pk"),
        agreement=OuterRef("agreement"),
        status=Handoff.Status.RECYCLED,
        closed_at__lte=OuterRef("handoff__offered_at"),
    )
    return clocks.annotate(
        paused_by=Subquery(pauses.values("person__name")[:1]),
        overturned_at=Subquery(fell.values("occurred_at")[:1]),
        recycled_at=Subquery(recycled.order_by("-closed_at").values("closed_at")[:1]),
    )


def told_of(clock: Clock | None) -> Told:
    """Return what was added to a clock; nothing without one."""
    by, fell = getattr(clock, "paused_by", None), getattr(clock, "overturned_at", None)
    return Told(by or "", fell, getattr(clock, "recycled_at", None))


def overturned_at(handoff: Handoff) -> datetime | None:
    """Return when the rejection of a handoff was overturned; one query where it was."""
    if handoff.contest != Handoff.Contest.OVERTURNED:
        return None
    fell = HandoffEvent.objects.holding().filter(
        handoff=handoff, kind=_Kind.DECIDED, is_overturned=True
    )
    return fell.values_list("occurred_at", flat=True).order_by("occurred_at").last()


def note_of_offer(handoff: Handoff) -> str:
    """Return what was written when a handoff was offered; one query, empty for nothing."""
    offers = HandoffEvent.objects.holding().filter(handoff=handoff, kind=_Kind.OFFERED)
    notes = offers.exclude(note="").order_by("occurred_at", "pk").values_list("note", flat=True)
    return notes.last() or ""
