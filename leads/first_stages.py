"""A stage told only of leads that have none yet: which leads have one from elsewhere."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from agreements.models import Agreement
from leads.any_of import AnyOf
from leads.models import Deal, Delivery, Lead
from leads.told import Named, Told, ToldStage


def is_first_stage(fact: Told) -> bool:
    """Tell whether a fact is told only of a lead without a stage."""
    return isinstance(fact, ToldStage) and fact.if_none


def named_in(facts: Iterable[Told]) -> set[Named]:
    """Return the leads of which a stage is told only if they have none."""
    return {fact.lead for fact in facts if is_first_stage(fact)}


def leads_with_a_stage(
    agreement: Agreement, lead_ids: Collection[int], *, besides: Delivery | None = None
) -> frozenset[int]:
    """Return those that reached a stage by what is kept, ``besides`` left out; five queries.

    That is by a stage that was told, an offer or a won deal, as `leads.stages` has it. What is told
    of one lead is told of those that were found to be one with it, too.
    """
    if not lead_ids:
        return frozenset()
    kept_of = dict(
        Lead.objects.filter(AnyOf("pk", lead_ids)).values_list("pk", Coalesce("merged_into", "pk"))
    )
    families = Lead.objects.one_with({*kept_of.values()})
    kept_of |= dict(families.values_list("pk", Coalesce("merged_into", "pk")))
    others = Q() if besides is None else ~Q(delivery=besides)
    told: list[QuerySet[Any]] = [
        agreement.stage_entries.holding().filter(others),
        agreement.deals.holding().filter(others, status=Deal.Status.WON),
        agreement.handoffs.standing(),
    ]
    reached = {
        kept_of[pk]
        for rows in told
        for pk in rows.filter(AnyOf("lead", kept_of)).values_list("lead", flat=True)
    }
    return frozenset(pk for pk in lead_ids if kept_of.get(pk) in reached)
