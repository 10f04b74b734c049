"""The breaches of a month: those that were recorded, and what is past due since.

A breach belongs to the month in which it happened. What no sweep has recorded yet is late all
the same, so it is found by its due time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db.models import Exists, OuterRef, QuerySet, Value

from agreements.business_time import Schedule
from agreements.models import Agreement, User
from agreements.models.contracts import Party
from leads.addresses import Filters
from leads.models import Breach, BreachException, Clock, Handoff
from leads.queue.countdown import counted_until, time_left
from leads.queue.rows import pauses_of
from metrics.ledger import InForce
from metrics.periods import Period

NOBODY = "none"
_KEY = ("handoff_id", "clause_key", "occurrence")
_TIES = ("handoff", "clause_key", "occurrence")

_TOLD = (
    "handoff_id", "version_id", "clause_key", "occurrence", "due_at", "stopped_at", "gave_up",
    "holder_split", "pauses", "holder__name", "holder__email", "handoff__source",
    "handoff__external_id", "handoff__tier", "handoff__closed_at", "handoff__lead__name",
    "handoff__lead__company", "handoff__lead__email", "handoff__lead__merged_into",
    "handoff__lead__is_contact_barred",
)  # fmt: skip

M = TypeVar("M", Breach, Clock)
ClockKey = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class BreachFilters(Filters):
    """Which breaches are asked for; empty is any. ``holder`` is a key, or ``none`` for nobody.

    ``withdrawn`` asks for those that a late fact undid instead of those that stand.
    """

    withdrawn: str = ""
    clause: str = ""
    party: str = ""
    holder: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "BreachFilters":
        """Read an address; what makes no sense is any."""
        told = cls.told(asked)
        fits = {
            "party": told["party"] in Party.values,
            "holder": told["holder"].isdecimal() or told["holder"] == NOBODY,
        }
        return cls.fitting(told, fits)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force."""
        return {name: value for name, value in self.asked.items() if name != "withdrawn"}

    def asking_withdrawn(self, withdrawn: str) -> "BreachFilters":
        """Return the same filters over those that were withdrawn, or those that were not."""
        return replace(self, withdrawn=withdrawn)

    def without_holder(self) -> "BreachFilters":
        """Return the same filters for who may not see the figures of a single person."""
        return replace(self, holder="")


class Found(NamedTuple):
    """A breach by its key, when it happened, and whether a late fact undid it."""

    handoff_id: int
    clause_key: str
    occurrence: int
    party: str
    at: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachRow:
    """A breach with its clock, which may be gone where the breach was withdrawn."""

    found: Found
    handoff: Handoff
    clock: Clock | None
    version: InForce | None
    is_excepted: bool

    @property
    def status(self) -> str:
        """How it stands: withdrawn, excused, breached, or overdue while its clock runs."""
        clock = self.clock
        if self.found.withdrawn or clock is None:
            return "withdrawn"
        if self.is_excepted:
            return "excused"
        return "breached" if clock.stopped_at or clock.gave_up else "overdue"

    def late(self, schedule: Schedule, now: datetime) -> timedelta | None:
        """Return the open time from due to the stop, else to the close of its handoff, or to now;
        None for what was given up.
        """
        clock = self.clock
        if clock is None or clock.gave_up:
            return None
        until = clock.stopped_at or counted_until(clock.due_at, self.handoff.closed_at, now)
        return -time_left(schedule, clock.due_at, until, pauses_of(clock))


class BreachList:
    """The breaches that happened in a month up to now, the latest first, as ``Found``.

    It counts and slices, as a paginator asks.
    """

    def __init__(
        self, agreement: Agreement, period: Period, filters: BreachFilters, now: datetime
    ) -> None:
        recorded = Breach.objects.filter(
            agreement=agreement,
            breached_at__gte=period.starts_at,
            breached_at__lt=period.ends_at,
            is_withdrawn=bool(filters.withdrawn),
        )
        unrecorded = Clock.objects.due(now).filter(
            agreement=agreement, due_at__gte=period.starts_at, due_at__lt=period.ends_at
        )
        if filters.withdrawn:
            unrecorded = unrecorded.none()
        self._recorded = _narrowed(recorded, filters, "charged_to")
        self._unrecorded = _narrowed(unrecorded, filters, "holder")

    def count(self) -> int:
        """Return how many there are; one query."""
        return _both(self._recorded, self._unrecorded).count()

    def count_up_to(self, limit: int) -> int:
        """Return how many there are, but no more than a limit, which costs little."""
        return min(_both(self._recorded[:limit], self._unrecorded[:limit]).count(), limit)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, places: slice) -> list[Found]:
        """Return some of them; each kind is read in its order, no further than asked."""
        recorded = self._recorded.order_by("-breached_at", *_TIES)[: places.stop]
        unrecorded = self._unrecorded.order_by("-due_at", *_TIES)[: places.stop]
        found = [Found(*row) for row in _both(recorded, unrecorded)]
        found.sort(key=lambda each: each[:3])
        found.sort(key=lambda each: each.at, reverse=True)
        return found[places]


def _both(
    recorded: QuerySet[Breach], unrecorded: QuerySet[Clock]
) -> QuerySet[Any, tuple[Any, ...]]:
    """Ask for both kinds at once, as the fields of ``Found``."""
    return recorded.values_list(*_KEY, "party", "breached_at", "is_withdrawn").union(
        unrecorded.values_list(*_KEY, "party", "due_at", Value(value=False)), all=True
    )


def _narrowed(rows: QuerySet[M], filters: BreachFilters, holder: str) -> QuerySet[M]:
    if filters.clause:
        rows = rows.filter(clause_key=filters.clause)
    if filters.party:
        rows = rows.filter(party=filters.party)
    if filters.holder == NOBODY:
        rows = rows.filter(**{f"{holder}__isnull": True})
    elif filters.holder:
        rows = rows.filter(**{holder: int(filters.holder)})
    return rows


def rows_of(found: Sequence[Found], versions: Iterable[InForce]) -> list[BreachRow]:
    """Dress a page of breaches under the versions that judge them: one query, or two."""
    clocks = _clocks_of(found)
    handoffs = {clock.handoff_id: clock.handoff for clock in clocks.values()}
    # Of a breach that was withdrawn the clock may be gone.
    alone = {each.handoff_id for each in found} - handoffs.keys()
    handoffs |= Handoff.objects.select_related("lead").in_bulk(alone)
    judging = {int(version.key): version for version in versions}
    rows = []
    for each in found:
        clock = clocks.get(each[:3])
        rows.append(
            BreachRow(
                found=each,
                handoff=handoffs[each.handoff_id],
                clock=clock,
                version=judging[clock.version_id] if clock else None,
                is_excepted=bool(clock and getattr(clock, "is_excepted", False)),
            )
        )
    return rows


def _clocks_of(found: Sequence[Found]) -> dict[ClockKey, Clock]:
    """Return the clocks of breaches, each with its lead, its holder and whether it is excused."""
    approved = BreachException.objects.filter(
        handoff=OuterRef("handoff"),
        clause_key=OuterRef("clause_key"),
        occurrence=OuterRef("occurrence"),
        is_approved=True,
    )
    clocks = (
        Clock.objects.filter(
            handoff__in={each.handoff_id for each in found},
            clause_key__in={each.clause_key for each in found},
        )
        .select_related("handoff__lead", "holder")
        .only(*_TOLD)
        .annotate(is_excepted=Exists(approved))
    )
    return {key_of(clock): clock for clock in clocks}


def key_of(clock: Clock) -> ClockKey:
    """Return what names a clock, and the breach it leads to."""
    return clock.handoff_id, clock.clause_key, clock.occurrence


def people_in(rows: Sequence[BreachRow]) -> dict[int, User]:
    """Return everybody who held one of the handoffs while its clock ran; one query."""
    keys = {
        holder
        for row in rows
        if row.clock is not None
        for holder, _share in row.clock.holder_split or ()
        if isinstance(holder, int)
    }
    return User.objects.in_bulk(keys)
