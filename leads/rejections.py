"""Rejections that wait for the arbiter, and those that can still be contested."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from agreements.permissions import refusal
from leads.actions.contests import contestable_until
from leads.any_of import AnyOf
from leads.models import Handoff, HandoffEvent
from leads.models.leads import HandoffQuerySet
from leads.permissions import check_user_can_contest, check_user_can_decide_contest
from leads.queue import Desk
from leads.reasons import reasons_for

MOST = 100
"""How many rejections are looked at, the latest first."""

Kind = HandoffEvent.Kind


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected handoff: why, by whom, what was said against it, and who may do what until when.

    ``cannot`` is why the reader may not decide it, or not contest it; empty where they may.
    """

    handoff: Handoff
    reason: str
    rejected: HandoffEvent | None
    contested: HandoffEvent | None
    until: datetime | None
    cannot: str


def waiting_for_arbiter(desk: Desk) -> list[Rejection]:
    """Return the contested rejections nobody has decided, the one that waits longest first."""
    found = _rejected(desk).filter(contest=Handoff.Contest.WAITING).order_by("closed_at", "pk")
    rows = list(found[:MOST])
    events = _events(rows)
    return [
        _told(each, events, refusal(check_user_can_decide_contest, each, desk.user))
        for each in rows
    ]


def number_waiting(desk: Desk) -> int:
    """Count the contested rejections nobody has decided."""
    return _rejected(desk).filter(contest=Handoff.Contest.WAITING).count()


def still_contestable(desk: Desk, now: datetime) -> list[Rejection]:
    """Return the rejections that can be contested at ``now``, the one that runs out first on top.

    The latest ``MOST`` rejections are looked at.
    """
    rows = [
        (until, each)
        for each in _rejected(desk).filter(contest="").order_by("-closed_at", "-pk")[:MOST]
        if (until := contestable_until(each)) is not None and until >= now
    ]
    events = _events([each for _until, each in rows])
    return [
        _told(each, events, refusal(check_user_can_contest, each, desk.user), until)
        for until, each in sorted(rows, key=lambda row: (row[0], row[1].pk))
    ]


def _rejected(desk: Desk) -> HandoffQuerySet:
    rejected = desk.agreement.handoffs.filter(status=Handoff.Status.REJECTED)
    return rejected.select_related("lead__merged_into", "holder", "version", "agreement")


def _events(handoffs: list[Handoff]) -> dict[tuple[int, str], HandoffEvent]:
    """Return by handoff and kind who rejected and who contested; one query."""
    found: QuerySet[HandoffEvent] = HandoffEvent.objects.holding().filter(
        AnyOf("handoff", [each.pk for each in handoffs]), kind__in=[Kind.REJECTED, Kind.CONTESTED]
    )
    return {(each.handoff_id, each.kind): each for each in found.select_related("person")}


def _told(
    handoff: Handoff,
    events: dict[tuple[int, str], HandoffEvent],
    cannot: str,
    until: datetime | None = None,
) -> Rejection:
    named = dict(reasons_for(handoff, "rejection"))
    return Rejection(
        handoff=handoff,
        reason=named.get(handoff.reason, handoff.reason),
        rejected=events.get((handoff.pk, Kind.REJECTED)),
        contested=events.get((handoff.pk, Kind.CONTESTED)),
        until=until,
        cannot=cannot,
    )
