"""The registry: every lead of an agreement that a person may read, found and narrowed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from django.db.models import Exists, F, OuterRef, Q, Subquery

from agreements.models import Agreement, Membership, User
from agreements.terms import Terms
from leads.addresses import plain
from leads.models import Handoff, Lead, LeadChange, StageEntry
from leads.models.leads import HandoffQuerySet, LeadQuerySet
from leads.queue import Desk
from leads.searching import matching

_NOBODY = "none"


@dataclass(frozen=True, slots=True)
class RegistryFilters:
    """Which leads are asked for; empty is any. ``holder`` is a key, or ``none`` for nobody."""

    q: str = ""
    stage: str = ""
    status: str = ""
    holder: str = ""
    tier: str = ""
    origin: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "RegistryFilters":
        """Read an address."""
        told = {field.name: plain(asked, field.name) for field in fields(cls)}
        if not told["holder"].isdecimal() and told["holder"] != _NOBODY:
            told["holder"] = ""
        return cls(**told)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One lead with the latest of its handoffs and of its stages under the agreement."""

    lead: Lead
    handoff: Handoff | None
    stage: str
    tier: str
    is_top_tier: bool

    @property
    def handoff_look(self) -> str:
        """The status whose look fits the handoff's."""
        status = self.handoff.status if self.handoff else Handoff.Status.EXPECTED
        return "pending" if status == Handoff.Status.EXPECTED else str(status)


def readable_leads(desk: Desk) -> LeadQuerySet:
    """Return the leads of the agreement that the person may read.

    Whoever reads every handoff reads every lead; a rep those whose handoff they hold or that
    wait in the team's queue.
    """
    if desk.sees_all:
        return Lead.objects.of_agreement(desk.agreement)
    visible = Handoff.objects.standing().visible_to(desk.user)
    handoffs = visible.filter(agreement=desk.agreement)
    return Lead.objects.filter(Exists(handoffs.filter(lead=OuterRef("pk"))))


def leads_visible_to(user: User) -> LeadQuerySet:
    """Return the leads that the person may read under any agreement, or has told of.

    Whoever told of a lead reads it before it reaches a stage or is offered anywhere.
    """
    if user.is_admin or user.is_director:
        return Lead.objects.all()
    own = OuterRef("pk")
    memberships = Membership.objects.filter(user=user)
    whole = Agreement.objects.filter(
        Q(marketing_team__in=memberships.values("team"))
        | Q(sales_team__in=memberships.exclude(role=Membership.Role.MEMBER).values("team"))
    )
    return Lead.objects.filter(
        Exists(StageEntry.objects.holding().filter(lead=own, agreement__in=whole))
        | Exists(Handoff.objects.standing().visible_to(user).filter(lead=own))
        | Exists(LeadChange.objects.filter(lead=own, recorded_by=user, is_undone=False))
    )


def found_in(desk: Desk, filters: RegistryFilters) -> LeadQuerySet:
    """Return the readable leads that the filters leave, the latest heard of first."""
    leads = readable_leads(desk)
    if filters.q:
        leads = leads.filter(matching(filters.q))
    if filters.origin:
        leads = leads.filter(origin=filters.origin)
    if filters.stage:
        leads = leads.alias(stage=_latest_stage(desk.agreement)).filter(stage=filters.stage)
    handoff = _handoff_condition(filters)
    if handoff:
        latest = desk.agreement.handoffs.filter(handoff, lead=OuterRef("pk"))
        leads = leads.filter(Exists(latest.filter(~Exists(_later_handoffs()))))
    return leads.order_by("-pk")


def rows_of(agreement: Agreement, leads: Sequence[Lead], terms: Terms | None) -> list[RegistryRow]:
    """Dress a page of leads; two queries, however many leads. ``terms`` name stages and tiers."""
    handoffs = {
        handoff.lead_id: handoff
        for handoff in agreement.handoffs.filter(lead__in=leads)
        .exclude(status__in=[Handoff.Status.REPEATED, Handoff.Status.TAKEN_BACK])
        .select_related("holder")
        .order_by("lead", F("offered_at").desc(nulls_last=True), "-pk")
        .distinct("lead")
    }
    entries = StageEntry.objects.holding().filter(agreement=agreement, lead__in=leads)
    latest = entries.order_by("lead", "-occurred_at", "-pk").distinct("lead")
    stages = dict(latest.values_list("lead_id", "stage"))
    return [_row(lead, handoffs.get(lead.pk), stages.get(lead.pk, ""), terms) for lead in leads]


def _row(lead: Lead, handoff: Handoff | None, stage: str, terms: Terms | None) -> RegistryRow:
    stages = {each.key: each.name for each in terms.stages} if terms else {}
    tiers = {each.key: each.name for each in terms.tiers} if terms else {}
    tier = handoff.tier if handoff else ""
    return RegistryRow(
        lead=lead,
        handoff=handoff,
        stage=stages.get(stage, stage),
        tier=tiers.get(tier, tier),
        is_top_tier=bool(tier) and tier == next(iter(tiers), None),
    )


def _latest_stage(agreement: Agreement) -> Subquery:
    entries = StageEntry.objects.holding().filter(agreement=agreement, lead=OuterRef("pk"))
    return Subquery(entries.order_by("-occurred_at", "-pk").values("stage")[:1])


def _handoff_condition(filters: RegistryFilters) -> Q:
    condition = Q()
    if filters.status:
        condition &= Q(status=filters.status)
    if filters.tier:
        condition &= Q(tier=filters.tier)
    if filters.holder == _NOBODY:
        condition &= Q(holder__isnull=True)
    elif filters.holder:
        condition &= Q(holder=int(filters.holder))
    return condition & ~Q(status=Handoff.Status.REPEATED) if condition else condition


def _later_handoffs() -> HandoffQuerySet:
    return (
        Handoff.objects.filter(
            lead=OuterRef("lead"),
            agreement=OuterRef("agreement"),
            offered_at__gt=OuterRef("offered_at"),
        )
        .exclude(status=Handoff.Status.REPEATED)
        .order_by()
    )
