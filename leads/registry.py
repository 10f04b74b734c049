"""The registry: every lead of an agreement that a person may read, found and narrowed."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from agreements.models import Agreement, Membership, User
from leads.any_of import AnyOf
from leads.cohort import WITHOUT
from leads.models import Handoff, Lead, LeadChange, LeadIdentity, StageEntry
from leads.models.leads import HandoffQuerySet, LeadQuerySet
from leads.queue import Desk, acting_clocks
from leads.registry_filters import NOBODY, RegistryFilters
from leads.searching import matching

_HIDDEN = (Handoff.Status.REPEATED, Handoff.Status.TAKEN_BACK)


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


def readable_handoffs(desk: Desk) -> HandoffQuerySet:
    """Return the handoffs that the person may read, less those that were none."""
    visible = Handoff.objects.visible_to(desk.user).filter(agreement=desk.agreement)
    return visible.exclude(status__in=_HIDDEN)


def found_in(desk: Desk, filters: RegistryFilters, now: datetime) -> LeadQuerySet:
    """Return the readable leads that the filters leave, in the order they ask for.

    Without one the latest heard of are first.
    """
    leads = readable_leads(desk)
    if filters.q:
        leads = leads.filter(matching(filters.q))
    if filters.source:
        known = LeadIdentity.objects.filter(lead=OuterRef("pk"), source=filters.source)
        leads = leads.filter(Exists(known))
    if filters.stage:
        leads = leads.alias(stage=_latest_stage(desk.agreement)).filter(stage=filters.stage)
    if not filters.asks_of_offers:
        leads = leads.filter(_origin_condition(filters.origin))
        leads = leads.filter(_campaign_condition(filters.campaign))
    handoffs = handoffs_asked_for(desk, filters, now)
    if handoffs is not None:
        leads = leads.filter(Exists(handoffs.filter(lead=OuterRef("pk"))))
    return _sorted(leads, desk, filters.sort)


def handoffs_asked_for(
    desk: Desk, filters: RegistryFilters, now: datetime
) -> HandoffQuerySet | None:
    """Return the readable handoffs that the filters ask for; None where they ask for none."""
    condition = _handoff_condition(filters, now)
    if not condition and not filters.asks_of_offers:
        return None
    handoffs = readable_handoffs(desk).filter(condition)
    if filters.asks_of_offers:
        cohort = filters.cohort(desk.agreement)
        keys = cohort.keys(filters.outcome or "offered", **filters.groups)
        return handoffs.filter(pk__in=keys)
    return handoffs.filter(~Exists(_later_handoffs()))


def latest_of_each(handoffs: HandoffQuerySet, lead_ids: Collection[int]) -> dict[int, Handoff]:
    """Return the latest of some handoffs of each lead, by lead, with who holds it; one query."""
    own = handoffs.filter(AnyOf("lead", lead_ids)).select_related("holder")
    latest = own.order_by("lead", F("offered_at").desc(nulls_last=True), "-pk").distinct("lead")
    return {each.lead_id: each for each in latest}


def _sorted(leads: LeadQuerySet, desk: Desk, sort: str) -> LeadQuerySet:
    match sort:
        case "heard":
            return leads.order_by("pk")
        case "offered" | "-offered":
            # Read from the handoffs, whose index has them in this order.
            down = sort.removesuffix("offered")
            latest = readable_handoffs(desk).filter(
                ~Exists(_later_handoffs()), offered_at__isnull=False
            )
            return leads.filter(handoffs__in=latest).order_by(
                f"{down}handoffs__offered_at", f"{down}handoffs__pk"
            )
        case _:
            return leads.order_by("-pk")


def _origin_condition(origin: str) -> Q:
    if origin == WITHOUT:
        return Q(origin__isnull=True) | Q(origin="")
    return Q(origin=origin) if origin else Q()


def _campaign_condition(campaign: str) -> Q:
    if campaign == WITHOUT:
        return ~Q(attributes__has_key="campaign")
    if not campaign:
        return Q()
    return Q(Exact(KeyTextTransform("campaign", "attributes"), Value(campaign)))


def _latest_stage(agreement: Agreement) -> Subquery:
    entries = StageEntry.objects.holding().filter(agreement=agreement, lead=OuterRef("pk"))
    return Subquery(entries.order_by("-occurred_at", "-pk").values("stage")[:1])


def _handoff_condition(filters: RegistryFilters, now: datetime) -> Q:
    condition = Q()
    for name in ("status", "tier", "reason"):
        text = filters.asked.get(name)
        if text:
            condition &= Q(**{name: "" if text == WITHOUT else text})
    if filters.holder == NOBODY:
        condition &= Q(holder__isnull=True)
    elif filters.holder:
        condition &= Q(holder=int(filters.holder))
    return condition & _wants_attention(now) if filters.attention else condition


def _wants_attention(now: datetime) -> Q:
    """Nobody holds it, a promise of sales is past due, or its contest waits for the arbiter."""
    late = acting_clocks().filter(handoff=OuterRef("pk"), due_at__lt=now)
    is_left = Q(status__in=Handoff.OPEN) & (Q(holder__isnull=True) | Q(Exists(late)))
    return is_left | Q(contest=Handoff.Contest.WAITING)


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
