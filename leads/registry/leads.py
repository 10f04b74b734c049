"""The registry: every lead of an agreement that a person may read, found and narrowed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from agreements.models import Agreement, Membership, User
from leads.any_of import AnyOf
from leads.became.cohort import WITHOUT, Cohort
from leads.kin import KEPT, is_about_same, kept_of, latest_of
from leads.models import Handoff, Lead, LeadChange, LeadIdentity, LeadStage, StageEntry
from leads.models.leads import HandoffQuerySet, LeadQuerySet
from leads.origins import TYPED, campaign_condition, meant_of_offers, origin_condition
from leads.queue.handoffs import Desk, acting_clocks
from leads.registry.filters import BARRED, NOBODY, RegistryFilters
from leads.registry.narrowed import FEW, about, about_few, each_about
from leads.registry.parts import FirstOf, Found
from leads.registry.searching import matching

VERY_MANY = 100_000
_ALL = Q()
_HIDDEN = (Handoff.Status.REPEATED, Handoff.Status.TAKEN_BACK)


def readable_leads(desk: Desk) -> LeadQuerySet:
    """Return the leads of the agreement that the person may read.

    Whoever reads every handoff reads every lead; a rep those whose handoff they hold or that
    wait in the team's queue.
    """
    if desk.sees_all:
        return Lead.objects.of_agreement(desk.agreement)
    return Lead.objects.filter(pk__in=_own_handoffs(desk).values("lead"))


def _own_handoffs(desk: Desk) -> HandoffQuerySet:
    return desk.handoffs().standing()


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

    What was merged does not stand beside the lead that is kept. Where they are few, those of a rep
    or of an agreement among large ones, their keys are found first.
    """
    if not desk.sees_all:
        return Lead.objects.filter(pk__in=kept_of(_own_handoffs(desk)), merged_into=None)
    merged = readable_leads(desk).filter(merged_into=OuterRef("pk"))
    either = readable_leads(desk) | Lead.objects.filter(Exists(merged))
    kept = either.filter(merged_into=None)
    return kept.filter(pk__in=_keys_under(desk.agreement)) if _has_few(desk.agreement) else kept


def _has_few(agreement: Agreement) -> bool:
    """Whether an agreement has few of very many leads: to look at each in turn takes too long."""
    if not Lead.objects.filter(pk__gt=VERY_MANY).exists():
        return False
    return not agreement.lead_stages.all()[FEW : FEW + 1].exists()


def _keys_under(agreement: Agreement) -> QuerySet[Any, Any]:
    """Return the keys of all that are in a stage under an agreement, or were handed over."""
    stages = agreement.lead_stages.values_list("lead")
    return stages.union(kept_of(agreement.handoffs.standing()), all=True)


def readable_handoffs(desk: Desk) -> HandoffQuerySet:
    """Return the handoffs that the person may read, less those that were none."""
    return desk.handoffs().exclude(status__in=_HIDDEN)


def lasting_handoffs(desk: Desk) -> HandoffQuerySet:
    """Return those of them that did not end because another one of the same lead goes on."""
    return readable_handoffs(desk).exclude(status=Handoff.Status.MERGED)


def found_in(desk: Desk, filters: RegistryFilters, now: datetime) -> Found:
    """Return what the filters leave, in the order they ask for; ``leads_in`` tells the leads.

    In the order of offers or of stages it is handoffs or stages that are found, whose indexes
    have them so, and after them the leads without; handoffs in any order where the filters ask of
    offers.
    """
    if filters.asks_of_offers:
        return Found((_offers_found_in(desk, filters, cohort_of(desk, filters), now),))
    leads = _leads_asked_for(desk, filters)
    handoffs = _handoffs_asked_for(desk, filters, now)
    if handoffs is not None and filters.attention and filters.sort_key != "offered":
        leads, handoffs = about_few(leads, handoffs), None
    down = "-" if filters.is_downwards else ""
    if filters.sort_key == "stage":
        reached = _stages_asked_for(desk, filters)
        found = _by(f"{down}entered_at", reached, leads, handoffs)
        rest = _about_asked(_without(leads, reached, desk), handoffs, filters)
        return Found((found,) if filters.stage else (found, rest.order_by(f"{down}pk")))
    if filters.stage:
        leads = leads.filter(_is_in_stage(desk, filters, "pk"))
    if filters.sort_key == "offered":
        latest = _latest(lasting_handoffs(desk), desk) if handoffs is None else handoffs
        offered = latest.filter(offered_at__isnull=False)
        others = None if handoffs is None else handoffs.filter(offered_at=None)
        rest = _about_asked(_without(leads, offered, desk), others, filters)
        return Found((_by(f"{down}offered_at", offered, leads), rest.order_by(f"{down}pk")))
    leads = _about_asked(leads, handoffs, filters)
    if filters.sort_key == "name":
        shown = _shown_key()
        return Found((leads.order_by(shown.desc() if down else shown.asc(), f"{down}pk"),))
    return Found((leads.order_by(f"{down}pk"),))


def listed_in(
    desk: Desk, filters: RegistryFilters, now: datetime, most: int, cohort: Cohort | None = None
) -> Sequence[Any]:
    """Return the first of what ``found_in`` does, up to so many; ``cohort`` where it is known.

    What was offered is found once, whichever page of it is read: the latest of a year in a
    fraction of the time that all take.
    """
    if not filters.asks_of_offers:
        return FirstOf(found_in(desk, filters, now), most)
    cohort = cohort or cohort_of(desk, filters)
    found: dict[int, int] = {}
    for part in cohort.parts() if filters.order == "-offered" else (cohort,):
        offers = _offers_found_in(desk, filters, part, now).values_list("kept", "pk")
        for kept, pk in offers[:most]:
            found.setdefault(kept, pk)
        if len(found) >= most:
            break
    return _HandoffsOf(list(found.values()))


def chosen_in(
    desk: Desk, filters: RegistryFilters, keys: Collection[int], now: datetime
) -> list[Lead | Handoff]:
    """Return those with these keys of the leads that are kept, or of them what the rows show.

    It is handoffs where the filters ask of offers: a deed is about those that the rows show.
    """
    if not filters.asks_of_offers:
        return list(kept_leads(desk).filter(pk__in=keys).order_by("-pk"))
    among = Q(lead__in=keys, lead__merged_into=None) | Q(lead__merged_into__in=keys)
    return list(_offers_found_in(desk, filters, cohort_of(desk, filters), now, among))


class _HandoffsOf(Sequence[Handoff]):
    """The handoffs with these keys, in their order; a slice is read when it is asked for."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        keys = self._keys[place]
        found = Handoff.objects.select_related("lead__merged_into", "holder").in_bulk(keys)
        return [found[key] for key in keys]


def _offers_found_in(
    desk: Desk, filters: RegistryFilters, cohort: Cohort, now: datetime, among: Q = _ALL
) -> QuerySet[Any]:
    """Return of each lead the latest of the offers of a cohort that the filters ask for."""
    offers = _offers_asked_for(desk, filters, cohort, now, among)
    place = Window(RowNumber(), partition_by=KEPT, order_by=("-offered_at", "-pk"))
    return _sorted(offers.annotate(place=place).filter(place=1), desk, filters)


def number_of_offers(desk: Desk, filters: RegistryFilters, cohort: Cohort, now: datetime) -> int:
    """Count what of a cohort fits the filters, a lead offered twice twice; one query."""
    return _offers_asked_for(desk, filters, cohort, now).count()


def cohort_of(desk: Desk, filters: RegistryFilters) -> Cohort:
    """Return what was offered on the days asked for and of the groups that are meant.

    What is typed loosely is looked up among all that was offered.
    """
    cohort = filters.cohort(desk.agreement)
    return replace(
        cohort,
        groups={
            name: meant_of_offers(name, text, cohort) if name in TYPED else [text]
            for name, text in filters.groups.items()
        },
    )


def _offers_asked_for(
    desk: Desk, filters: RegistryFilters, cohort: Cohort, now: datetime, among: Q = _ALL
) -> QuerySet[Any]:
    """Return the offers of a cohort that the filters ask for, each with the lead that is kept.

    One that ended because another goes on stands for its lead only where that one was not offered
    in the days asked for. Whoever may read a handoff may read its lead.
    """
    became = cohort.condition(filters.outcome or "offered")
    offers: QuerySet[Any] = readable_handoffs(desk).filter(among, became).annotate(kept=KEPT)
    offers = offers.filter(_handoff_condition(filters, now))
    going_on = lasting_handoffs(desk).filter(filters.cohort(desk.agreement).period())
    offers = offers.exclude(Q(status=Handoff.Status.MERGED) & is_about_same(going_on))
    if filters.q:
        offers = offers.filter(kept__in=Lead.objects.filter(matching(filters.q)).values("pk"))
    if filters.contact:
        barred = Lead.objects.filter(pk=OuterRef("kept"), is_contact_barred=True)
        offers = offers.filter(Exists(barred) if filters.contact == BARRED else ~Exists(barred))
    if filters.source:
        known = LeadIdentity.objects.filter(source=filters.source)
        offers = each_about(offers, "kept", known)
    if filters.stage:
        offers = offers.filter(_is_in_stage(desk, filters, "kept"))
    return offers


def _sorted(offers: QuerySet[Any], desk: Desk, filters: RegistryFilters) -> QuerySet[Any]:
    """Return handoffs, each with the key of the lead that is ``kept``, in the order asked for."""
    if filters.sort_key == "stage":
        offers = offers.annotate(stage_at=_stage_since(desk))
    keys: dict[str, Any] = {
        "heard": F("kept"),
        "name": Case(
            When(lead__merged_into=None, then=_shown_key("lead__")),
            default=_shown_key("lead__merged_into__"),
        ),
        "offered": F("offered_at"),
        "stage": F("stage_at"),
    }
    key = keys[filters.sort_key]
    last = {"nulls_last": True}
    order = (key.desc(**last), "-pk") if filters.is_downwards else (key.asc(**last), "pk")
    ordered: QuerySet[Any] = offers.order_by(*order)
    return ordered.select_related("lead__merged_into", "holder")


def _stage_since(desk: Desk) -> Subquery:
    """Return when the lead that is kept of a handoff's entered the stage it is in."""
    stages = desk.agreement.lead_stages.filter(lead=OuterRef("kept"))
    return Subquery(stages.values("entered_at"))


def _shown_key(lead: str = "") -> Func:
    """Return what lists sort a lead's name by."""
    parts = (f"{lead}{name}" for name in ("name", "company", "email"))
    return Func(*parts, function="leads_shown_key")


def _leads_asked_for(desk: Desk, filters: RegistryFilters) -> LeadQuerySet:
    """Return the leads that fit what is asked of leads themselves."""
    leads = kept_leads(desk)
    if filters.q:
        leads = leads.filter(matching(filters.q))
    if filters.source:
        leads = about_few(leads, LeadIdentity.objects.filter(source=filters.source))
    if filters.contact:
        leads = leads.filter(is_contact_barred=filters.contact == BARRED)
    leads = leads.filter(origin_condition(filters.origin, desk.agreement))
    return leads.filter(campaign_condition(filters.campaign, desk.agreement))


def _about_asked(
    leads: LeadQuerySet, handoffs: HandoffQuerySet | None, filters: RegistryFilters
) -> LeadQuerySet:
    """Return those that one of the handoffs asked for is about; words leave few to look up."""
    return each_about(leads, "pk", handoffs) if filters.q else about(leads, handoffs)


def _without(leads: LeadQuerySet, rows: QuerySet[Any], desk: Desk) -> LeadQuerySet:
    """Return those that none of the rows is about, nor about one that was merged into them.

    It is looked up for each until a page is full: of two conditions apart each would be asked of
    every row first.
    """
    lead = OuterRef("pk")
    own, merged = rows.filter(lead=lead), rows.filter(lead__merged_into=lead)
    rest = leads.filter(~(Exists(own) | Exists(merged)))
    # Whoever reads some handoffs has few leads, which are not asked for among all.
    return rest if desk.sees_all else about(rest, _own_handoffs(desk))


def leads_in(found: Iterable[Lead | Handoff | LeadStage]) -> list[Lead]:
    """Return the leads of what was found: those that are kept of what is about a lead."""
    return [(each if isinstance(each, Lead) else each.lead).kept for each in found]


def _handoffs_asked_for(
    desk: Desk, filters: RegistryFilters, now: datetime
) -> HandoffQuerySet | None:
    """Return the latest handoffs of leads that the filters ask for; None where for none."""
    condition = _handoff_condition(filters, now)
    return _latest(lasting_handoffs(desk).filter(condition), desk) if condition else None


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
    moment: str, latest: QuerySet[Any], leads: LeadQuerySet, also: QuerySet[Any] | None = None
) -> QuerySet[Any]:
    """Return the rows about some leads in the order of a moment, as their index has them.

    One of the rows of ``also`` is about each of the leads too.
    """
    kept: QuerySet[Any] = latest.annotate(kept=KEPT)
    found = each_about(kept.filter(kept__in=leads.values("pk")), "kept", also)
    down = "-" if moment.startswith("-") else ""
    return found.select_related("lead__merged_into").order_by(moment, f"{down}pk")


def _stages_asked_for(desk: Desk, filters: RegistryFilters) -> QuerySet[LeadStage]:
    """Return what stages leads are in, of those alone that are in the one asked for."""
    reached = desk.agreement.lead_stages.all()
    return reached.filter(stage=filters.stage) if filters.stage else reached


def _is_in_stage(desk: Desk, filters: RegistryFilters, key: str) -> Exists:
    """Whether the lead with a key, which is kept, is in the stage asked for."""
    return Exists(_stages_asked_for(desk, filters).filter(lead=OuterRef(key)))


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
