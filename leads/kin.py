"""Sets of leads in which those that were found to be one stand as the one that is kept."""

from collections.abc import Collection
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.any_of import AnyOf
from leads.models import Lead

Rows = TypeVar("Rows", bound=QuerySet[Any])
_NONE = Q(pk__in=())


def kept_of(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Return the keys of the leads that rows are about, and of those that are kept of these.

    The rows have a ``lead``. Two sets one after the other: each is found by its own index.
    """
    rows = rows.order_by()
    merged = rows.filter(lead__merged_into__isnull=False)
    return rows.values_list("lead").union(merged.values_list("lead__merged_into"), all=True)


def kept_by_lead(lead_ids: Collection[int]) -> dict[int, int]:
    """Return the keys of leads and of those merged into them, each with whom it stands for."""
    found = Lead.objects.filter(AnyOf("merged_into", lead_ids)).values_list("pk", "merged_into")
    return {pk: kept or pk for pk, kept in [*((pk, pk) for pk in lead_ids), *found]}


def latest_of(rows: Rows, others: QuerySet[Any], moment: str, above: Q = _NONE) -> Rows:
    """Return the rows after which none of the others comes that is about the same lead.

    ``moment`` is the column that orders them; ``above`` says which come after all. Leads that were
    found to be one are the same.
    """
    after = above | Q(**{f"{moment}__gt": OuterRef(moment)})
    after |= Q(**{moment: OuterRef(moment), "pk__gt": OuterRef("pk")})
    later = others.order_by().filter(after)
    own, kept = OuterRef("lead"), OuterRef("lead__merged_into")
    # Each is found by an index of its own, which either of two is not.
    return rows.filter(
        ~Exists(later.filter(lead=own)),
        ~Exists(later.filter(lead__merged_into=own)),
        ~Exists(later.filter(lead=kept)),
        ~Exists(later.filter(lead__merged_into=kept)),
    )
