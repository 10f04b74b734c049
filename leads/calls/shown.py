"""The shapes in which leads and what hangs on them are answered, and how they are filled."""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel, Field

from agreements.models import Agreement, User
from leads.calls.shapes import LeadName
from leads.models import FollowUp, Handoff, Lead, LeadIdentity, LeadStage
from leads.models.leads import HandoffQuerySet, LeadQuerySet


class PersonShown(BaseModel):
    """Somebody; who is known only by another system's name has no e-mail address."""

    name: str
    email: str | None


class NameShown(BaseModel):
    """What a source calls something."""

    source: str
    external_id: str


class FactsCounted(BaseModel):
    """What became of the facts that were told."""

    new: int
    revised: int
    repeated: int
    new_leads: int


class LeadTaken(NameShown):
    """What became of a lead that was told."""

    facts: FactsCounted


class RowTaken(BaseModel):
    """What became of one of many leads; `problem` says why it was rejected."""

    source: Any
    external_id: Any
    status: str = Field(json_schema_extra={"enum": ["taken", "rejected"]})
    problem: dict[str, Any] | None = None


class LeadsTaken(BaseModel):
    """What became of many leads, in the order they were told."""

    taken: int
    rejected: int
    facts: FactsCounted
    leads: list[RowTaken]


class DeliveryShown(BaseModel):
    """How far a call is: `answer` is what it would have been answered, `problem` why not."""

    id: int
    status: str = Field(json_schema_extra={"enum": ["waiting", "taken", "refused"]})
    received_at: datetime
    processed_at: datetime | None
    answer: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


class HandoffShown(BaseModel):
    """A handoff as it stands."""

    id: int
    agreement: str
    source: str
    external_id: str
    lead: NameShown
    lead_name: str
    status: str
    offered_at: datetime | None
    received_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    holder: PersonShown | None
    tier: str
    reason: str
    is_complete: bool | None
    meets_criteria: bool | None


class HandoffPage(BaseModel):
    """Some of the handoffs; `next` is an address."""

    next: str | None
    results: list[HandoffShown]


class StandingShown(BaseModel):
    """How a lead stands under an agreement."""

    agreement: str
    stage: str | None
    stage_entered_at: datetime | None
    owner: PersonShown | None
    handoff: HandoffShown | None


class LeadShown(BaseModel):
    """A lead, as far as who calls may read it.

    Of one that was merged into another `id` and `merged_into` are its own; everything else is what
    is known of the lead that is kept, under all its names.
    """

    id: int
    name: str
    company: str
    email: str
    phone: str
    origin: str | None
    attributes: dict[str, Any]
    do_not_contact: bool
    first_heard_at: datetime
    merged_into: int | None
    identities: list[NameShown]
    standings: list[StandingShown]


class FollowUpShown(BaseModel):
    """A follow-up as it is kept."""

    source: str
    external_id: str
    lead: NameShown
    channel: str
    direction: str
    outcome: str
    evidence: str
    automated: bool
    person: PersonShown | None
    occurred_at: datetime
    recorded_at: datetime
    note: str
    next_step: str
    next_step_date: date | None


def shown_follow_up(follow_up: FollowUp, lead: LeadName) -> dict[str, Any]:
    """Show a follow-up that was read with its person."""
    on = follow_up.next_step_date
    return {
        "source": follow_up.source,
        "external_id": follow_up.external_id,
        "lead": {"source": lead.source, "external_id": lead.external_id},
        "channel": follow_up.channel,
        "direction": follow_up.direction,
        "outcome": follow_up.outcome,
        "evidence": follow_up.evidence,
        "automated": follow_up.is_automated,
        "person": shown_person(follow_up.person),
        "occurred_at": instant_text(follow_up.occurred_at),
        "recorded_at": instant_text(follow_up.recorded_at),
        "note": follow_up.note,
        "next_step": follow_up.next_step,
        "next_step_date": on.isoformat() if on else None,
    }


def instant_text(at: datetime | None) -> str | None:
    """Write an instant in UTC."""
    return at.astimezone(UTC).isoformat() if at else None


def shown_person(person: User | None) -> dict[str, Any] | None:
    """Show a person."""
    return None if person is None else {"name": person.name, "email": person.email}


def handoffs_to_show() -> HandoffQuerySet:
    """Return handoffs with what is shown of them."""
    related = Handoff.objects.select_related("agreement", "lead", "holder")
    return related.prefetch_related("lead__identities")


def shown_handoff(handoff: Handoff) -> dict[str, Any]:
    """Show a handoff whose agreement, lead with its names, and holder were read with it."""
    named = min(handoff.lead.identities.all(), key=lambda name: name.pk)
    return {
        "id": handoff.pk,
        "agreement": handoff.agreement.slug,
        "source": handoff.source,
        "external_id": handoff.external_id,
        "lead": {"source": named.source, "external_id": named.external_id},
        "lead_name": str(handoff.lead),
        "status": handoff.status,
        "offered_at": instant_text(handoff.offered_at),
        "received_at": instant_text(handoff.received_at),
        "decided_at": instant_text(handoff.decided_at),
        "closed_at": instant_text(handoff.closed_at),
        "holder": shown_person(handoff.holder),
        "tier": handoff.tier,
        "reason": handoff.reason,
        "is_complete": handoff.is_complete,
        "meets_criteria": handoff.meets_criteria,
    }


def shown_lead(lead: Lead, reader: User) -> dict[str, Any]:
    """Show a lead under each agreement of the reader's that knows it; five queries.

    It was read with the one it was merged into, whose row alone learns what is told of either.
    """
    kept = lead.kept
    family = Lead.objects.one_with([kept.pk])
    names = LeadIdentity.objects.filter(lead__in=family).order_by("source", "external_id")
    return {
        "id": lead.pk,
        "name": kept.name,
        "company": kept.company,
        "email": kept.email,
        "phone": kept.phone,
        "origin": kept.origin,
        "attributes": kept.attributes,
        "do_not_contact": kept.is_contact_barred,
        "first_heard_at": instant_text(kept.first_heard_at),
        "merged_into": lead.merged_into_id,
        "identities": [{"source": one.source, "external_id": one.external_id} for one in names],
        "standings": _standings(kept, family, reader),
    }


def _standings(kept: Lead, family: LeadQuerySet, reader: User) -> list[dict[str, Any]]:
    """Show how a lead stands that is kept, and all that were found to be one with it."""
    agreements = {each.pk: each for each in Agreement.objects.visible_to(reader)}
    reached = LeadStage.objects.filter(lead=kept, agreement__in=agreements)
    stages = {each.agreement_id: each for each in reached}
    readable = handoffs_to_show().visible_to(reader).filter(lead__in=family).open()
    handoffs = {each.agreement_id: each for each in readable}
    return [
        _standing(agreements[pk], stages.get(pk), handoffs.get(pk))
        for pk in sorted(stages.keys() | handoffs.keys(), key=lambda pk: agreements[pk].slug)
    ]


def _standing(
    agreement: Agreement, reached: LeadStage | None, handoff: Handoff | None
) -> dict[str, Any]:
    return {
        "agreement": agreement.slug,
        "stage": reached.stage if reached else None,
        "stage_entered_at": instant_text(reached.entered_at) if reached else None,
        "owner": shown_person(handoff.holder) if handoff else None,
        "handoff": shown_handoff(handoff) if handoff else None,
    }
