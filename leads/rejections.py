"""Rejections that wait for the arbiter, that can still be contested, and that were decided."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page

from agreements.permissions import refusal
from leads.actions.contests import contestable_until
from leads.any_of import AnyOf
from leads.kin import apart_from
from leads.models import Handoff, HandoffEvent
from leads.models.leads import HandoffQuerySet
from leads.paging import BoundedPaginator
from leads.permissions import check_user_can_contest, check_user_can_decide_contest
from leads.queue import Desk
from leads.reasons import RulebooksFor, reasons_in

PER_PAGE = 20
"""How many of those that were decided stand on a page."""
MOST = 100
"""How many rejections are looked at, the latest first."""

Kind = HandoffEvent.Kind


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
    decided: HandoffEvent | None
    until: datetime | None = None
    cannot: str = ""


def waiting_for_arbiter(desk: Desk) -> list[Rejection]:
    """Return the contested rejections nobody has decided, the one that waits longest first."""
    found = _rejected(desk).filter(contest=Handoff.Contest.WAITING).order_by("closed_at", "pk")
    around = _Around(desk, list(found[:MOST]))
    return [around.waiting(each) for each in around.handoffs]


def number_waiting(desk: Desk) -> int:
    """Count the contested rejections nobody has decided."""
    return _rejected(desk).filter(contest=Handoff.Contest.WAITING).count()


def still_contestable(desk: Desk, now: datetime) -> list[Rejection]:
    """Return the rejections that can be contested at ``now``, the one that runs out first on top.

    The latest ``MOST`` rejections are looked at whose lead was not offered anew meanwhile.
    """
    ended = apart_from(_rejected(desk).filter(contest=""), desk.agreement.handoffs.open())
    around = _Around(desk, list(ended.order_by("-closed_at", "-pk")[:MOST]))
    rows = [
        (until, each.pk, each)
        for each in around.handoffs
        if (until := contestable_until(each, around.books[each])) is not None and until >= now
    ]
    return [around.contestable(each, until) for until, _pk, each in sorted(rows)]


def decided_lately(desk: Desk, page: str | None) -> "tuple[Page[HandoffEvent], list[Rejection]]":
    """Return a page of what the arbiter decided, the latest first, and its rejections."""
    contests = (Handoff.Contest.UPHELD, Handoff.Contest.OVERTURNED)
    decided = HandoffEvent.objects.holding().filter(
        kind=Kind.DECIDED, handoff__agreement=desk.agreement, handoff__contest__in=contests
    )
    ordered = decided.order_by("-occurred_at", "-pk").select_related(
        "handoff__lead__merged_into", "handoff__version", "handoff__agreement"
    )
    shown = BoundedPaginator(ordered, PER_PAGE).get_page(page)
    around = _Around(desk, [each.handoff for each in shown])
    return shown, [around.told(each) for each in around.handoffs]


def _rejected(desk: Desk) -> HandoffQuerySet:
    rejected = desk.agreement.handoffs.filter(status=Handoff.Status.REJECTED)
    return rejected.select_related("lead__merged_into", "holder", "version", "agreement")


class _Around:
    """What is told of rejections of one agreement; five queries, however many."""

    def __init__(self, desk: Desk, handoffs: list[Handoff]) -> None:
        self.handoffs, self.books = handoffs, RulebooksFor()
        self._user, self._roles = desk.user, desk.roles
        kinds = [Kind.OFFERED, Kind.REJECTED, Kind.CONTESTED, Kind.DECIDED]
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
        """Tell of one with all that was said about it."""
        named = dict(reasons_in(self.books[handoff], "rejection"))
        rejected = self._events.get((handoff.pk, Kind.REJECTED))
        reason = rejected.reason if rejected else handoff.reason
        return Rejection(
            handoff=handoff,
            reason=named.get(reason, reason),
            rejected=rejected,
            contested=self._events.get((handoff.pk, Kind.CONTESTED)),
            decided=self._events.get((handoff.pk, Kind.DECIDED)),
            until=until,
            cannot=cannot,
        )
