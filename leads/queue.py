"""The rep's queue: open handoffs, what runs out first on top."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from agreements.models import Agreement, Membership, User
from agreements.models.contracts import Party
from leads.addresses import plain
from leads.models import Clock, Handoff
from leads.models.leads import HandoffQuerySet

VIEWS = ("mine", "team", "all")


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose queue it is, under which agreement, and whether they read everybody's handoffs.

    ``holds`` says that they can hold handoffs, ``organises`` that they say who holds which.
    """

    agreement: Agreement
    user: User
    sees_all: bool
    follows_up: bool
    holds: bool
    organises: bool

    @property
    def views(self) -> tuple[str, ...]:
        """The views that may be asked for."""
        return VIEWS if self.sees_all else ("mine", "team")

    def handoffs(self) -> HandoffQuerySet:
        """Return the open handoffs the person may read."""
        readable = Handoff.objects.visible_to(self.user)
        return readable.open().filter(agreement=self.agreement)


def desk_of(user: User, slug: str) -> Desk:
    """Return somebody's desk under an agreement; one query.

    Raises Agreement.DoesNotExist where they may not read the agreement.
    """
    memberships = Membership.objects.filter(user=user)
    of_sales = memberships.filter(team=OuterRef("sales_team"))
    asked = {
        "of_marketing": Exists(memberships.filter(team=OuterRef("marketing_team"))),
        "of_sales": Exists(of_sales),
        "leads_sales": Exists(of_sales.exclude(role=Membership.Role.MEMBER)),
        "heads_sales": Exists(of_sales.filter(role=Membership.Role.LEAD)),
        "holds": Exists(of_sales.exclude(role=Membership.Role.INTEGRATION)),
    }
    agreement = Agreement.objects.visible_to(user).annotate(**asked).get(slug=slug)
    answers = {name: bool(getattr(agreement, name)) for name in asked}
    return Desk(
        agreement=agreement,
        user=user,
        sees_all=user.is_admin
        or user.is_director
        or answers["of_marketing"]
        or answers["leads_sales"],
        follows_up=answers["of_sales"],
        holds=answers["holds"],
        organises=user.is_admin or answers["heads_sales"],
    )


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Which of the open handoffs are asked for; empty is any, or the usual view."""

    view: str = ""
    clause: str = ""
    tier: str = ""
    origin: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str], desk: Desk) -> "QueueFilters":
        """Read an address; a view that may not be asked for is left out."""
        told = {field.name: plain(asked, field.name) for field in fields(cls)}
        if told["view"] not in desk.views:
            told["view"] = ""
        return cls(**told)

    def with_view(self, desk: Desk, summary: "QueueSummary") -> "QueueFilters":
        """Choose the usual view where none was asked for: everybody's for who holds nothing."""
        usual = "all" if desk.sees_all and not summary.counts["mine"] else "mine"
        return replace(self, view=self.view or usual)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force, besides the view."""
        return {name: value for name, value in asdict(self).items() if value and name != "view"}


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How many handoffs each view has, how many of them are overdue, how many the filters leave,
    and what can be filtered by.
    """

    counts: Mapping[str, int]
    overdue: Mapping[str, int]
    found: Mapping[str, int]
    next_due_in_team: datetime | None
    tiers: tuple[str, ...]
    origins: tuple[str, ...]


def summary_of(desk: Desk, filters: QueueFilters, now: datetime) -> QueueSummary:
    """Count the queue as it stands at ``now``; one query."""
    is_late = Q(is_late=True)
    every = {view: Count("pk", filter=_in_view(view, desk)) for view in VIEWS}
    late = {f"{view}_late": Count("pk", filter=_in_view(view, desk) & is_late) for view in VIEWS}
    left = {
        f"{view}_found": Count("pk", filter=_in_view(view, desk) & _narrowed(filters))
        for view in VIEWS
    }
    found = (
        desk.handoffs()
        .annotate(due_at=_first_due(), is_late=Q(due_at__lt=now), has_clause=_has_clause(filters))
        .aggregate(
            **every,
            **late,
            **left,
            next_due_in_team=Min("due_at", filter=_in_view("team", desk)),
            tiers=ArrayAgg("tier", distinct=True, filter=~Q(tier=""), default=[]),
            origins=ArrayAgg("origin", distinct=True, filter=Q(origin__isnull=False), default=[]),
        )
    )
    return QueueSummary(
        counts={view: found[view] for view in VIEWS},
        overdue={view: found[f"{view}_late"] for view in VIEWS},
        found={view: found[f"{view}_found"] for view in VIEWS},
        next_due_in_team=found["next_due_in_team"],
        tiers=tuple(found["tiers"]),
        origins=tuple(found["origins"]),
    )


def found_in(desk: Desk, filters: QueueFilters) -> HandoffQuerySet:
    """Return the handoffs asked for, what runs out first on top, without a running clock last."""
    handoffs = desk.handoffs().alias(has_clause=_has_clause(filters))
    return (
        handoffs.filter(_in_view(filters.view, desk) & _narrowed(filters))
        .annotate(due_at=_first_due(filters.clause))
        .order_by(F("due_at").asc(nulls_last=True), "pk")
    )


def overdue_count(user: User, slug: str) -> int:
    """Count the handoffs somebody holds of which a promise is past due by now; one query."""
    held = Handoff.objects.visible_to(user).open().held_by(user).filter(agreement__slug=slug)
    return held.filter(
        Exists(acting_clocks().filter(handoff=OuterRef("pk"), due_at__lt=Now()))
    ).count()


def acting_clocks() -> QuerySet[Clock]:
    """Return the clocks that sales can still act on: what is past due still wants doing."""
    return Clock.objects.filter(
        stopped_at__isnull=True, void_at__isnull=True, gave_up=False, party=Party.SALES
    )


@dataclass(frozen=True, slots=True)
class DayResult:
    """How many clocks somebody stopped since an instant, and how many of them in time."""

    stopped: int
    met: int


def result_since(desk: Desk, since: datetime) -> DayResult:
    """Count the clocks of the person that stopped since an instant."""
    stopped = Clock.objects.filter(
        agreement=desk.agreement, holder=desk.user, party=Party.SALES, stopped_at__gte=since
    )
    counted = stopped.aggregate(
        stopped=Count("pk"), met=Count("pk", filter=Q(stopped_at__lte=F("due_at")))
    )
    return DayResult(**counted)


def _in_view(view: str, desk: Desk) -> Q:
    match view:
        case "mine":
            return Q(holder=desk.user)
        case "team":
            return Q(holder__isnull=True)
        case _:
            return Q(pk__isnull=False)


def _narrowed(filters: QueueFilters) -> Q:
    condition = Q(pk__isnull=False)
    if filters.tier:
        condition &= Q(tier=filters.tier)
    if filters.origin:
        condition &= Q(origin=filters.origin)
    if filters.clause:
        condition &= Q(has_clause=True)
    return condition


def _has_clause(filters: QueueFilters) -> Exists:
    """Whether a clock of the clause asked for can be acted on."""
    return Exists(acting_clocks().filter(handoff=OuterRef("pk"), clause_key=filters.clause))


def _first_due(clause: str = "") -> Subquery:
    clocks = acting_clocks().filter(handoff=OuterRef("pk"))
    if clause:
        clocks = clocks.filter(clause_key=clause)
    return Subquery(clocks.order_by("due_at").values("due_at")[:1])
