"""Take in what calls tell of follow-ups."""

from functools import partial

from django.db.models import F
from django.utils.translation import gettext as _

from agreements.models import Agreement, Membership, User
from agreements.permissions import roles_in
from agreements.refusals import FieldProblem, invalid
from leads.actions import follow_ups
from leads.calls.handoffs import lead_of, refusing
from leads.calls.known import told_before
from leads.calls.leads import Telling, problems_of_times
from leads.calls.people import person_named
from leads.calls.shapes import FollowUpTold
from leads.ingest import Ingested
from leads.models import FollowUp, Handoff, Lead
from leads.permissions import check_user_can_tell, check_user_can_work
from leads.told import Named, ToldFollowUp

_FROM_LEAD = (FollowUp.Outcome.INBOUND_REPLY,)


def take_follow_up(
    told: FollowUpTold, agreement: Agreement, telling: Telling
) -> tuple[FollowUp, Ingested]:
    """Take in a follow-up."""
    if problems := [*problems_of_times(told, telling.received_at)]:
        raise invalid(problems)
    lead = lead_of(told.lead, telling.by)
    person = _doer(told, agreement, lead, telling.by)
    fact = _fact(told, agreement, person, telling)
    return refusing(
        partial(
            follow_ups.hear,
            agreement=agreement,
            told=fact,
            lead_id=lead.pk,
            by=telling.by,
            now=telling.now,
            delivery=telling.delivery,
        )
    )


def _doer(told: FollowUpTold, agreement: Agreement, lead: Lead, by: User) -> User | None:
    """Return who followed up; nobody did what a machine sent. Raises PermissionDenied, Refused."""
    if told.automated and told.on_behalf_of is None:
        check_user_can_tell(agreement, by)
        return None
    named = None
    if told.on_behalf_of is not None:
        named = person_named(told.on_behalf_of, told.source, "on_behalf_of")
    check_user_can_work(_latest(agreement, lead), by, on_behalf_of=named)
    return named or by


def _latest(agreement: Agreement, lead: Lead) -> Handoff:
    """Return the lead's latest handoff; one that was never offered where there is none."""
    handoffs = agreement.handoffs.filter(lead=lead).select_related("holder", "agreement")
    latest = handoffs.order_by(F("offered_at").desc(nulls_last=True), "-pk").first()
    return latest or Handoff(agreement=agreement, lead=lead)


def _fact(
    told: FollowUpTold, agreement: Agreement, person: User | None, telling: Telling
) -> ToldFollowUp:
    name = Named(told.source, told.external_id)
    occurred_at = told.occurred_at or told_before(FollowUp, [name]).get(name, telling.received_at)
    is_inbound = told.outcome in _FROM_LEAD
    direction = FollowUp.Direction.INBOUND if is_inbound else FollowUp.Direction.OUTBOUND
    return ToldFollowUp(
        lead=Named(told.lead.source, told.lead.external_id),
        source=told.source,
        external_id=told.external_id,
        occurred_at=occurred_at,
        revised_at=told.revised_at,
        is_retracted=told.retracted,
        channel=told.channel.value,
        outcome=told.outcome.value,
        evidence=_evidence(told, agreement, telling.by),
        direction=(told.direction or direction).value,
        is_automated=told.automated,
        person_id=person.pk if person else None,
        note=told.note,
        next_step=told.next_step,
        next_step_date=told.next_step_date,
    )


def _evidence(told: FollowUpTold, agreement: Agreement, by: User) -> str:
    """Return how it is known: what a person says of themself is typed in by hand."""
    roles = {role for _party, role in roles_in(agreement, by)}
    if Membership.Role.INTEGRATION in roles:
        return (told.evidence or FollowUp.Evidence.SYSTEM).value
    if told.evidence == FollowUp.Evidence.SYSTEM:
        sentence = _("Only a system that is linked tells what it saw itself; say by_hand.")
        raise invalid([FieldProblem("evidence", sentence)])
    return FollowUp.Evidence.BY_HAND.value
