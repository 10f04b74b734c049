"""Log what a person did about a handoff."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Audit, User
from leads.actions import handoffs
from leads.actions.decisions import decisions_stand
from leads.actions.telling import SOURCE, AlreadyNamed, name_of
from leads.ingest import Ingested, ingest
from leads.models import Delivery, FollowUp, Handoff
from leads.told import ToldFollowUp


class UnableToLog(ValueError):
    """The follow-up cannot be logged as told; the text says what to change."""


@transaction.atomic
def log(
    *,
    handoff: Handoff,
    channel: str,
    outcome: str,
    occurred_at: datetime,
    by: User,
    now: datetime,
    note: str = "",
    next_step: str = "",
    next_step_date: date | None = None,
    token: UUID | None = None,
    takes: bool = False,
) -> FollowUp:
    """Keep a follow-up typed in by hand.

    Raises UnableToLog for one that is yet to come or would change what the arbiter decided. The
    same ``token`` again is the same follow-up sent twice: the first one stays. One that ``takes``
    the handoff from the team's queue raises AlreadyDecided where somebody was first.
    """
    if occurred_at > now:
        raise UnableToLog(
            _("A follow-up is logged when it has happened: choose a time before now.")
        )
    name = str(token or uuid4())
    known = FollowUp.objects.filter(source=SOURCE, external_id=name, is_current=True).first()
    if known is not None:
        return known
    if takes:
        handoffs.take(handoff=handoff, by=by, now=now, named=f"{name}:assigned")
    told = ToldFollowUp(
        lead=name_of(handoff.lead),
        source=SOURCE,
        external_id=name,
        occurred_at=occurred_at,
        channel=channel,
        outcome=outcome,
        evidence=FollowUp.Evidence.BY_HAND,
        direction=_direction(outcome),
        person_id=by.pk,
        note=note,
        next_step=next_step,
        next_step_date=next_step_date,
    )
    with decisions_stand(handoff.agreement, handoff.lead, UnableToLog):
        kept = ingest(agreement=handoff.agreement, facts=[told], by=by, now=now)
    follow_up = FollowUp.objects.get(source=SOURCE, external_id=name, is_current=True)
    if kept.new:
        Audit.objects.record("leads.follow_up.logged", follow_up, by=by, now=now)
    return follow_up


def _direction(outcome: str) -> FollowUp.Direction:
    """Who sought the other: of what a person did, only a reply came from the lead."""
    is_reply = outcome == FollowUp.Outcome.INBOUND_REPLY
    return FollowUp.Direction.INBOUND if is_reply else FollowUp.Direction.OUTBOUND


@transaction.atomic
def hear(
    *,
    agreement: Agreement,
    told: ToldFollowUp,
    lead_id: int,
    by: User,
    now: datetime,
    delivery: Delivery,
) -> tuple[FollowUp, Ingested]:
    """Keep a follow-up of which another system tells. Raises AlreadyNamed for another lead's id."""
    named = FollowUp.objects.filter(
        source=told.source, external_id=told.external_id, is_current=True
    )
    known = named.first()
    if known is not None and (known.lead_id, known.agreement_id) != (lead_id, agreement.pk):
        raise AlreadyNamed(_("This id names the follow-up of another lead."))
    kept = ingest(agreement=agreement, facts=[told], by=by, now=now, delivery=delivery)
    follow_up = named.select_related("person").get()
    if kept.new or kept.revised:
        Audit.objects.record("leads.follow_up.logged", follow_up, by=by, now=now)
    return follow_up, kept
