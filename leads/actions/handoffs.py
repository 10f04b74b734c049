"""Offer, assign, accept and reject handoffs.

Each deed is a fact told by the portal, kept and settled like a fact from anywhere else.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from agreements.rules_lock import judge_by_rules
from leads.follow_ups import GRADES
from leads.ingest import ingest
from leads.models import FollowUp, Handoff, HandoffEvent, Lead
from leads.rulebooks import rulebook_of
from leads.told import Named, Told, ToldEvent

SOURCE = "portal"
_CONTACTS = [outcome for outcome, grade in GRADES.items() if grade != "attempt"]


class AlreadyDecided(ValueError):
    """Somebody has accepted, rejected or ended the handoff before; the text says who."""


class UnableToReject(ValueError):
    """The handoff cannot be rejected; the text says what to do instead."""


class AlreadyOpen(ValueError):
    """The lead has an open handoff under the agreement."""


def name_of(lead: Lead) -> Named:
    """Return a name by which facts can be told of a lead."""
    identity = lead.identities.order_by("pk")[0]
    return Named(identity.source, identity.external_id)


@transaction.atomic
def offer(*, lead: Lead, agreement: Agreement, by: User, now: datetime, note: str = "") -> Handoff:
    """Offer a lead to sales. Raises AlreadyOpen where one is open."""
    if agreement.handoffs.open().filter(lead=lead).exists():
        raise AlreadyOpen(
            _("%(lead)s is with sales already: open the lead to see where it stands.")
            % {"lead": lead}
        )
    name = Named(SOURCE, str(uuid4()))
    event = _event(lead, name, "offered", by=by, now=now, note=note)
    ingest(agreement=agreement, facts=[event], by=by, now=now)
    handoff = Handoff.objects.get(source=name.source, external_id=name.external_id)
    Audit.objects.record("leads.handoff.offered", handoff, by=by, now=now)
    return handoff


@transaction.atomic
def assign(*, handoff: Handoff, holder: User, by: User, now: datetime) -> None:
    """Give a handoff to a person; no due time moves."""
    _tell(handoff, "assigned", by=by, now=now, person_id=holder.pk)


@transaction.atomic
def accept(*, handoff: Handoff, by: User, now: datetime) -> None:
    """Accept a handoff; one that nobody holds becomes the person's own.

    Raises AlreadyDecided that names who was first.
    """
    handoff = _undecided(handoff)
    if handoff.holder_id is None:
        _tell(handoff, "assigned", by=by, now=now, person_id=by.pk)
    _tell(handoff, "accepted", by=by, now=now, person_id=by.pk)


@transaction.atomic
def reject(*, handoff: Handoff, reason: str, by: User, now: datetime, note: str = "") -> None:
    """Reject a handoff before contact, with a reason the terms have.

    Raises AlreadyDecided, or UnableToReject for an unknown reason or after a contact.
    """
    handoff = _undecided(handoff)
    if reason not in dict(rejection_reasons(handoff)):
        raise UnableToReject(_("Choose one of the reasons that the agreement lists."))
    touches = FollowUp.objects.holding().filter(
        agreement=handoff.agreement, lead=handoff.lead, occurred_at__gte=handoff.offered_at
    )
    if touches.filter(is_automated=False, outcome__in=_CONTACTS).exists():
        raise UnableToReject(
            _("The lead was spoken to, so the handoff is accepted: disqualify or recycle it.")
        )
    _tell(handoff, "rejected", by=by, now=now, person_id=by.pk, reason=reason, note=note)


def rejection_reasons(handoff: Handoff) -> list[tuple[str, str]]:
    """Return the (key, name) of each reason for which the terms let sales reject."""
    if handoff.version is None:
        return []
    reasons = rulebook_of(handoff.version).terms.reasons.rejection
    return [(reason.key, reason.name) for reason in reasons]


def _undecided(handoff: Handoff) -> Handoff:
    """Lock the lead and then the handoff; raise AlreadyDecided where it is not merely offered."""
    judge_by_rules()
    Lead.objects.select_for_update(no_key=True).get(pk=handoff.lead_id)
    handoff = Handoff.objects.select_for_update(no_key=True).get(pk=handoff.pk)
    if handoff.status == Handoff.Status.OFFERED:
        return handoff
    latest = (
        HandoffEvent.objects.holding()
        .filter(handoff=handoff, kind__in=["accepted", "rejected", "withdrawn", "recycled"])
        .select_related("person")
        .order_by("-occurred_at", "-pk")
        .first()
    )
    who = latest.person.name if latest and latest.person else _("Somebody")
    raise AlreadyDecided(
        _("%(who)s was first: this handoff is %(status)s already.")
        % {"who": who, "status": handoff.get_status_display().lower()}
    )


def _tell(handoff: Handoff, event: str, *, by: User, now: datetime, **details: Any) -> None:
    name = Named(handoff.source, handoff.external_id)
    told: Told = _event(handoff.lead, name, event, by=by, now=now, **details)
    ingest(agreement=handoff.agreement, facts=[told], by=by, now=now)
    Audit.objects.record(f"leads.handoff.{event}", handoff, by=by, now=now)


def _event(
    lead: Lead, name: Named, event: str, *, by: User, now: datetime, **details: Any
) -> ToldEvent:
    details.setdefault("person_id", by.pk)
    return ToldEvent(
        lead=name_of(lead),
        handoff=name,
        source=SOURCE,
        external_id=str(uuid4()),
        occurred_at=now,
        event=event,
        **details,
    )
