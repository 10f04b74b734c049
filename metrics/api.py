"""Figures by call: the same as on the pages."""

from datetime import datetime

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.api.views import ApiView
from agreements.models import Agreement
from agreements.refusals import FieldProblem, invalid
from metrics import periods
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
]
