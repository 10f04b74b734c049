"""Files with the same columns of which the dates are read in two orders of day and month."""

from collections.abc import Mapping
from typing import Any

from leads.file_drafts import agreement_of, names_in
from leads.guessing.drafts import Draft
from leads.models import Delivery, FileImport

_OTHER = {"dmy": "mdy", "mdy": "dmy"}
_LATEST = 20
_State = FileImport.State
_READ = (
    _State.DRAFT, _State.CHECKING, _State.CHECKED, _State.IMPORTING, _State.STOPPED,
    _State.IMPORTED,
)  # fmt: skip


def read_the_other_way(file_import: FileImport, draft: Draft) -> Delivery | None:
    """Return the latest file with the same columns in whose dates the other number is the day.

    It waits to be imported, or is in. None where the order makes no difference to either.
    """
    found = file_import.found or {}
    if not found.get("has_order") or draft.document.strip():
        return None
    names = names_in(found)
    others = (
        FileImport.objects.filter(
            delivery__agreement=agreement_of(file_import),
            state__in=_READ,
            draft__order=_OTHER[draft.order],
        )
        .exclude(pk=file_import.pk)
        .select_related("delivery")
        .order_by("-pk")[:_LATEST]
    )
    same = (each.delivery for each in others if _is_alike(each.found or {}, names))
    return next(same, None)


def _is_alike(found: Mapping[str, Any], names: list[str]) -> bool:
    """Tell whether a file has these columns, and in one of them dates that have an order."""
    forms = found.get("columns") or found.get("forms", ())
    has_order = any(
        form["is_time"] and form["formats"]["dmy"] != form["formats"]["mdy"] for form in forms
    )
    return has_order and names_in(found) == names
