"""Offer, withdraw, assign, accept and reject handoffs."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, User
from agreements.rules_lock import judge_by_rules
from leads.actions.assignment_notices import tell_holder
from leads.actions.assignments import assign_offered
from leads.actions.rejection_notices import tell_of_rejection
from leads.actions.telling import (
    SOURCE,
    AlreadyDecided,
    AlreadyNamed,
    Deed,
    Elsewhere,
    locked_in,
)
from leads.before.judged import Judged, judged
from leads.before.qualifying import attributes_at
from leads.deeds.reached import was_reached
from leads.deeds.reasons import reasons_for
from leads.ingest import Ingested, ingest
from leads.locking import lock_leads
from leads.models import Handoff, Lead
from leads.told import Named

Status = Handoff.Status


class UnableToOffer(ValueError):
    """The lead cannot be offered; the text says why and what to do."""


class UnableToReject(ValueError):
    """The handoff cannot be rejected; the text says what to do instead."""


class AlreadyOpen(ValueError):
    """The lead has an open handoff under the agreement."""


@transaction.atomic
def offer(
    *,
    lead: Lead,
    agreement: Agreement,
    by: User | None,
    now: datetime,
    note: str = "",
    reason: str = "",
    named: str = "",
    told: Elsewhere | None = None,
) -> Handoff:
    """Offer a lead to sales; where the team's rules are in use, they say who gets it.

    Told of elsewhere, the name of the deed is the handoff's from now on. Offered by the portal
    itself (``by`` None), ``reason`` is the code of why and ``named`` its own name for it: the same
    name again offers nothing, and who offers it says who gets it. A person who offers a lead that
    does not meet the criteria says why in ``note``. Raises UnableToOffer, AlreadyOpen where one is
    open, AlreadyNamed.
    """
    judge_by_rules()
    lead_ids = lock_leads([lead.pk]).all([lead.pk])
    lead = Lead.objects.get(pk=lead.pk)
    fresh = {"fresh": Named(SOURCE, named)} if named else {}
    deed = Deed("offered", by, now, told, ":offered", **fresh)
    name = told.name if told else deed.fresh
    known = _known(name, lead, agreement)
    fact = deed.event(lead, name, deed.known(), person_id=deed.doer_id, reason=reason, note=note)
    is_first = known is None or known.offered_at is None
    verdict = verdict_on(lead, agreement, at=fact.occurred_at) if is_first else None
    _check_not_open(lead, lead_ids, agreement, known)
    if told is None:
        _check_not_contested(lead, lead_ids, agreement)
        _check_can_be_offered(lead, verdict, by=by, note=note)
    kept = ingest(agreement=agreement, facts=[fact], by=by, now=now, delivery=deed.delivery)
    handoff = Handoff.objects.get(source=name.source, external_id=name.external_id)
    deed.record(handoff, kept, **(verdict.as_data() if verdict else {}))
    if kept.new and not named and assign_offered(handoff=handoff, now=now):
        handoff.refresh_from_db()
    return handoff


def _known(name: Named, lead: Lead, agreement: Agreement) -> Handoff | None:
    known = Handoff.objects.filter(source=name.source, external_id=name.external_id).first()
    if known is not None and (known.lead_id, known.agreement_id) != (lead.pk, agreement.pk):
        raise AlreadyNamed(_("This id names the handoff of another lead."))
    return known


def _check_not_open(
    lead: Lead, lead_ids: Collection[int], agreement: Agreement, known: Handoff | None
) -> None:
    open_ones = agreement.handoffs.open().filter(lead__in=lead_ids)
    if (open_ones.exclude(pk=known.pk) if known else open_ones).exists():
        raise AlreadyOpen(
            _("%(lead)s is with sales already: open the lead to see where it stands.")
            % {"lead": lead}
        )


def _check_not_contested(lead: Lead, lead_ids: Collection[int], agreement: Agreement) -> None:
    """Raise UnableToOffer where the arbiter could not decide as they see fit any more."""
    if agreement.handoffs.contested().filter(lead__in=lead_ids).exists():
        raise UnableToOffer(
            _(
                "The rejection of %(lead)s waits for the arbiter: "
                "offered anew it can only be upheld."
            )
            % {"lead": lead}
        )


def _check_can_be_offered(
    lead: Lead, verdict: Judged | None, *, by: User | None, note: str
) -> None:
    """Raise UnableToOffer for a lead nobody may contact, or that lacks something unexplained."""
    if lead.is_contact_barred:
        raise UnableToOffer(
            _("%(lead)s asked not to be contacted: such a lead is not offered.") % {"lead": lead}
        )
    if lead.merged_into_id is not None:
        raise UnableToOffer(
            _("%(lead)s was found to be another lead: offer that one.") % {"lead": lead}
        )
    if by is not None and not note.strip() and verdict is not None and not verdict.meets:
        raise UnableToOffer(
            _("%(lead)s does not meet the criteria: say why you offer it all the same.")
            % {"lead": lead}
        )


def verdict_on(lead: Lead, agreement: Agreement, *, at: datetime) -> Judged | None:
    """Return what the criteria in force at an instant say of a lead as it was then.

    By what has been told of it so far; None without a version. Settling judges an offer alike.
    """
    version = agreement.versions.in_force(at).first()
    return judged(version, attributes_at([lead.pk], at)[lead.pk]) if version else None


@transaction.atomic
def withdraw(
    *, handoff: Handoff, by: User, now: datetime, note: str = "", told: Elsewhere | None = None
) -> Ingested:
    """Take back an offer that sales has not decided about. Raises AlreadyDecided, AlreadyNamed."""
    deed = Deed("withdrawn", by, now, told)
    handoff = locked_in(handoff, deed, Status.OFFERED)
    return deed.tell(handoff, person_id=deed.doer_id, note=note)


@transaction.atomic
def assign(
    *,
    handoff: Handoff,
    holder: User | None,
    by: User | None,
    now: datetime,
    note: str = "",
    told: Elsewhere | None = None,
) -> Ingested:
    """Give a handoff to a person, or to the team's queue; no due time moves.

    Raises AlreadyNamed.
    """
    person_id = holder.pk if holder else None
    deed = Deed("assigned", by, now, told)
    kept = deed.tell(handoff, person_id=person_id, to_queue=holder is None, note=note)
    tell_holder(handoff, holder, name=deed.name, by=by, now=now)
    return kept


@transaction.atomic
def take(*, handoff: Handoff, by: User, now: datetime, named: str = "") -> str:
    """Take an open handoff from the team's queue; no due time moves.

    Return how the assignment is called, ``named`` or anew, and nothing where the person holds the
    handoff already. Raises AlreadyDecided that names who was first.
    """
    deed = Deed("assigned", by, now)
    if named:
        deed = replace(deed, fresh=Named(SOURCE, named))
    handoff = locked_in(handoff, deed, *Handoff.OPEN)
    if handoff.holder == by:
        return ""
    if handoff.holder is not None:
        raise AlreadyDecided(
            _("%(who)s was first and holds this handoff now.") % {"who": handoff.holder}
        )
    deed.tell(handoff, person_id=by.pk)
    return deed.name.external_id


@transaction.atomic
def accept(*, handoff: Handoff, by: User, now: datetime, told: Elsewhere | None = None) -> Ingested:
    """Accept a handoff; one that nobody holds becomes the person's own.

    Raises AlreadyDecided that names who was first, AlreadyNamed.
    """
    deed = Deed("accepted", by, now, told)
    handoff = locked_in(handoff, deed, Status.OFFERED)
    kept = Ingested()
    taking = deed.along("assigned")
    if handoff.holder_id is None or taking.known(handoff):
        kept.add(taking.tell(handoff, person_id=deed.doer_id))
    kept.add(deed.tell(handoff, person_id=deed.doer_id))
    return kept


@transaction.atomic
def reject(
    *,
    handoff: Handoff,
    reason: str,
    by: User,
    now: datetime,
    note: str = "",
    told: Elsewhere | None = None,
) -> Ingested:
    """Reject a handoff before contact, with a reason the terms have.

    Raises AlreadyDecided, or UnableToReject for an unknown reason or after a contact,
    AlreadyNamed.
    """
    deed = Deed("rejected", by, now, told)
    handoff = locked_in(handoff, deed, Status.OFFERED)
    if reason not in dict(reasons_for(handoff, "rejection")):
        raise UnableToReject(_("Choose one of the reasons that the agreement lists."))
    if deed.known(handoff) is None and was_reached(handoff):
        raise UnableToReject(
            _("There was a contact, so the handoff is accepted: disqualify or recycle it.")
        )
    kept = deed.tell(handoff, person_id=deed.doer_id, reason=reason, note=note)
    if kept.new:
        tell_of_rejection(deed.as_kept(), by=by, now=now)
    return kept
