"""Take in what calls tell of handoffs: offers, and what is done about them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db.models import Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from agreements import formats
from agreements.models import Agreement, Membership, User
from agreements.models.contracts import Party
from agreements.permissions import roles_in
from agreements.refusals import FieldProblem, Refused, invalid
from leads.actions import handoffs
from leads.actions.telling import AlreadyDecided, AlreadyNamed, Elsewhere
from leads.assignment.given_on import given_on
from leads.calls.leads import Telling, problems_of_times
from leads.calls.people import person_named, seller_named
from leads.calls.shapes import DeedTold, LeadName, OfferTold
from leads.ingest import Ingested
from leads.models import Handoff, HandoffEvent, Lead
from leads.permissions import (
    check_user_can_assign,
    check_user_can_offer,
    check_user_can_work,
)
from leads.registry.leads import leads_visible_to
from leads.told import Named

R = TypeVar("R")


def agreement_of(slug: str, user: User) -> Agreement:
    """Return an agreement the person may read. Raises Http404 for a stranger."""
    agreement = Agreement.objects.visible_to(user).filter(slug=slug).first()
    if agreement is None:
        raise Http404
    return agreement


def handoff_of(agreement: Agreement, source: str, external_id: str, user: User) -> Handoff:
    """Return a handoff the person may read. Raises Http404 for any other."""
    readable = Handoff.objects.visible_to(user).filter(agreement=agreement)
    named = readable.filter(source=source, external_id=external_id)
    related = named.select_related("lead", "holder", "agreement", "version")
    handoff = related.prefetch_related("lead__identities").first()
    if handoff is None:
        raise Http404
    return handoff


def workable_handoff(agreement: Agreement, source: str, external_id: str, user: User) -> Handoff:
    """Return a handoff the person may read. Raises Refused that names who has it meanwhile."""
    try:
        return handoff_of(agreement, source, external_id, user)
    except Http404:
        named = agreement.handoffs.filter(source=source, external_id=external_id)
        is_rep = (Party.SALES, Membership.Role.MEMBER) in roles_in(agreement, user)
        told = list(given_on(named.select_related("holder"), user).values()) if is_rep else []
        if not told:
            raise
    raise Refused("already_decided", told[0].said)


def lead_of(name: LeadName, user: User) -> Lead:
    """Return a lead the person may read. Raises Refused for one that nobody told them of."""
    leads = leads_visible_to(user).filter(
        identities__source=name.source, identities__external_id=name.external_id
    )
    lead = leads.first()
    if lead is None:
        sentence = _("No lead is known as %(id)s of %(source)s: tell of the lead first.")
        parts = {"id": name.external_id, "source": name.source}
        raise invalid([FieldProblem("lead", sentence % parts)])
    return lead


def take_offer(told: OfferTold, agreement: Agreement, telling: Telling) -> tuple[Handoff, bool]:
    """Take in an offer; return the handoff, and whether it is new."""
    check_user_can_offer(agreement, telling.by)
    check_times(told, telling)
    lead = lead_of(told.lead, telling.by)
    known = Handoff.objects.filter(source=told.source, external_id=told.external_id).exists()
    offer = partial(
        handoffs.offer,
        lead=lead,
        agreement=agreement,
        note=told.note,
        by=telling.by,
        now=telling.now,
        told=_elsewhere(told, _doer(told, telling.by), telling),
    )
    return refusing(offer), not known


def take_deed(told: DeedTold, handoff: Handoff, telling: Telling) -> Ingested:
    """Take in something that was done about a handoff."""
    check_times(told, telling)
    _check_after_offer(told, handoff, telling.now)
    if told.event == "assigned":
        return _take_assignment(told, handoff, telling)
    doer = _doer(told, telling.by)
    check_user_can_work(
        handoff, telling.by, on_behalf_of=doer if told.on_behalf_of is not None else None
    )
    deed = partial(
        handoffs.accept if told.event == "accepted" else _rejecting(told),
        handoff=handoff,
        by=telling.by,
        now=telling.now,
        told=_elsewhere(told, doer, telling),
    )
    return refusing(deed)


def _rejecting(told: DeedTold) -> Callable[..., Ingested]:
    if not told.reason:
        raise invalid(
            [FieldProblem("reason", _("Choose one of the reasons that the agreement lists."))]
        )
    return partial(handoffs.reject, reason=told.reason, note=told.note)


def _take_assignment(told: DeedTold, handoff: Handoff, telling: Telling) -> Ingested:
    if told.on_behalf_of is not None:
        sentence = _("Who assigned it is not kept; leave it out.")
        raise invalid([FieldProblem("on_behalf_of", sentence)])
    holder = None
    if told.to is not None:
        holder = seller_named(told.to, told.source, "to", handoff.agreement)
    if not _is_told_again(told, handoff, holder):
        check_user_can_assign(handoff, telling.by)
    deed = partial(
        handoffs.assign,
        handoff=handoff,
        holder=holder,
        by=telling.by,
        now=telling.now,
        told=_elsewhere(told, telling.by, telling),
    )
    return refusing(deed)


def _is_told_again(told: DeedTold, handoff: Handoff, holder: User | None) -> bool:
    """Whether an assignment was told just so: a call that was repeated changes nothing."""
    named = HandoffEvent.objects.filter(
        handoff=handoff,
        kind=HandoffEvent.Kind.ASSIGNED,
        source=told.source,
        external_id=told.external_id,
    )
    when = told.occurred_at or Subquery(named.filter(is_current=True).values("occurred_at")[:1])
    known = named.filter(
        occurred_at=when,
        revised_at=told.revised_at,
        is_retracted=False,
        is_undone=False,
        person=holder,
    )
    return known.exists()


def _doer(told: OfferTold | DeedTold, by: User) -> User:
    if told.on_behalf_of is None:
        return by
    return person_named(told.on_behalf_of, told.source, "on_behalf_of")


def _elsewhere(told: OfferTold | DeedTold, person: User, telling: Telling) -> Elsewhere:
    return Elsewhere(
        name=Named(told.source, told.external_id),
        person=person,
        delivery=telling.delivery,
        occurred_at=told.occurred_at,
        revised_at=told.revised_at,
    )


def check_times(told: OfferTold | DeedTold, telling: Telling) -> None:
    """Refuse what has not happened yet."""
    if problems := [*problems_of_times(told, telling.received_at)]:
        raise invalid(problems)


def _check_after_offer(told: DeedTold, handoff: Handoff, now: datetime) -> None:
    offered_at = handoff.offered_at
    if told.occurred_at is None or offered_at is None or told.occurred_at >= offered_at:
        return
    sentence = _("The handoff was offered %(when)s: choose a time after that.")
    parts = {"when": formats.instant(offered_at, now)}
    raise invalid([FieldProblem("occurred_at", sentence % parts)])


def refusing(deed: Callable[[], R]) -> R:
    """Do a deed; what the lifecycle refuses is refused to the caller in its words."""
    try:
        return deed()
    except AlreadyDecided as error:
        raise Refused("already_decided", str(error)) from error
    except handoffs.AlreadyOpen as error:
        raise Refused("already_open", str(error)) from error
    except AlreadyNamed as error:
        raise Refused("id_taken", str(error)) from error
    except handoffs.UnableToReject as error:
        raise invalid([FieldProblem("reason", str(error))]) from error
