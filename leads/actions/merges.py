"""Find two leads to be one, and part them again: both are facts, and nothing else is changed."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Audit, User
from agreements.rules_lock import judge_by_rules
from leads.actions.telling import SOURCE, name_of
from leads.locking import lock_leads
from leads.merging.words import names_apart
from leads.models import Forgetting, Lead, LeadMerge
from leads.settle import settle
from leads.told import ToldMerge


class UnableToMerge(ValueError):
    """The two cannot be merged; the text says which to choose instead."""


class AlreadyMerged(ValueError):
    """Somebody merged one of the two before; the text says who, and into which."""


class AlreadyUndone(ValueError):
    """Somebody parted the two before; the text says who."""


@transaction.atomic
def merge(*, kept: Lead, merged: Lead, by: User, now: datetime, reason: str = "") -> LeadMerge:
    """Find ``merged`` to be the same as ``kept``, from now on.

    Raises UnableToMerge for a lead and itself or one whose person was forgotten, AlreadyMerged
    where either was merged away.
    """
    judge_by_rules()
    lead_ids = lock_leads([kept.pk, merged.pk]).all([kept.pk, merged.pk])
    check_can_be_merged(kept, merged)
    told = ToldMerge(
        lead=name_of(merged),
        kept=name_of(kept),
        source=SOURCE,
        external_id=str(uuid4()),
        occurred_at=now,
        correction_reason=reason,
    )
    fact = _keep(told, kept, merged, by, now)
    settle(lead_ids=lead_ids, now=now)
    _record("leads.lead.merged", fact, by, now)
    return fact


@transaction.atomic
def undo(*, merge: LeadMerge, by: User, now: datetime, reason: str = "") -> LeadMerge:
    """Part two leads again, as if they had never been one. Raises AlreadyUndone."""
    judge_by_rules()
    pair = [merge.kept_id, merge.merged_id]
    lead_ids = lock_leads(pair).all(pair)
    # Read under the lock: either may have been forgotten meanwhile.
    holding = LeadMerge.objects.select_related("kept", "merged", "recorded_by").get(
        source=merge.source, external_id=merge.external_id, is_current=True
    )
    kept, merged = holding.kept, holding.merged
    if holding.is_retracted:
        who = holding.recorded_by.name if holding.recorded_by else _("Somebody")
        raise AlreadyUndone(_("%(who)s undid this merge before.") % {"who": who})
    LeadMerge.objects.filter(pk=holding.pk).update(is_current=False)
    told = ToldMerge(
        lead=name_of(merged),
        kept=name_of(kept),
        source=merge.source,
        external_id=merge.external_id,
        occurred_at=merge.occurred_at,
        revised_at=now,
        is_retracted=True,
        correction_reason=reason,
    )
    fact = _keep(told, kept, merged, by, now)
    settle(lead_ids=lead_ids, now=now)
    _record("leads.lead.parted", fact, by, now)
    return fact


def check_can_be_merged(kept: Lead, merged: Lead) -> None:
    """Raise UnableToMerge or AlreadyMerged for leads that cannot be found to be one."""
    if kept.pk == merged.pk:
        raise UnableToMerge(_("These are the same lead: choose another one to merge it with."))
    for lead in (merged, kept):
        _check_stands_alone(lead)
    # Found to be one they would share what is told of either, and one of them keeps no person.
    forgotten = Forgetting.objects.lasting().filter(lead__in=[kept, merged])
    if (found := forgotten.select_related("lead").order_by("pk").first()) is not None:
        raise UnableToMerge(
            _(
                "The person of %(lead)s was forgotten: nothing is left by which anybody could say "
                "that the two are one. Leave it as it is."
            )
            % {"lead": found.lead}
        )


def _check_stands_alone(lead: Lead) -> None:
    """Raise AlreadyMerged for a lead that was merged into another one.

    The text says to use the lead that stays in the end, over all merges since.
    """
    earlier = (
        LeadMerge.objects.holding()
        .filter(merged=lead)
        .select_related("kept", "merged__merged_into", "recorded_by")
        .order_by("pk")
        .first()
    )
    if earlier is not None:
        who = earlier.recorded_by.name if earlier.recorded_by else _("Somebody")
        stays = earlier.merged.kept
        names = names_apart([lead, earlier.kept, stays])
        told = {"lead": names[lead.pk], "kept": names[earlier.kept_id], "stays": names[stays.pk]}
        raise AlreadyMerged(
            _("%(who)s merged %(lead)s into %(kept)s before: use %(stays)s.") % {"who": who, **told}
        )


def _keep(told: ToldMerge, kept: Lead, merged: Lead, by: User, now: datetime) -> LeadMerge:
    return LeadMerge.objects.create(
        kept=kept,
        merged=merged,
        occurred_at=told.occurred_at,
        recorded_at=now,
        source=told.source,
        external_id=told.external_id,
        revised_at=told.revised_at,
        content_hash=told.content_hash,
        is_retracted=told.is_retracted,
        recorded_by=by,
        correction_reason=told.correction_reason,
    )


def _record(action: str, fact: LeadMerge, by: User, now: datetime) -> None:
    """Write down who did it, on the page of either lead."""
    for lead, other in ((fact.kept, fact.merged), (fact.merged, fact.kept)):
        Audit.objects.record(
            action, lead, by=by, now=now, other=other.pk, kept=fact.kept_id, merge=fact.external_id
        )
