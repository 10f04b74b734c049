"""Rejections that wait for the arbiter, and those that can still be contested."""

from dataclasses import dataclass
from datetime import datetime

from agreements.permissions import refusal
from leads.actions.contests import contestable_until
from leads.any_of import AnyOf
from leads.kin import apart_from
from leads.models import Handoff, HandoffEvent
from leads.models.leads import HandoffQuerySet
from leads.permissions import check_user_can_contest, check_user_can_decide_contest
from leads.queue import Desk
from leads.reasons import RulebooksFor, reasons_in

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
        return self._told(handoff, cannot, None)

    def contestable(self, handoff: Handoff, until: datetime) -> Rejection:
        """Tell of one that can be contested until an instant."""
        cannot = refusal(
            check_user_can_contest,
            handoff,
            self._user,
            roles=self._roles,
            is_own=(handoff.pk, Kind.OFFERED) in self._own,
        )
        return self._told(handoff, cannot, until)

    def _told(self, handoff: Handoff, cannot: str, until: datetime | None) -> Rejection:
        named = dict(reasons_in(self.books[handoff], "rejection"))
        return Rejection(
            handoff=handoff,
            reason=named.get(handoff.reason, handoff.reason),
            rejected=self._events.get((handoff.pk, Kind.REJECTED)),
            contested=self._events.get((handoff.pk, Kind.CONTESTED)),
            until=until,
            cannot=cannot,
        )
