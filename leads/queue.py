"""The rep's queue: open handoffs, what runs out first on top."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, Q
from django.utils import timezone

from agreements.business_time import Schedule, business_between, open_intervals
from agreements.models import Agreement, Membership, User
from agreements.models.contracts import Party
from agreements.permissions import roles_in
from agreements.terms import Commitment
from leads.models import Clock, FollowUp, Handoff
from leads.models.leads import HandoffQuerySet
from leads.rulebooks import rulebook_of

# A clock somebody can still act on: what is past due still wants doing.
_OPEN_CLOCK = Q(
    clocks__stopped_at__isnull=True,
    clocks__void_at__isnull=True,
    clocks__gave_up=False,
    clocks__party=Party.SALES,
)
_SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One open handoff: the clock that runs out first, and what was last done."""

    handoff: Handoff
    clock: Clock | None
    commitment: Commitment | None
    status: str
    left: timedelta | None
    total: timedelta | None
    warn_left: timedelta | None
    spans: str
    group: str
    latest_touch: FollowUp | None

    @property
    def used_share(self) -> float:
        """The share of the promised open time that is used, at most one."""
        if self.left is None or not self.total:
            return 0.0
        return min(max(1 - self.left / self.total, 0.0), 1.0)


def queue_of(
    agreement: Agreement, user: User, filters: dict[str, str]
) -> HandoffQuerySet:
    """Return the open handoffs a person may work, sorted by what runs out first.

    ``view`` is mine, team (nobody holds it) or all (for leads and administrators); ``clause``,
    ``tier`` and ``origin`` narrow it. Handoffs without a running clock come last.
    """
    handoffs = Handoff.objects.visible_to(user).open().filter(agreement=agreement)
    match filters.get("view"):
        case "team":
            handoffs = handoffs.filter(holder__isnull=True)
        case "all":
            pass
        case _:
            handoffs = handoffs.held_by(user)
    if tier := filters.get("tier"):
        handoffs = handoffs.filter(tier=tier)
    if origin := filters.get("origin"):
        handoffs = handoffs.filter(origin=origin)
    open_clock = _OPEN_CLOCK
    if clause := filters.get("clause"):
        open_clock &= Q(clocks__clause_key=clause)
        handoffs = handoffs.filter(open_clock)
    handoffs = handoffs.annotate(due_at=Min("clocks__due_at", filter=open_clock))
    return handoffs.order_by(F("due_at").asc(nulls_last=True), "pk")


def may_see_all(agreement: Agreement, user: User) -> bool:
    """Whether the person sees everybody's queue, not only their own and the team's."""
    if user.is_admin or user.is_director:
        return True
    roles = roles_in(agreement, user)
    return (Party.SALES, Membership.Role.LEAD) in roles or any(
        party == Party.MARKETING for party, _role in roles
    )


def rows_of(handoffs: Sequence[Handoff], *, now: datetime) -> list[QueueRow]:
    """Dress a page of handoffs; three queries, however many there are."""
    clocks = _first_clocks(handoffs)
    touches = _latest_touches(handoffs)
    return [
        _row(handoff, clocks.get(handoff.pk), touches.get(handoff.pk), now) for handoff in handoffs
    ]


def _first_clocks(handoffs: Iterable[Handoff]) -> dict[int, Clock]:
    open_clocks = Clock.objects.filter(
        handoff__in=[handoff.pk for handoff in handoffs],
        stopped_at__isnull=True,
        void_at__isnull=True,
        gave_up=False,
        party=Party.SALES,
    )
    found: dict[int, Clock] = {}
    for clock in open_clocks.order_by("due_at", "clause_key"):
        found.setdefault(clock.handoff_id, clock)
    return found


def _latest_touches(handoffs: Iterable[Handoff]) -> dict[int, FollowUp]:
    """Find the latest follow-up of each handoff's lead."""
    by_lead = {handoff.lead_id: handoff.pk for handoff in handoffs}
    touches = (
        FollowUp.objects.holding()
        .filter(lead__in=by_lead)
        .order_by("lead", "-occurred_at", "-pk")
        .distinct("lead")
    )
    return {by_lead[touch.lead_id]: touch for touch in touches}


def _row(
    handoff: Handoff, clock: Clock | None, touch: FollowUp | None, now: datetime
) -> QueueRow:
    nothing: dict[str, Any] = {
        "clock": None, "commitment": None, "status": "void", "left": None, "total": None,
        "warn_left": None, "spans": "", "group": "later",
    }  # fmt: skip
    if clock is None or handoff.version is None:
        return QueueRow(handoff=handoff, latest_touch=touch, **nothing)
    rulebook = rulebook_of(handoff.version)
    schedule = rulebook.schedule_of(clock.clause_key, handoff.tier)
    left = time_left(schedule, clock.due_at, now)
    total = business_between(schedule, clock.started_at, clock.due_at)
    warn_left = total * (1 - float(rulebook.terms.clock_warning))
    status = "overdue" if now > clock.due_at else "due_soon" if left <= warn_left else "running"
    return QueueRow(
        handoff=handoff,
        clock=clock,
        commitment=rulebook.terms.commitment(clock.clause_key),
        status=status,
        left=left,
        total=total,
        warn_left=warn_left,
        spans=spans_of(schedule, now),
        group=_group(clock.due_at, left, now),
        latest_touch=touch,
    )


def time_left(schedule: Schedule, due_at: datetime, now: datetime) -> timedelta:
    """Return the open time until due; negative once it is past."""
    if now <= due_at:
        return business_between(schedule, now, due_at)
    return -business_between(schedule, due_at, now)


def spans_of(schedule: Schedule, now: datetime) -> str:
    """Return the open hours of the coming two days as pairs of epoch seconds, for the countdown."""
    hours = open_intervals(schedule, now - timedelta(hours=1), now + timedelta(days=2))
    return " ".join(f"{int(start.timestamp())}-{int(end.timestamp())}" for start, end in hours)


def _group(due_at: datetime, left: timedelta, now: datetime) -> str:
    if now > due_at:
        return "overdue"
    if left <= _SOON:
        return "next_hour"
    is_today = timezone.localdate(due_at) == timezone.localdate(now)
    return "today" if is_today else "later"
