"""Read the body of a call as a shape; what is wrong with it is said field by field."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from agreements.refusals import FieldProblem, Refused, invalid
from leads.calls.values import MESSAGES as OWN

S = TypeVar("S", bound=BaseModel)

# What the library finds wrong, in the portal's words; {…} are its parameters.
MESSAGES: dict[str, str] = {
    "missing": gettext_noop("This is missing; add it."),
    "extra_forbidden": gettext_noop("There is no such field; leave it out."),
    "string_type": gettext_noop("A text belongs here."),
    "string_too_short": gettext_noop("This is empty; fill it in or leave it out."),
    "string_too_long": gettext_noop("This is longer than {max_length} characters."),
    "bool_type": gettext_noop("Write true or false."),
    "bool_parsing": gettext_noop("Write true or false."),
    "dict_type": gettext_noop("An object belongs here."),
    "model_type": gettext_noop("An object belongs here."),
    "model_attributes_type": gettext_noop("An object belongs here."),
    "list_type": gettext_noop("A list belongs here."),
    "tuple_type": gettext_noop("A list belongs here."),
    "too_long": gettext_noop("These are more than the {max_length} that fit into a call."),
    "too_short": gettext_noop("This is empty; fill it in or leave it out."),
    "enum": gettext_noop("This is not possible here; choose one of {expected}."),
    "literal_error": gettext_noop("This is not possible here; choose one of {expected}."),
    "date_type": gettext_noop("This is not a date; write one such as 2026-03-31."),
    "date_parsing": gettext_noop("This is not a date; write one such as 2026-03-31."),
    "date_from_datetime_parsing": gettext_noop("This is not a date; write one such as 2026-03-31."),
    "date_from_datetime_inexact": gettext_noop("This is not a date; write one such as 2026-03-31."),
}


def parsed(text: str) -> Any:
    """Return a body as plain data. Raises Refused where it is not JSON."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(
            "unreadable", _("The body is not JSON: %(reason)s.") % {"reason": error}
        ) from error


def shaped(shape: type[S], told: object) -> S:
    """Return plain data as a shape. Raises Refused that names every field that is wrong."""
    try:
        return shape.model_validate(told)
    except ValidationError as error:
        raise invalid(_problems(error.errors(include_url=False))) from error


def refusal_of(error: Exception) -> Refused:
    """Return why a call was refused, in the one form that is written; nothing of an accident."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, PermissionDenied):
        return Refused("permission_denied", str(error))
    if isinstance(error, Http404):
        return Refused("not_found", _("There is nothing here that you may read."))
    return Refused("error", _("It was written down. Call again later, or tell an administrator."))


def _problems(errors: Iterable[ErrorDetails]) -> list[FieldProblem]:
    return [FieldProblem(_path(each["loc"]), _sentence(each)) for each in errors]


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place)


def _sentence(error: ErrorDetails) -> str:
    params = dict(error.get("ctx", {}))
    if "expected" in params:
        params["expected"] = str(params["expected"]).replace(" or ", ", ")
    template = OWN[params["code"]] if error["type"] == "ours" else MESSAGES.get(error["type"])
    if template is None:
        return _("This cannot be read: %(reason)s.") % {"reason": error["msg"]}
    return _(template).format(**params)
