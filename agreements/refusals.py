"""Refusals of calls from other systems: a kind, a sentence, and the fields that are to blame.

Written as problem details, RFC 9457, in the language of who calls.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

# By the last word of a problem's type: the HTTP status, and what it is in short.
KINDS = {
    "bad_request": (400, gettext_lazy("The call cannot be understood")),
    "unreadable": (400, gettext_lazy("The body cannot be read")),
    "not_authenticated": (401, gettext_lazy("Who calls is not known")),
    "permission_denied": (403, gettext_lazy("This is for somebody else to do")),
    "not_found": (404, gettext_lazy("There is nothing here")),
    "method_not_allowed": (405, gettext_lazy("This cannot be done here")),
    "not_acceptable": (406, gettext_lazy("This form of answer is not available")),
    "already_decided": (409, gettext_lazy("Somebody was first")),
    "already_open": (409, gettext_lazy("The lead is with sales already")),
    "on_the_table": (409, gettext_lazy("A text is on the table already")),
    "id_taken": (409, gettext_lazy("This id is another one's")),
    "too_large": (413, gettext_lazy("The body is too large")),
    "unsupported_media_type": (415, gettext_lazy("The body is in a form that is not read here")),
    "invalid": (422, gettext_lazy("Something in the call has to be different")),
    "throttled": (429, gettext_lazy("Too many calls")),
    "error": (500, gettext_lazy("Something went wrong here")),
}


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, named by its path such as ``stages.0.occurred_at``."""

    field: str
    detail: str


class Refused(Exception):
    """A refusal of a known kind; ``errors`` say which fields are to blame."""

    def __init__(self, kind: str, detail: str = "", errors: Iterable[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors = kind, detail, tuple(errors)


def invalid(errors: Iterable[FieldProblem]) -> Refused:
    """Return the refusal of a call some of whose fields cannot be taken."""
    found = tuple(errors)
    detail = " ".join(
        f"{each.field}: {each.detail}" if each.field else each.detail for each in found[:3]
    )
    return Refused("invalid", detail, found)


def problem(kind: str, detail: str, errors: Iterable[FieldProblem] = ()) -> dict[str, Any]:
    """Write a refusal as plain data."""
    status, title = KINDS[kind]
    written: dict[str, Any] = {
        "type": f"urn:slaportal:problem:{kind}",
        "title": str(title),
        "status": status,
        "detail": detail or str(title),
    }
    found = [{"field": each.field, "detail": each.detail} for each in errors]
    return written | ({"errors": found} if found else {})
