"""Which leads facts tell of, and of which nothing is told that holds."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from leads.any_of import AnyOf
from leads.models import (
    Deal,
    Fact,
    FollowUp,
    HandoffEvent,
    Lead,
    LeadChange,
    Satisfaction,
    StageEntry,
)

LEAD_OF: dict[type[Fact], str] = {
    StageEntry: "lead",
    HandoffEvent: "handoff__lead",
    FollowUp: "lead",
    Deal: "lead",
    Satisfaction: "lead",
    LeadChange: "lead",
}
"""By which field facts of each kind name their lead."""


def told_of(by: Q) -> Q:
    """Return the condition that facts of some deliveries, which were not undone, tell of a lead."""
    told = Q()
    for model, lead in LEAD_OF.items():
        facts = model._default_manager.filter(by, is_undone=False)
        told |= Q(Exists(facts.filter(**{lead: OuterRef("pk")})))
    return told


def leads_told_of_no_more(lead_ids: Collection[int]) -> frozenset[int]:
    """Return those of some leads of which everything that was told is undone.

    Most are known by a name or an attribute: one query, and more only for those that are not.
    """
    nameless = Lead.objects.filter(
        AnyOf("pk", lead_ids), name="", attributes={}, merged_into=None, merged=None
    )
    left = set(nameless.values_list("pk", flat=True)) if lead_ids else set()
    for model, lead in LEAD_OF.items():
        if not left:
            break
        facts = model._default_manager.filter(AnyOf(f"{lead}_id", left), is_undone=False)
        left.difference_update(facts.values_list(f"{lead}_id", flat=True))
    return frozenset(left)
