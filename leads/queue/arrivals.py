"""What changed in a queue while its page was open."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value

from leads.assignment.given_on import GivenOn, given_on
from leads.models import Handoff, HandoffEvent, Snooze
from leads.queue.handoffs import Desk, QueueFilters, found_in

MOST = 100
"""More than these are not counted."""

_Kind = HandoffEvent.Kind
_WITH_THE_TEAMS = ("team", "all")
_LOSING = ("mine", "snoozed", "team")


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell of a view, each at most one more than ``MOST``, first due on top.

    ``arrived`` others put into it, or the person put it aside until now; of ``ran_out`` a promise
    ran out meanwhile; ``in_team`` others put into the team's queue, which is another view.
    """

    arrived: list[Handoff]
    ran_out: list[Handoff]
    in_team: list[Handoff]

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.arrived or self.ran_out or self.in_team)


def news_since(desk: Desk, filters: QueueFilters, since: datetime, now: datetime) -> News:
    """Return what is new in a view since an instant, and in the team's queue for who may take it.

    One query.
    """
    first, *others = _parts(desk, filters, since, now)
    found: dict[str, list[Handoff]] = {"arrived": [], "ran_out": [], "in_team": []}
    for handoff in sorted(first.union(*others, all=True), key=_first_due):
        found[handoff.told_as].append(handoff)
    return News(**found)


def lost_in(
    desk: Desk, filters: QueueFilters, shown: Collection[int]
) -> list[tuple[Handoff, GivenOn]]:
    """Return which of the handoffs that a page shows in a view somebody else has by now.

    ``shown`` are their keys. Two queries, none where nothing is shown or everybody's is.
    """
    here = desk.agreement.handoffs.filter(pk__in=shown).exclude(holder=desk.user)
    if not shown or filters.view not in _LOSING:
        return []
    if filters.view == "team":
        here = here.exclude(holder=None)
    lost = list(here.select_related("lead__merged_into", "holder").order_by("pk"))
    told = given_on(lost, desk.user)
    back = GivenOn(None, was_taken=False)
    found = [(each, back if each.holder is None else told.get(each.pk)) for each in lost]
    return [(each, given) for each, given in found if given is not None]


def _first_due(handoff: Any) -> tuple[bool, datetime | None, int]:
    return handoff.due_at is None, handoff.due_at, handoff.pk


def _parts(
    desk: Desk, filters: QueueFilters, since: datetime, now: datetime
) -> Iterator[QuerySet[Any]]:
    here = _told(desk, filters, since, now)
    yield _part("arrived", here.filter(is_new=True))
    yield _part("ran_out", here.filter(is_new=False, due_at__gte=since, due_at__lt=now))
    if desk.holds and filters.view not in _WITH_THE_TEAMS:
        in_team = _told(desk, replace(filters, view="team"), since, now)
        yield _part("in_team", in_team.filter(is_new=True))


def _part(name: str, found: QuerySet[Any]) -> QuerySet[Any]:
    told: QuerySet[Any] = found.annotate(told_as=Value(name))
    return told.select_related("lead__merged_into")[: MOST + 1]


def _told(desk: Desk, filters: QueueFilters, since: datetime, now: datetime) -> QuerySet[Any]:
    """Return what is in a view, with whether others put it there since or it woke."""
    own = OuterRef("pk")
    brings = Q(kind__in=[_Kind.OFFERED, _Kind.ASSIGNED])
    # An overturned rejection gives the handoff back to who held it.
    brings |= Q(kind=_Kind.DECIDED, is_overturned=True)
    told = HandoffEvent.objects.holding().filter(brings, handoff=own, recorded_at__gt=since)
    by_others = told.exclude(recorded_by=desk.user)
    woken = Snooze.objects.filter(
        handoff=own, user=desk.user, until__gt=since, until__lte=now, recorded_at__lte=since
    )
    is_new = ExpressionWrapper(Q(Exists(by_others)) | Q(Exists(woken)), BooleanField())
    found: QuerySet[Any] = found_in(desk, filters, now).annotate(is_new=is_new)
    return found
