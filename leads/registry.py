"""The registry: every lead of an agreement that a person may read, found and narrowed."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from agreements.models import Agreement, Membership, User
from leads.any_of import AnyOf
from leads.cohort import WITHOUT
from leads.kin import KEPT, Rows, kept_of, latest_of
from leads.models import Handoff, Lead, LeadChange, LeadIdentity, StageEntry
from leads.models.facts import FactQuerySet
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


def kept_leads(desk: Desk) -> LeadQuerySet:
    """Return the leads that the person may read, and those kept of what they may read.

    What was merged does not stand beside the lead that is kept.
    """
    merged = readable_leads(desk).filter(merged_into=OuterRef("pk"))
    either = readable_leads(desk) | Lead.objects.filter(Exists(merged))
    return either.filter(merged_into=None)


def readable_handoffs(desk: Desk) -> HandoffQuerySet:
    """Return the handoffs that the person may read, less those that were none."""
    visible = Handoff.objects.visible_to(desk.user).filter(agreement=desk.agreement)
    return visible.exclude(status__in=_HIDDEN)


def lasting_handoffs(desk: Desk) -> HandoffQuerySet:
    """Return those of them that did not end because another one of the same lead goes on."""
    return readable_handoffs(desk).exclude(status=Handoff.Status.MERGED)


def found_in(desk: Desk, filters: RegistryFilters, now: datetime) -> QuerySet[Any]:
    """Return what the filters leave, in the order they ask for; ``leads_in`` tells the leads.

    In the order of offers or of stages it is handoffs or entries that are found, whose indexes
    have them so.
    """
    leads = _leads_asked_for(desk, filters)
    entries = _entries_asked_for(desk, filters)
    handoffs = handoffs_asked_for(desk, filters, now)
    if filters.asks_of_offers:
        leads, handoffs = _about(leads, handoffs), None
    down = "-" if filters.order.startswith("-") else ""
    column = filters.order.removeprefix("-")
    if column == "stage":
        every = StageEntry.objects.holding().filter(agreement=desk.agreement)
        latest = latest_of(every, every, "occurred_at") if entries is None else entries
        return _by(f"{down}occurred_at", latest, leads, handoffs)
    if column == "offered":
        offered = _latest(lasting_handoffs(desk), desk) if handoffs is None else handoffs
        offered = offered.filter(offered_at__isnull=False)
        return _by(f"{down}offered_at", offered, leads, entries)
    for rows in (entries, handoffs):
        leads = _each_about(leads, "pk", rows) if filters.q else _about(leads, rows)
    if column == "name":
        shown = Func("name", "company", "email", function="leads_shown_key")
        return leads.order_by(shown.desc() if down else shown.asc(), f"{down}pk")
    return leads.order_by(f"{down}pk")


def _leads_asked_for(desk: Desk, filters: RegistryFilters) -> LeadQuerySet:
    """Return the leads that fit what is asked of leads themselves."""
    leads = kept_leads(desk)
    if filters.q:
        leads = leads.filter(matching(filters.q))
    if filters.source:
        leads = _about(leads, LeadIdentity.objects.filter(source=filters.source))
    if not filters.asks_of_offers:
        leads = leads.filter(_origin_condition(filters.origin))
        leads = leads.filter(_campaign_condition(filters.campaign))
    return leads


def _about(leads: LeadQuerySet, rows: QuerySet[Any] | None) -> LeadQuerySet:
    """Return those that one of the rows is about; all without rows."""
    return leads if rows is None else leads.filter(pk__in=kept_of(rows))


def leads_in(found: Iterable[Lead | Handoff | StageEntry]) -> list[Lead]:
    """Return the leads of what was found: those that are kept of what is about a lead."""
    return [(each if isinstance(each, Lead) else each.lead).kept for each in found]


def handoffs_asked_for(
    desk: Desk, filters: RegistryFilters, now: datetime
) -> HandoffQuerySet | None:
    """Return the readable handoffs that the filters ask for; None where they ask for none."""
    condition = _handoff_condition(filters, now)
    if not condition and not filters.asks_of_offers:
        return None
    if filters.asks_of_offers:
        handoffs = readable_handoffs(desk).filter(condition)
        cohort = filters.cohort(desk.agreement)
        keys = cohort.keys(filters.outcome or "offered", **filters.groups)
        return handoffs.filter(pk__in=keys)
    return _latest(lasting_handoffs(desk).filter(condition), desk)


def latest_of_each(handoffs: HandoffQuerySet, lead_ids: Collection[int]) -> dict[int, Handoff]:
    """Return the latest of some handoffs by the lead that is kept, with who holds it; one query.

    An open one is later than any other. ``lead_ids`` are leads with those merged into them.
    """
    own: QuerySet[Any] = handoffs.filter(AnyOf("lead", lead_ids)).annotate(kept=KEPT)
    is_open = ExpressionWrapper(Q(status__in=Handoff.OPEN), BooleanField())
    offered_at = F("offered_at").desc(nulls_last=True)
    latest = own.order_by("kept", is_open.desc(), offered_at, "-pk").distinct("kept")
    return {each.kept: each for each in latest.select_related("holder")}


def _latest(handoffs: HandoffQuerySet, desk: Desk) -> HandoffQuerySet:
    """Return those that are the latest of their lead, whoever may read the others.

    An open one is: of leads that were merged, one that was offered later may have ended.
    """
    offered = Handoff.objects.filter(agreement=desk.agreement, offered_at__isnull=False)
    lasting = offered.exclude(status__in=(*_HIDDEN, Handoff.Status.MERGED))
    of_row = ExpressionWrapper(OuterRef("status"), CharField())
    after_closed = lasting.alias(of_row=of_row).filter(~Q(of_row__in=Handoff.OPEN))
    return latest_of(handoffs, after_closed, "offered_at", Q(status__in=Handoff.OPEN))


def _by(
    moment: str, latest: QuerySet[Any], leads: LeadQuerySet, also: QuerySet[Any] | None
) -> QuerySet[Any]:
    """Return the rows about some leads in the order of a moment, as their index has them.

    One of the rows of ``also`` is about each of the leads too.
    """
    kept: QuerySet[Any] = latest.annotate(kept=KEPT)
    found = _each_about(kept.filter(kept__in=leads.values("pk")), "kept", also)
    down = "-" if moment.startswith("-") else ""
    return found.select_related("lead__merged_into").order_by(moment, f"{down}pk")


def _each_about(found: Rows, key: str, rows: QuerySet[Any] | None) -> Rows:
    """Return what is about a lead that one of the rows is about too; all without rows.

    It is looked up for each until a page is full. ``_about`` finds all of them first, which costs
    less where few fit.
    """
    if rows is None:
        return found
    lead = OuterRef(key)
    own, merged = rows.filter(lead=lead), rows.filter(lead__merged_into=lead)
    return found.filter(Exists(own) | Exists(merged))


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


def _entries_asked_for(desk: Desk, filters: RegistryFilters) -> FactQuerySet[StageEntry] | None:
    """Return the entries into the stage asked for that no entry into another one followed."""
    if not filters.stage:
        return None
    entries = StageEntry.objects.holding().filter(agreement=desk.agreement)
    return latest_of(entries.filter(stage=filters.stage), entries, "occurred_at")


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
