"""Figures by call: the same as on the pages."""

from datetime import datetime

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from agreements.api.paging import LIMIT, choice_asked, limit_of, number_asked
from agreements.api.views import ApiView
from agreements.models import Agreement
from agreements.models.contracts import Party
from agreements.permissions import (
    check_user_can_see_figures_of_reps,
    user_can_see_figures_of_reps,
)
from agreements.refusals import FieldProblem, invalid
from metrics import periods
from metrics.breach_list import NOBODY, BreachFilters, BreachList, rows_of
from metrics.breaches_shown import BreachPage, shown_breaches
from metrics.ledger import versions_of
from metrics.periods import Period
from metrics.reports import month_report
from metrics.rollup import roll_up

_YEARS = range(1970, 2100)

MONTH = OpenApiParameter(
    "month", str, description="The month, such as 2026-05, in the agreement's zone; without it "
    "the one that runs.", pattern=r"^\d{4}-\d{2}$",
)  # fmt: skip


class Attainment(ApiView):
    """What each party promised and kept in a month."""

    @extend_schema(
        operation_id="attainment",
        parameters=[MONTH],
        responses=OpenApiTypes.OBJECT,
        tags=["figures"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Give a month's figures: what `manage.py report --json` prints.

        Per commitment target, actual, attainment, pace and status; per stage the volume; per kind
        of clock what was met, breached and pending, and the response times in working time.
        """
        now = timezone.now()
        agreement = self.agreement(slug)
        month = month_of(request, agreement, now)
        roll_up(now=now, agreement=agreement, wait=True)
        return Response(month_report(agreement, month.label, now))


class Breaches(ApiView):
    """The breaches of a month."""

    @extend_schema(
        operation_id="list_breaches",
        parameters=[
            MONTH,
            OpenApiParameter("clause", str, description="The key of a clause, such as S2."),
            OpenApiParameter("party", str, enum=[str(each) for each in Party.values]),
            OpenApiParameter("holder", str, description="The id of a person, or `none`."),
            OpenApiParameter(
                "withdrawn", bool, description="Those that a late fact undid, instead."
            ),
            OpenApiParameter("page", int, description="Which page, from 1."),
            LIMIT,
        ],
        responses=BreachPage,
        tags=["figures"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the breaches that happened in a month, the latest first, as the page does.

        One that nobody has recorded yet is late all the same.
        """
        now, agreement = timezone.now(), self.agreement(slug)
        month, filters = month_of(request, agreement, now), _filters(request)
        if filters.holder not in ("", str(self.reader.pk)):
            check_user_can_see_figures_of_reps(agreement, self.reader)
        found = BreachList(agreement, month, filters, now)
        limit, page = limit_of(request), number_asked(request, "page") or 1
        place, count = (page - 1) * limit, found.count()
        rows = found[place : place + limit] if place < count else []
        sees_reps = user_can_see_figures_of_reps(agreement, self.reader)
        results = shown_breaches(rows_of(rows, versions_of(agreement)), now, sees_reps=sees_reps)
        following = None
        if place + limit < count:
            following = replace_query_param(request.build_absolute_uri(), "page", page + 1)
        return Response({"count": count, "next": following, "results": results})


def _filters(request: Request) -> BreachFilters:
    """Read the filters asked for. Raises Refused for what makes no sense."""
    choice_asked(request, "party", Party.values)
    asked = choice_asked(request, "withdrawn", ("true", "false", "yes", "no"))
    if request.query_params.get("holder") != NOBODY:
        number_asked(request, "holder")
    return BreachFilters.read(request.query_params).asking_withdrawn(
        "yes" if asked in ("true", "yes") else ""
    )


def month_of(request: Request, agreement: Agreement, now: datetime) -> Period:
    """Return the month asked for, else the one that runs. Raises Refused for anything else."""
    asked = request.query_params.get("month", "")
    if not asked:
        return periods.month_of(now, agreement.time_zone)
    try:
        month = periods.month(asked, agreement.time_zone)
    except ValueError:
        month = None
    if month is None or month.from_date.year not in _YEARS:
        detail = _("“%(text)s” is not a month; write one such as 2026-05.") % {"text": asked[:20]}
        raise invalid([FieldProblem("month", detail)])
    return month


urlpatterns = [
    path("agreements/<slug:slug>/attainment/", Attainment.as_view(), name="attainment"),
    path("agreements/<slug:slug>/breaches/", Breaches.as_view(), name="breaches"),
]
