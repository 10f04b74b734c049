"""What the registry keeps of a list because other rows are about the same leads, and how."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from leads.any_of import AnyOf
from leads.kin import Rows, kept_of
from leads.models.leads import LeadQuerySet

FEW = 10_000
"""So many keys are told to the planner, which does not know how few some conditions leave."""


def about(leads: LeadQuerySet, rows: QuerySet[Any] | None) -> LeadQuerySet:
    """Return those that one of the rows is about; all without rows."""
    return leads if rows is None else leads.filter(pk__in=kept_of(rows))


def each_about(found: Rows, key: str, rows: QuerySet[Any] | None) -> Rows:
    """Return what is about a lead that one of the rows is about too; all without rows.

    It is looked up for each until a page is full. ``about`` finds all of them first, which costs
    less where few fit.
    """
    if rows is None:
        return found
    lead = OuterRef(key)
    own, merged = rows.filter(lead=lead), rows.filter(lead__merged_into=lead)
    return found.filter(Exists(own) | Exists(merged))


def about_few(leads: LeadQuerySet, rows: QuerySet[Any]) -> LeadQuerySet:
    """Return those that one of the rows is about, by their keys; each is asked where many are."""
    keys = [key for (key,) in kept_of(rows)[: FEW + 1]]
    return leads.filter(AnyOf("pk", keys)) if len(keys) <= FEW else each_about(leads, "pk", rows)
