"""Where the order of day and month matters, and files in which it is read the other way round."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from leads.guessing.drafts import Draft
from leads.guessing.roles import is_time_role
from leads.importing.drafts import agreement_of, names_in
from leads.models import Delivery, FileImport

_OTHER = {"dmy": "mdy", "mdy": "dmy"}
_LATEST = 20
_State = FileImport.State
_READ = (
    _State.DRAFT, _State.CHECKING, _State.CHECKED, _State.IMPORTING, _State.STOPPED,
    _State.IMPORTED,
)  # fmt: skip


class OtherOrder(NamedTuple):
    """A file that is read the other way round, and in which of the two the order is a guess."""

    delivery: Delivery
    is_guess_here: bool
    is_guess_there: bool


def has_order(found: Mapping[str, Any], draft: Draft) -> bool:
    """Tell whether the order of day and month makes a difference to what a file tells."""
    forms: Sequence[Mapping[str, Any]] = found.get("columns") or found.get("forms", ())
    return not draft.document.strip() and any(
        is_time_role(role) and form["formats"]["dmy"] != form["formats"]["mdy"]
        for role, form in zip(draft.roles, forms, strict=False)
    )


def is_order_guessed(found: Mapping[str, Any], draft: Draft) -> bool:
    """Tell whether no cell of a file says in which order its dates are read."""
    return not found.get("is_order_sure") or found.get("order") != draft.order


def read_the_other_way(file_import: FileImport, draft: Draft) -> OtherOrder | None:
    """Return the latest file with the same columns in whose dates the other number is the day.

    It waits to be imported, or is in. None where the order makes no difference to either, or is
    certain in both, as in files of two countries; rows that were corrected are read like their
    import, of which it is said.
    """
    found = file_import.found or {}
    if file_import.corrects_id or not has_order(found, draft):
        return None
    is_guess, names = is_order_guessed(found, draft), names_in(found)
    for each in _others(file_import, draft):
        theirs, read = each.found or {}, Draft.read(each.draft)
        is_guess_there = is_order_guessed(theirs, read)
        is_alike = has_order(theirs, read) and names_in(theirs) == names
        if is_alike and (is_guess or is_guess_there):
            return OtherOrder(each.delivery, is_guess, is_guess_there)
    return None


def _others(file_import: FileImport, draft: Draft) -> QuerySet[FileImport]:
    others = FileImport.objects.filter(
        delivery__agreement=agreement_of(file_import),
        state__in=_READ,
        corrects=None,
        draft__order=_OTHER[draft.order],
    )
    return others.exclude(pk=file_import.pk).select_related("delivery").order_by("-pk")[:_LATEST]
