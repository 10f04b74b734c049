"""Forget a person: what speaks of them is blanked in place, facts, instants and counts stay."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, User
from agreements.rules_lock import judge_by_rules
from leads.actions.telling import SOURCE, name_of
from leads.any_of import AnyOf
from leads.locking import lock_handoffs, lock_leads
from leads.models import Forgetting, ForgottenAddress, Handoff, Lead, LeadChange
from leads.personal.fingerprints import fingerprint_of_address
from leads.personal.forgotten import blanking
from leads.personal.raw_calls import Spoken, empty_calls
from leads.personal.traces import Traces
from leads.settle import settle
from leads.told import ToldAttributes

REASON_LENGTH = 300


class UnableToForget(ValueError):
    """The person cannot be forgotten yet; the text says what to do first."""


class AlreadyForgotten(ValueError):
    """The person was forgotten before."""


class AlreadyLifted(ValueError):
    """Somebody let the portal keep what is told of the lead again."""


@transaction.atomic
def forget(
    *,
    lead: Lead,
    reason: str,
    by: User | None,
    now: datetime,
    cause: str = Forgetting.Cause.REQUEST,
) -> Forgetting:
    """Forget the person behind a lead, and behind all that are one with it, for good.

    Who asks for it is not contacted any more. What comes in later is kept without the person;
    stored files are owed a look. Raises UnableToForget without a reason or while a handoff is
    open, AlreadyForgotten.
    """
    judge_by_rules()
    lead_ids = lock_leads([lead.pk]).all([lead.pk])
    _check(lead_ids, reason)
    if cause == Forgetting.Cause.REQUEST:
        _bar_contact(lead_ids, by, now)
    lock_handoffs(lead_ids)
    # Thousands are forgotten by rule in a night: for them whole tables are not searched.
    is_asked = cause == Forgetting.Cause.REQUEST
    traces = Traces(lead_ids, blanking(), searches=is_asked)
    spoken = Spoken(traces.names, traces.words, traces.personal_names)
    deliveries = empty_calls(spoken, traces.delivery_ids(), searches=is_asked)
    rows = traces.erase()
    forgettings = [
        Forgetting(lead_id=pk, cause=cause, reason=reason, forgotten_at=now, forgotten_by=by)
        for pk in sorted(lead_ids)
    ]
    Forgetting.objects.bulk_create(forgettings)
    found = next(each for each in forgettings if each.lead_id == lead.pk)
    _keep_fingerprints(found, traces.addresses)
    settle(lead_ids=lead_ids, now=now)
    lead.refresh_from_db()
    counts = {"leads": len(lead_ids), "rows": rows, "deliveries": deliveries}
    Audit.objects.record("leads.lead.forgotten", lead, by=by, now=now, cause=str(cause), **counts)
    return found


def _check(lead_ids: Collection[int], reason: str) -> None:
    if Forgetting.objects.lasting().filter(AnyOf("lead", lead_ids)).exists():
        raise AlreadyForgotten(_("This person was forgotten before."))
    if not reason.strip():
        raise UnableToForget(_("Say why: the reason stays when everything else is gone."))
    if held := why_not_yet(lead_ids):
        raise UnableToForget(held)


def why_not_yet(lead_ids: Collection[int]) -> str:
    """Say what is to be ended before a person is forgotten; empty for nothing; one query."""
    held = Handoff.objects.open().filter(AnyOf("lead", lead_ids)).select_related("holder").first()
    if held is None:
        return ""
    return _(
        "A handoff of this person is open, with %(holder)s: end it first, so that nobody "
        "works on somebody without a name."
    ) % {"holder": held.holder or _("the team's queue")}


def _bar_contact(lead_ids: Collection[int], by: User | None, now: datetime) -> None:
    """Tell, as of now, that nobody may contact the person."""
    for lead in Lead.objects.filter(AnyOf("pk", lead_ids), is_contact_barred=False):
        told = ToldAttributes(
            lead=name_of(lead),
            source=SOURCE,
            external_id=str(uuid4()),
            occurred_at=now,
            attributes={"do_not_contact": True},
        )
        LeadChange.objects.create(
            lead=lead,
            source=told.source,
            external_id=told.external_id,
            occurred_at=now,
            recorded_at=now,
            content_hash=told.content_hash,
            recorded_by=by,
            attributes=told.attributes,
        )


def _keep_fingerprints(forgetting: Forgetting, addresses: Collection[str]) -> None:
    prints = {fingerprint_of_address(address) for address in addresses}
    ForgottenAddress.objects.bulk_create(
        ForgottenAddress(forgetting=forgetting, fingerprint=each) for each in sorted(prints)
    )


@transaction.atomic
def lift(*, forgetting: Forgetting, by: User, now: datetime) -> None:
    """Let the portal keep what is told of the person from now on; what was blanked stays so.

    Raises AlreadyLifted.
    """
    lead = forgetting.lead
    lead_ids = lock_leads([lead.pk]).all([lead.pk])
    lasting = Forgetting.objects.lasting().filter(AnyOf("lead", lead_ids))
    if not lasting.update(lifted_at=now, lifted_by=by):
        raise AlreadyLifted(_("What is told of this person is kept again already."))
    Audit.objects.record("leads.lead.forgetting_lifted", lead, by=by, now=now)
