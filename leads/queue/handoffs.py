"""The rep's queue: open handoffs, what runs out first on top."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, JSONObject, Now
from django.http import QueryDict

from agreements.models import Agreement, Membership, User
from agreements.models.contracts import Party
from agreements.permissions import Roles
from leads.addresses import Filters
from leads.models import Clock, Handoff, LeadIdentity, SavedView, Snooze
from leads.models.leads import HandoffQuerySet
from leads.registry.searching import fitting, id_of

_A_WEEK = timedelta(days=7)
_EVERY = 10**9
_IN_ORDER = (F("due_at").asc(nulls_last=True), "returns_date", "pk")
VIEWS = ("mine", "team", "returning", "snoozed", "all")
"""All are of open handoffs but ``returning``: of those that rested until today."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose queue it is, under which agreement, and whether they read everybody's handoffs.

    ``roles`` are what ``agreements.permissions.roles_in`` returns, ``holds`` says that they can
    hold handoffs, ``organises`` that they say who holds which.
    """

    agreement: Agreement
    user: User
    roles: Roles
    sees_all: bool
    follows_up: bool
    holds: bool
    organises: bool

    @property
    def views(self) -> tuple[str, ...]:
        """The views that may be asked for."""
        own = ("snoozed",) if self.holds else ()
        return ("mine", "team", "returning", *own, *(("all",) if self.sees_all else ()))

    def open_ones(self) -> HandoffQuerySet:
        """Return the open handoffs the person may read."""
        return self.handoffs().open()

    def back_by(self, day: date) -> HandoffQuerySet:
        """Return the handoffs that rested until a day, and that come back to the person."""
        back = self.handoffs().resting(by=day)
        return back if self.sees_all else back.held_by(self.user)

    def handoffs(self) -> HandoffQuerySet:
        """Return what ``visible_to`` does, without asking again for the roles that are known."""
        under = Handoff.objects.filter(agreement=self.agreement)
        return under if self.sees_all else under.filter(Q(holder=self.user) | Q(holder=None))

    def today(self, now: datetime) -> date:
        """Return the day it is where the agreement is."""
        return self.agreement.local_date(now)


def desk_of(user: User, slug: str) -> Desk:
    """Return somebody's desk under an agreement; one query.

    Raises Agreement.DoesNotExist where they may not read the agreement.
    """
    return _desk(user, _with_roles(user).get(slug=slug))


def desk_and_views_of(user: User, slug: str) -> tuple[Desk, list[dict[str, Any]]]:
    """Return somebody's desk and the views they saved there, by name; one query.

    Raises Agreement.DoesNotExist where they may not read the agreement.
    """
    own_views = _own_views(user, SavedView.Page.QUEUE)
    agreement = _with_roles(user).annotate(own_views=own_views).get(slug=slug)
    return _desk(user, agreement), agreement.own_views


def _own_views(user: User, page: SavedView.Page) -> ArraySubquery:
    saved = SavedView.objects.filter(user=user, agreement=OuterRef("pk"), page=page)
    told = saved.order_by("name").values(json=JSONObject(pk="pk", name="name", address="address"))
    return ArraySubquery(told)


def desk_for_registry(
    user: User, slug: str
) -> tuple[Desk, list[tuple[str, str]], list[dict[str, Any]]]:
    """Return somebody's desk, keys and names of who works in sales, and views saved; one query.

    Both are by name. Raises Agreement.DoesNotExist where they may not read the agreement.
    """
    holding = {"memberships__role__in": (Membership.Role.LEAD, Membership.Role.MEMBER)}
    seated = User.objects.filter(memberships__team=OuterRef("sales_team"), **holding)
    team = seated.order_by("name", "pk")
    named = ArraySubquery(team.values(json=JSONObject(pk="pk", name="name")))
    own_views = _own_views(user, SavedView.Page.REGISTRY)
    agreement = _with_roles(user).annotate(named=named, own_views=own_views).get(slug=slug)
    team_members = [(str(each["pk"]), each["name"]) for each in agreement.named]
    return _desk(user, agreement), team_members, agreement.own_views


def _with_roles(user: User) -> QuerySet[Any]:
    own = Membership.objects.filter(user=user)
    of_marketing, of_sales = (
        own.filter(team=OuterRef(team)) for team in ("marketing_team", "sales_team")
    )
    return Agreement.objects.visible_to(user).annotate(
        marketing_roles=ArraySubquery(of_marketing.values("role")),
        sales_roles=ArraySubquery(of_sales.values("role")),
    )


def _desk(user: User, agreement: Any) -> Desk:
    reads_all = user.is_admin or user.is_director
    sales = set(agreement.sales_roles)
    roles = {(str(Party.MARKETING), role) for role in agreement.marketing_roles}
    return Desk(
        agreement=agreement,
        user=user,
        roles=roles | {(str(Party.SALES), role) for role in sales},
        sees_all=reads_all or bool(roles or sales - {Membership.Role.MEMBER}),
        follows_up=bool(sales),
        holds=bool(sales - {Membership.Role.INTEGRATION}),
        organises=user.is_admin or Membership.Role.LEAD in sales,
    )


@dataclass(frozen=True, slots=True)
class QueueFilters(Filters):
    """Which of the handoffs are asked for; empty is any, or the usual view.

    ``q`` is words of a name, company or e-mail address, or the start of an id; see ``words_of``.
    """

    view: str = ""
    q: str = ""
    clause: str = ""
    tier: str = ""
    origin: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str], desk: Desk) -> "QueueFilters":
        """Read an address; a view that may not be asked for is left out."""
        told = cls.told(asked)
        return cls.fitting(told, {"view": told["view"] in desk.views})

    def with_view(self, desk: Desk, summary: "QueueSummary") -> "QueueFilters":
        """Choose the usual view where none was asked for: everybody's for who holds nothing."""
        holds = summary.counts["mine"] or summary.counts["snoozed"]
        usual = "all" if desk.sees_all and not holds else "mine"
        return replace(self, view=self.view or usual)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force, besides the view."""
        return {name: value for name, value in self.asked.items() if name != "view"}

    @property
    def others(self) -> QueryDict:
        """The filters in force, as an address to which a view is added."""
        asked = QueryDict(mutable=True)
        asked.update(self.chosen)
        return asked

    @property
    def condition(self) -> Q:
        """What a handoff must be, besides being in the view.

        A search looks at the leads of the queue and not at all there are: a queue is short.
        """
        condition = Q(pk__isnull=False)
        if self.q:
            condition &= _fits(self.q)
        if self.tier:
            condition &= Q(tier=self.tier)
        if self.origin:
            condition &= Q(origin=self.origin)
        if self.clause:
            condition &= Q(_has_clause(self.clause))
        return condition


def _fits(q: str) -> Q:
    """Match the lead, or the one it was merged into, as the registry does."""
    id_, found = id_of(q), Q()
    for lead in ("lead", "lead__merged_into"):
        named = LeadIdentity.objects.filter(lead=OuterRef(lead), external_id__iregex=id_)
        found |= Q(Exists(named)) | fitting(q, f"{lead}__")
    return found


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How many handoffs each view has, how many of them are overdue, the same of what the filters
    leave, and what can be filtered by.

    ``coming`` are those that come back within a week, the first of them on ``next_return``.
    """

    counts: Mapping[str, int]
    overdue: Mapping[str, int]
    found: Mapping[str, int]
    found_overdue: Mapping[str, int]
    next_due_in_team: datetime | None
    tiers: tuple[str, ...]
    origins: tuple[str, ...]
    coming: int
    next_return: date | None


def summary_of(desk: Desk, filters: QueueFilters, now: datetime) -> QueueSummary:
    """Count the queue as it stands at ``now``; one query."""
    today, team = desk.today(now), _in_view("team", desk, now)
    is_coming = Q(status=Handoff.Status.RECYCLED, returns_date__gt=today)
    asked: dict[str, Any] = {
        "next_due_in_team": Min("due_at", filter=team),
        "tiers": ArrayAgg("tier", distinct=True, filter=~Q(tier=""), default=[]),
        "origins": ArrayAgg("origin", distinct=True, filter=Q(origin__isnull=False), default=[]),
        "coming": Count("pk", filter=is_coming),
        "next_return": Min("returns_date", filter=is_coming),
    }
    for view in VIEWS:
        within, is_late, is_found = _in_view(view, desk, now), Q(due_at__lt=now), Q(is_found=True)
        asked[f"{view}_all"] = Count("pk", filter=within)
        asked[f"{view}_late"] = Count("pk", filter=within & is_late)
        asked[f"{view}_found"] = Count("pk", filter=within & is_found)
        asked[f"{view}_found_late"] = Count("pk", filter=within & is_found & is_late)
    told = _counted(desk, filters, now).aggregate(**asked)
    return QueueSummary(
        counts={view: told[f"{view}_all"] for view in VIEWS},
        overdue={view: told[f"{view}_late"] for view in VIEWS},
        found={view: told[f"{view}_found"] for view in VIEWS},
        found_overdue={view: told[f"{view}_found_late"] for view in VIEWS},
        next_due_in_team=told["next_due_in_team"],
        tiers=tuple(told["tiers"]),
        origins=tuple(told["origins"]),
        coming=told["coming"],
        next_return=told["next_return"],
    )


def _counted(desk: Desk, filters: QueueFilters, now: datetime) -> HandoffQuerySet:
    """Return every handoff that any view may have.

    Two narrow sets found by their own indexes, and a limit that is never reached: behind it each
    row's due time is looked up once, and not again for every count.
    """
    back = desk.back_by(desk.today(now) + _A_WEEK)
    either = desk.open_ones().values("pk").union(back.values("pk"), all=True)
    is_found = ExpressionWrapper(filters.condition, output_field=BooleanField())
    dressed = _dressed(Handoff.objects.filter(pk__in=either), desk, now)
    return dressed.annotate(is_found=is_found)[:_EVERY]


def found_in(desk: Desk, filters: QueueFilters, now: datetime) -> HandoffQuerySet:
    """Return the handoffs asked for, what runs out first on top, without a running clock last.

    Each has ``due_at``, of the clause asked for or of all, and ``aside_until`` in the view of
    those put aside.
    """
    today = desk.today(now)
    handoffs = desk.back_by(today) if filters.view == "returning" else desk.open_ones()
    found = _dressed(handoffs, desk, now)
    found = found.filter(_in_view(filters.view, desk, now) & filters.condition)
    if filters.clause:
        found = found.annotate(due_at=_first_due(filters.clause))
    return found.order_by(*_IN_ORDER)


def listed_in(desk: Desk, filters: QueueFilters, now: datetime) -> HandoffQuerySet:
    """Return what ``found_in`` does, of what nobody holds the better tier first where it runs out
    at the same time; a query more for those.
    """
    found = found_in(desk, filters, now)
    if filters.view != "team":
        return found
    first, *others = _IN_ORDER
    return found.order_by(first, *_by_tier(desk, now), *others)


def _dressed(handoffs: HandoffQuerySet, desk: Desk, now: datetime) -> HandoffQuerySet:
    """Add when each is due, and until when the person put it aside."""
    own = Snooze.objects.lasting(now).filter(user=desk.user, handoff=OuterRef("pk"))
    return handoffs.annotate(due_at=_first_due(), aside_until=Subquery(own.values("until")))


def _in_view(view: str, desk: Desk, now: datetime) -> Q:
    """What a handoff must be for a view; what runs out soon is never put aside."""
    soon, is_open = now + Snooze.AHEAD, Q(status__in=Handoff.OPEN)
    match view:
        case "mine":
            is_here = Q(aside_until__isnull=True) | Q(due_at__lte=soon)
            return is_open & Q(holder=desk.user) & is_here
        case "snoozed":
            is_calm = Q(due_at__isnull=True) | Q(due_at__gt=soon)
            return is_open & Q(holder=desk.user, aside_until__isnull=False) & is_calm
        case "team":
            return is_open & Q(holder__isnull=True)
        case "returning":
            return Q(status=Handoff.Status.RECYCLED, returns_date__lte=desk.today(now))
        case _:
            return is_open


def overdue_count(user: User, slug: str) -> int:
    """Count the handoffs somebody holds of which a promise is past due by now; one query."""
    held = Handoff.objects.visible_to(user).open().held_by(user).filter(agreement__slug=slug)
    return held.filter(
        Exists(acting_clocks().filter(handoff=OuterRef("pk"), due_at__lt=Now()))
    ).count()


def acting_clocks() -> QuerySet[Clock]:
    """Return the clocks that sales can still act on: what is past due still wants doing."""
    return _open_clocks().filter(party=Party.SALES)


def routing_clocks() -> QuerySet[Clock]:
    """Return the clocks that run until somebody holds a handoff, whoever promised it."""
    return _open_clocks().filter(kind=Clock.Kind.ROUTING)


def _open_clocks() -> QuerySet[Clock]:
    return Clock.objects.filter(stopped_at__isnull=True, void_at__isnull=True, gave_up=False)


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


def _has_clause(clause: str) -> Exists:
    """Whether a clock of a clause can be acted on."""
    return Exists(acting_clocks().filter(handoff=OuterRef("pk"), clause_key=clause))


def _first_due(clause: str = "") -> Combinable:
    """When a handoff runs out first: of a clause, or of all; what nobody holds waits for that."""
    if clause:
        return _earliest(acting_clocks().filter(clause_key=clause))
    return Coalesce(_earliest(acting_clocks()), _earliest(routing_clocks()))


def _earliest(clocks: QuerySet[Clock]) -> Subquery:
    clocks = clocks.filter(handoff=OuterRef("pk"))
    return Subquery(clocks.order_by("due_at").values("due_at")[:1])


def _by_tier(desk: Desk, now: datetime) -> list[Combinable]:
    """Sort by where the tier of a handoff stands in the terms in force; one query."""
    version = desk.agreement.versions.in_force(now).first()
    tiers = version.parsed_terms().tiers if version else ()
    ranks = [When(tier=tier.key, then=Value(place)) for place, tier in enumerate(tiers)]
    return [Case(*ranks, default=Value(len(ranks)))] if ranks else []
