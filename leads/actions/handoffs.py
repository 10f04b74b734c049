"""Offer, assign, accept and reject handoffs.

Each deed is a fact told by the portal, kept and settled like a fact from anywhere else. Another
system tells of a deed with its own name for it: told again it is a repeat, or a revision.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from agreements.rules_lock import judge_by_rules
from leads.follow_ups import GRADES
from leads.ingest import Ingested, ingest
from leads.models import Delivery, FollowUp, Handoff, HandoffEvent, Lead
from leads.rulebooks import rulebook_of
from leads.told import Named, ToldEvent

SOURCE = "portal"
_CONTACTS = [outcome for outcome, grade in GRADES.items() if grade != "attempt"]


class AlreadyDecided(ValueError):
    """Somebody has accepted, rejected or ended the handoff before; the text says who."""


class UnableToReject(ValueError):
    """The handoff cannot be rejected; the text says what to do instead."""


class AlreadyOpen(ValueError):
    """The lead has an open handoff under the agreement."""


class AlreadyNamed(ValueError):
    """The other system has told of something else by this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How another system tells of a deed: its name for it, who did it, and when.

    Without ``occurred_at`` it happened now, or when it was told for the first time.
    """

    name: Named
    person: User
    delivery: Delivery | None
    occurred_at: datetime | None = None
    revised_at: datetime | None = None


def name_of(lead: Lead) -> Named:
    """Return a name by which facts can be told of a lead."""
    identity = lead.identities.order_by("pk")[0]
    return Named(identity.source, identity.external_id)


@transaction.atomic
def offer(
    *,
    lead: Lead,
    agreement: Agreement,
    by: User,
    now: datetime,
    note: str = "",
    told: Elsewhere | None = None,
) -> Handoff:
    """Offer a lead to sales. Raises AlreadyOpen where one is open, AlreadyNamed.

    Told of elsewhere, the name of the deed is the handoff's from now on.
    """
    judge_by_rules()
    Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    name = told.name if told else Named(SOURCE, str(uuid4()))
    known = Handoff.objects.filter(source=name.source, external_id=name.external_id).first()
    if known is not None and (known.lead_id, known.agreement_id) != (lead.pk, agreement.pk):
        raise AlreadyNamed(_("This id names the handoff of another lead."))
    open_ones = agreement.handoffs.open().filter(lead=lead)
    if (open_ones.exclude(pk=known.pk) if known else open_ones).exists():
        raise AlreadyOpen(
            _("%(lead)s is with sales already: open the lead to see where it stands.")
            % {"lead": lead}
        )
    deed = _Deed("offered", by, now, told, suffix=":offered")
    kept = ingest(
        agreement=agreement,
        facts=[deed.event(lead, name, deed.known(), person_id=deed.doer.pk, note=note)],
        by=by,
        now=now,
        delivery=deed.delivery,
    )
    handoff = Handoff.objects.get(source=name.source, external_id=name.external_id)
    deed.record(handoff, kept)
    return handoff


@transaction.atomic
def assign(
    *, handoff: Handoff, holder: User | None, by: User, now: datetime, told: Elsewhere | None = None
) -> Ingested:
    """Give a handoff to a person, or to the team's queue; no due time moves.

    Raises AlreadyNamed.
    """
    person_id = holder.pk if holder else None
    deed = _Deed("assigned", by, now, told)
    return deed.tell(handoff, person_id=person_id, to_queue=holder is None)


@transaction.atomic
def accept(*, handoff: Handoff, by: User, now: datetime, told: Elsewhere | None = None) -> Ingested:
    """Accept a handoff; one that nobody holds becomes the person's own.

    Raises AlreadyDecided that names who was first, AlreadyNamed.
    """
    deed = _Deed("accepted", by, now, told)
    handoff = _undecided(handoff, deed)
    kept = Ingested()
    taking = _Deed("assigned", by, now, told, suffix=":assigned")
    if handoff.holder_id is None or taking.known(handoff):
        kept.add(taking.tell(handoff, person_id=deed.doer.pk))
    kept.add(deed.tell(handoff, person_id=deed.doer.pk))
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
    deed = _Deed("rejected", by, now, told)
    handoff = _undecided(handoff, deed)
    if reason not in dict(rejection_reasons(handoff)):
        raise UnableToReject(_("Choose one of the reasons that the agreement lists."))
    if deed.known(handoff) is None and _was_reached(handoff):
        raise UnableToReject(
            _("The lead was spoken to, so the handoff is accepted: disqualify or recycle it.")
        )
    return deed.tell(handoff, person_id=deed.doer.pk, reason=reason, note=note)


def _was_reached(handoff: Handoff) -> bool:
    touches = FollowUp.objects.holding().filter(
        agreement=handoff.agreement, lead=handoff.lead, occurred_at__gte=handoff.offered_at
    )
    return touches.filter(is_automated=False, outcome__in=_CONTACTS).exists()


def rejection_reasons(handoff: Handoff) -> list[tuple[str, str]]:
    """Return the (key, name) of each reason for which the terms let sales reject."""
    if handoff.version is None:
        return []
    reasons = rulebook_of(handoff.version).terms.reasons.rejection
    return [(reason.key, reason.name) for reason in reasons]


def _undecided(handoff: Handoff, deed: "_Deed") -> Handoff:
    """Lock the lead and then the handoff; raise AlreadyDecided where it is not merely offered.

    What another system tells again was decided by itself.
    """
    judge_by_rules()
    Lead.objects.select_for_update(no_key=True).get(pk=handoff.lead_id)
    handoff = Handoff.objects.select_for_update(no_key=True).get(pk=handoff.pk)
    if handoff.status == Handoff.Status.OFFERED or deed.known(handoff):
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


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that somebody does here, or that another system tells of."""

    kind: str
    by: User
    now: datetime
    told: Elsewhere | None
    suffix: str = ""

    @property
    def doer(self) -> User:
        """Who did it."""
        return self.told.person if self.told else self.by

    @property
    def delivery(self) -> Delivery | None:
        """With what it came."""
        return self.told.delivery if self.told else None

    def known(self, handoff: Handoff | None = None) -> HandoffEvent | None:
        """Return the same deed as it was told before. Raises AlreadyNamed for another one."""
        if self.told is None:
            return None
        source, external_id = self.told.name
        events = HandoffEvent.objects.filter(source=source, is_current=True)
        found = events.filter(external_id=external_id + self.suffix).first()
        if found is None:
            return None
        if found.kind != self.kind or (handoff is not None and found.handoff_id != handoff.pk):
            raise AlreadyNamed(_("This id names something else that was done."))
        return found

    def event(
        self, lead: Lead, handoff: Named, known: HandoffEvent | None, **details: Any
    ) -> ToldEvent:
        """Return it as a fact."""
        told = self.told or Elsewhere(
            name=Named(SOURCE, str(uuid4())), person=self.by, delivery=None
        )
        return ToldEvent(
            lead=name_of(lead),
            handoff=handoff,
            source=told.name.source,
            external_id=told.name.external_id + self.suffix,
            occurred_at=told.occurred_at or (known.occurred_at if known else self.now),
            revised_at=told.revised_at,
            event=self.kind,
            **details,
        )

    def tell(self, handoff: Handoff, **details: Any) -> Ingested:
        """Keep it, and settle what it changes."""
        known, name = self.known(handoff), Named(handoff.source, handoff.external_id)
        kept = ingest(
            agreement=handoff.agreement,
            facts=[self.event(handoff.lead, name, known, **details)],
            by=self.by,
            now=self.now,
            delivery=self.delivery,
        )
        self.record(handoff, kept)
        return kept

    def record(self, handoff: Handoff, kept: Ingested) -> None:
        """Write down who did it, unless it was told before."""
        if kept.new or kept.revised:
            who = {"on_behalf_of": self.doer.name} if self.doer != self.by else {}
            action = f"leads.handoff.{self.kind}"
            Audit.objects.record(action, handoff, by=self.by, now=self.now, **who)
