"""Long lists by call, page after page: by a cursor, so that new rows shift nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from agreements.refusals import FieldProblem, invalid
from agreements.whole_numbers import whole_number

M = TypeVar("M", bound=Model)

LIMIT = OpenApiParameter("limit", int, description="How many a page holds: 50, at most 200.")
CURSOR = (
    OpenApiParameter(
        "cursor", str, description="Where a page begins, as `next` of the one before."
    ),
    LIMIT,
)
_USUAL, _MOST = 50, 200


def limit_of(request: Request) -> int:
    """Return how many rows a page holds. Raises Refused for what is no number."""
    return min(number_asked(request, "limit") or _USUAL, _MOST)


def number_asked(request: Request, name: str) -> int | None:
    """Return a number that an address asks for, None for none. Raises Refused for what is none."""
    asked: str = request.query_params.get(name, "")
    if not asked:
        return None
    number = whole_number(asked)
    if number is None:
        raise invalid([FieldProblem(name, _("Write a whole number of at most 18 digits."))])
    return number


def choice_asked(request: Request, name: str, allowed: Sequence[str]) -> str:
    """Return a word that an address asks for, empty for none. Raises Refused for another one."""
    asked: str = request.query_params.get(name, "")
    if asked and asked not in allowed:
        sentence = _("“%(value)s” is not possible here; choose one of %(allowed)s.")
        parts = {"value": asked[:60], "allowed": ", ".join(allowed)}
        raise invalid([FieldProblem(name, sentence % parts)])
    return asked


def page_of(
    rows: QuerySet[M], request: Request, show: Callable[[M], Any], *, latest_by: str = "pk"
) -> Response:
    """Answer with a page of rows, the latest first, and the address of the next one.

    No row is counted, and a page far behind costs no more than the first.
    """
    limit = limit_of(request)
    if cursor := request.query_params.get("cursor"):
        rows = rows.filter(_after(cursor, latest_by))
    order = [f"-{latest_by}"] if latest_by == "pk" else [f"-{latest_by}", "-pk"]
    found = list(rows.order_by(*order)[: limit + 1])
    page = found[:limit]
    following = None
    if len(found) > limit:
        address = request.build_absolute_uri()
        following = replace_query_param(address, "cursor", _cursor(page[-1], latest_by))
    return Response({"next": following, "results": [show(row) for row in page]})


def _cursor(row: M, latest_by: str) -> str:
    at = None if latest_by == "pk" else getattr(row, latest_by).isoformat()
    return base64.urlsafe_b64encode(json.dumps([at, row.pk]).encode()).decode().rstrip("=")


def _after(cursor: str, latest_by: str) -> Q:
    """Return the condition of rows that come after the last one of a page."""
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        before = Q(pk__lt=int(pk))
        if latest_by == "pk":
            return before
        reached = datetime.fromisoformat(at)
        # The first condition alone lets the index be read from there on.
        return Q(**{f"{latest_by}__lte": reached}) & (Q(**{f"{latest_by}__lt": reached}) | before)
    except (ValueError, TypeError, UnicodeError) as error:
        sentence = _("This is no cursor: take the address that `next` of the page before has.")
        raise invalid([FieldProblem("cursor", sentence)]) from error
