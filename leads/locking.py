"""Lock leads and handoffs in one order, whoever does it: leads by key, then handoffs by key."""

from collections.abc import Collection

from django.db import transaction

from agreements.rules_lock import judge_by_rules
from leads.any_of import AnyOf
from leads.families import Families
from leads.models import Handoff, Lead
from leads.records import families_of


def lock_leads(lead_ids: Collection[int]) -> Families:
    """Lock leads and those that are one with them, in key order; return which those are.

    Whoever merges leads has locked them, so that it stays as it is returned. Where somebody merged
    some while this waited, what was locked is let go and all are locked anew: nobody holds one lead
    while waiting for another that comes before it.
    """
    families = families_of(lead_ids)
    before = transaction.savepoint()
    while True:
        wanted = families.all(lead_ids)
        rows = Lead.objects.filter(AnyOf("pk", wanted)).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
        families = families_of(lead_ids)
        if families.all(lead_ids) <= wanted:
            transaction.savepoint_commit(before)
            return families
        transaction.savepoint_rollback(before)


def lock_handoffs(lead_ids: Collection[int]) -> None:
    """Lock the handoffs of leads that are locked already."""
    list(Handoff.objects.filter(AnyOf("lead", lead_ids)).locked().values_list("pk"))


def lock_handoff(handoff: Handoff) -> Handoff:
    """Lock a handoff's lead and whatever is settled with it; return the handoff as it stands."""
    judge_by_rules()
    lead_ids = lock_leads([handoff.lead_id]).all([handoff.lead_id])
    lock_handoffs(lead_ids)
    told_with_it = ("lead__merged_into", "agreement__sales_team", "version", "holder")
    return Handoff.objects.select_related(*told_with_it).get(pk=handoff.pk)
