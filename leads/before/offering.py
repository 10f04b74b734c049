"""Offer leads together, by rule as soon as they meet the criteria, and again on their day."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Q, QuerySet

from agreements.models import Agreement, User
from leads.actions import handoffs
from leads.actions.assignments import assign_by_rules
from leads.assignment.rules import is_there
from leads.assignment.team import team_of, waiting_of
from leads.before.qualifying import attributes_at
from leads.before.readiness import judge_of
from leads.deeds.many import Done, do_to_each
from leads.kin import kept_apart_from
from leads.models import Handoff, Lead, OfferRule, Readiness
from leads.rulebooks import rulebook_of

BY_RULE, RETURNED = "by_rule", "returned"
"""The codes that an offer of the portal itself has for its reason."""
_AT_ONCE = 500


def offer_by_rule(*, now: datetime) -> int:
    """Offer the leads that began to meet the criteria since their agreement's rule is in use.

    Each once: a lead that was ever offered under the agreement is left to people. Returns how many
    were offered.
    """
    offered = 0
    for rule in OfferRule.objects.filter(in_use_since__isnull=False).select_related("agreement"):
        ready = Readiness.objects.filter(
            agreement=rule.agreement, ready_since__gte=rule.in_use_since
        )
        never_offered = kept_apart_from(ready, rule.agreement.handoffs.all())
        found = never_offered.select_related("lead").order_by("ready_since", "lead")
        for row in _meeting(rule.agreement, found, now):
            name = _name(BY_RULE, str(rule.agreement_id), str(row.lead_id))
            handoff = _offer(row, rule.agreement, BY_RULE, name, now)
            if handoff is not None:
                assign_by_rules(handoff=handoff, now=now)
                offered += 1
    return offered


def _meeting(
    agreement: Agreement, found: QuerySet[Readiness], now: datetime
) -> Iterator[Readiness]:
    """Give those that meet the criteria now, when they are offered: some may be so only later."""
    version = agreement.versions.in_force(now).first()
    if version is None:
        return
    judge = judge_of(rulebook_of(version).terms.handoff)
    # After an import there may be hundreds of thousands.
    rows = found.iterator(_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        known = attributes_at([row.lead_id for row in some], now)
        yield from (row for row in some if judge(known[row.lead_id]).is_ready)


def _offer(
    about: Readiness | Handoff, agreement: Agreement, reason: str, name: str, now: datetime
) -> Handoff | None:
    """Offer a lead; None where somebody was quicker, or nobody may contact it any more."""
    try:
        return handoffs.offer(
            lead=about.lead.kept, agreement=agreement, by=None, now=now, reason=reason, named=name
        )
    except (handoffs.AlreadyOpen, handoffs.UnableToOffer):
        return None


def _name(*parts: str) -> str:
    """Name an offer by what led to it, so that the same is offered once."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def offer_returning(*, now: datetime) -> int:
    """Offer the recycled leads whose day has come to their earlier owners, where the terms say so.

    Where the terms say marketing, they wait in its list. Returns how many were offered.
    """
    offered = 0
    for agreement in Agreement.objects.order_by("pk"):
        today = agreement.local_date(now)
        due = agreement.handoffs.resting(by=today).filter(_judged_by(to_owner_by(agreement)))
        for former in due.select_related(
            "lead__merged_into", "holder", "version", "agreement"
        ).order_by("pk"):
            offered += _offer_again(former, now)
    return offered


def to_owner_by(agreement: Agreement) -> set[int | None]:
    """Return the keys of the versions by which a recycled lead goes back to its earlier owner.

    None stands for those offered under no version, which are judged by the one signed last.
    """
    signed = list(agreement.versions.signed().order_by("-number"))
    to_owner: set[int | None] = {
        each.pk for each in signed if each.parsed_terms().recycle.returns_to == "owner"
    }
    return to_owner | {None} if signed and signed[0].pk in to_owner else to_owner


def _judged_by(versions: set[int | None]) -> Q:
    condition = Q(version__in=versions - {None})
    return condition | Q(version=None) if None in versions else condition


def _offer_again(former: Handoff, now: datetime) -> bool:
    """Offer a lead anew, and give it to who had it if they are there, else by the team's rules."""
    agreement = former.agreement
    name = _name(RETURNED, former.source, former.external_id)
    handoff = _offer(former, agreement, RETURNED, name, now)
    if handoff is None:
        return False
    owner = former.holder
    if owner is not None and _is_there(handoff, owner, now):
        handoffs.assign(handoff=handoff, holder=owner, by=None, now=now)
    else:
        assign_by_rules(handoff=handoff, now=now)
    return True


def _is_there(handoff: Handoff, owner: User, now: datetime) -> bool:
    """Whether the owner is in the team still, and not away until the promise runs out."""
    person = team_of(handoff.agreement, now).staff.get(owner.pk)
    waiting = waiting_of([handoff], now)[handoff.pk]
    return person is not None and is_there(person, waiting, now=now)


def offer_all(
    leads: Iterable[Lead],
    *,
    agreement: Agreement,
    by: User,
    now: datetime,
    note_of: Callable[[Lead], str],
) -> Done[Lead, Handoff]:
    """Offer leads one after the other, each for itself; the team's rules say who gets each.

    Where a lead does not meet the criteria its note says why it is offered.
    """

    def act(lead: Lead) -> Handoff:
        return handoffs.offer(lead=lead, agreement=agreement, by=by, now=now, note=note_of(lead))

    return do_to_each(leads, act, refusals=(handoffs.AlreadyOpen, handoffs.UnableToOffer))
