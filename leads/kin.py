"""Sets of leads in which those that were found to be one stand as the one that is kept."""

from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

Rows = TypeVar("Rows", bound=QuerySet[Any])
_NONE = Q(pk__in=())

KEPT = Coalesce("lead__merged_into", "lead")
"""The key of the lead that is kept, in rows about a lead."""


def kept_of(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Return the keys of the leads that rows are about, and of those that are kept of these.

    The rows have a ``lead``. Two sets one after the other: each is found by its own index.
    """
    rows = rows.order_by()
    merged = rows.filter(lead__merged_into__isnull=False)
    return rows.values_list("lead").union(merged.values_list("lead__merged_into"), all=True)


def apart_from(rows: Rows, others: QuerySet[Any]) -> Rows:
    """Return the rows about a lead that none of the others is about.

    Leads that were found to be one are the same.
    """
    own, kept = OuterRef("lead"), OuterRef("lead__merged_into")
    # Each is found by an index of its own, which either of two is not.
    return rows.filter(
        ~Exists(others.filter(lead=own)),
        ~Exists(others.filter(lead__merged_into=own)),
        ~Exists(others.filter(lead=kept)),
        ~Exists(others.filter(lead__merged_into=kept)),
    )


def is_about_same(others: QuerySet[Any]) -> Q:
    """Return whether one of the others is about the lead of a row, or about one that is the same.

    For rows of which few are asked; ``apart_from`` finds all.
    """
    own, kept = OuterRef("lead"), OuterRef("lead__merged_into")
    same = {"lead": own}, {"lead__merged_into": own}, {"lead": kept}, {"lead__merged_into": kept}
    return Q(*(Exists(others.filter(**each)) for each in same), _connector=Q.OR)


def kept_apart_from(rows: Rows, others: QuerySet[Any]) -> Rows:
    """Return the rows about a lead that is kept, which none of the others is about.

    Nor about one that was merged into it.
    """
    own = OuterRef("lead")
    return rows.filter(
        ~Exists(others.filter(lead=own)),
        ~Exists(others.filter(lead__merged_into=own)),
        lead__merged_into=None,
    )


def latest_of(rows: Rows, others: QuerySet[Any], moment: str, above: Q = _NONE) -> Rows:
    """Return the rows after which none of the others comes that is about the same lead.

    ``moment`` is the column that orders them; ``above`` says which come after all.
    """
    after = above | Q(**{f"{moment}__gt": OuterRef(moment)})
    after |= Q(**{moment: OuterRef(moment), "pk__gt": OuterRef("pk")})
    return apart_from(rows, others.order_by().filter(after))
