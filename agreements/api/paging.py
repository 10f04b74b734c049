"""Long lists by call: page after page by a cursor, so that new rows shift nothing."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import APIView

M = TypeVar("M", bound=Model)

CURSOR = (
    OpenApiParameter("cursor", str, description="Where a page begins: `next` and `previous` say."),
    OpenApiParameter("limit", int, description="How many a page holds: 50, at most 200."),
)


class Pages(CursorPagination):
    """The latest heard of first."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200


def page_of(rows: QuerySet[M], view: APIView, show: Callable[[M], Any]) -> Response:
    """Answer with the page that is asked for; no row is counted."""
    pages = Pages()
    page = pages.paginate_queryset(rows, view.request, view=view)
    return pages.get_paginated_response([show(row) for row in page or ()])
