"""Rejections that wait for the arbiter, that can still be contested, and that were decided."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.paginator import Page
from django.db.models import Exists, F, OuterRef, Q

from agreements.permissions import refusal
from leads.actions.contests import contestable_until
from leads.any_of import AnyOf
from leads.deeds.reasons import RulebooksFor, reasons_in
from leads.models import Handoff, HandoffEvent
from leads.models.facts import FactQuerySet
from leads.models.leads import HandoffQuerySet
from leads.paging import BoundedPaginator
from leads.permissions import check_user_can_contest, check_user_can_decide_contest
from leads.queue.handoffs import Desk

PER_PAGE = 20
"""How many of those that were decided stand on a page."""
MOST = 100
"""How many rejections are looked at, the latest first."""

Contest, Kind = Handoff.Contest, HandoffEvent.Kind


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected handoff: why, by whom, what was said against it, and who may do what until when.

    ``cannot`` is why the reader may not decide it, or not contest it; empty where they may, and
    where it is ``decided``.
    """

    handoff: Handoff
    reason: str
    rejected: HandoffEvent | None
    contested: HandoffEvent | None
    decided: HandoffEvent | None = None
    until: datetime | None = None
    cannot: str = ""


def waiting_for_arbiter(desk: Desk) -> list[Rejection]:
    """Return the contested rejections nobody has decided, the one that waits longest first."""
    found = _rejected(desk).filter(contest=Contest.WAITING).order_by("closed_at", "pk")
    around = _Around(desk, list(found[:MOST]))
    return [around.waiting(each) for each in around.handoffs]


def number_waiting(desk: Desk) -> int:
    """Count the contested rejections nobody has decided."""
    return _rejected(desk).filter(contest=Contest.WAITING).count()


def still_contestable(desk: Desk, now: datetime) -> list[Rejection]:
    """Return the rejections that can be contested at ``now``, the one that runs out first on top.

    The latest ``MOST`` rejections are looked at whose lead was not offered anew meanwhile.
    """
    left = _rejected(desk).filter(contest="").unfollowed()
    around = _Around(desk, list(left.order_by("-closed_at", "-pk")[:MOST]))
    rows = [
        (until, each.pk, each)
        for each in around.handoffs
        if (until := contestable_until(each, around.books[each])) is not None and until >= now
    ]
    return [around.contestable(each, until) for until, _pk, each in sorted(rows)]


def decided_lately(desk: Desk, page: str | None) -> "tuple[Page[HandoffEvent], list[Rejection]]":
    """Return a page of what the arbiter decided, the latest first, and its rejections."""
    ordered = (
        _holding_decisions(desk)
        .order_by("-occurred_at", "-pk")
        .select_related(
            "person", "handoff__lead__merged_into", "handoff__version", "handoff__agreement"
        )
    )
    shown = BoundedPaginator(ordered, PER_PAGE).get_page(page)
    around = _Around(desk, [each.handoff for each in shown])
    return shown, [replace(around.told(each.handoff), decided=each) for each in shown]


def _holding_decisions(desk: Desk) -> FactQuerySet[HandoffEvent]:
    """Return of each handoff that was decided about the decision by which it stands.

    That is the first one since its rejection that says so: others count for nothing.
    """
    decided = HandoffEvent.objects.holding().filter(
        Q(handoff__contest=Contest.OVERTURNED, is_overturned=True)
        | Q(handoff__contest=Contest.UPHELD) & ~Q(is_overturned=True),
        kind=Kind.DECIDED,
        occurred_at__gte=F("handoff__decided_at"),
    )
    earlier = Q(occurred_at__lt=OuterRef("occurred_at"))
    earlier |= Q(occurred_at=OuterRef("occurred_at"), pk__lt=OuterRef("pk"))
    before = decided.filter(earlier, handoff=OuterRef("handoff"))
    return decided.filter(~Exists(before), handoff__agreement=desk.agreement)


def _rejected(desk: Desk) -> HandoffQuerySet:
    rejected = desk.agreement.handoffs.filter(status=Handoff.Status.REJECTED)
    return rejected.select_related("lead__merged_into", "holder", "version", "agreement")


class _Around:
    """What is told of rejections of one agreement; five queries, however many."""

    def __init__(self, desk: Desk, handoffs: list[Handoff]) -> None:
        self.handoffs, self.books = handoffs, RulebooksFor()
        self._user, self._roles = desk.user, desk.roles
        kinds = [Kind.OFFERED, Kind.REJECTED, Kind.CONTESTED]
        found = HandoffEvent.objects.holding().filter(
            AnyOf("handoff", [each.pk for each in handoffs]), kind__in=kinds
        )
        found = found.order_by("occurred_at", "pk")
        events = [((each.handoff_id, each.kind), each) for each in found.select_related("person")]
        self._events = dict(events)
        self._own = {name for name, each in events if each.person_id == desk.user.pk}

    def waiting(self, handoff: Handoff) -> Rejection:
        """Tell of one that waits for the arbiter."""
        cannot = refusal(
            check_user_can_decide_contest,
            handoff,
            self._user,
            roles=self._roles,
            is_own=(handoff.pk, Kind.CONTESTED) in self._own,
            books=self.books,
        )
        return self.told(handoff, cannot)

    def contestable(self, handoff: Handoff, until: datetime) -> Rejection:
        """Tell of one that can be contested until an instant."""
        cannot = refusal(
            check_user_can_contest,
            handoff,
            self._user,
            roles=self._roles,
            is_own=(handoff.pk, Kind.OFFERED) in self._own,
        )
        return self.told(handoff, cannot, until)

    def told(self, handoff: Handoff, cannot: str = "", until: datetime | None = None) -> Rejection:
        """Tell of one with what was said for and against it."""
        named = dict(reasons_in(self.books[handoff], "rejection"))
        rejected = self._events.get((handoff.pk, Kind.REJECTED))
        reason = rejected.reason if rejected else handoff.reason
        return Rejection(
            handoff=handoff,
            reason=named.get(reason, reason),
            rejected=rejected,
            contested=self._events.get((handoff.pk, Kind.CONTESTED)),
            until=until,
            cannot=cannot,
        )
