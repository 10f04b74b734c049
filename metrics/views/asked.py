"""What the address of a page about figures asks for."""

from datetime import date, datetime

from django.http import Http404
from django.shortcuts import get_object_or_404

from agreements.models import Agreement
from agreements.requests import SignedInRequest
from leads.addresses import plain
from leads.queue.handoffs import Desk, desk_of
from metrics import periods
from metrics.periods import Period

_YEARS = range(1970, 2100)


def agreement_of(request: SignedInRequest, slug: str) -> Agreement:
    """Return an agreement whose figures the reader may read. Raises Http404 for a stranger."""
    agreements = Agreement.objects.visible_to(request.user)
    return get_object_or_404(agreements.select_related("marketing_team", "sales_team"), slug=slug)


def month_of(request: SignedInRequest, agreement: Agreement, now: datetime) -> Period:
    """Return the month asked for, else the one that runs. Raises Http404 for anything else."""
    asked = plain(request.GET, "month")
    if not asked:
        return periods.month_of(now, agreement.time_zone)
    try:
        month = periods.month(asked, agreement.time_zone)
    except ValueError as error:
        raise Http404(str(error)) from error
    if month.from_date.year not in _YEARS:
        raise Http404
    return month


def asks_for_adjusted(request: SignedInRequest) -> bool:
    """Whether the figures asked for leave blackouts and exceptions out."""
    return plain(request.GET, "figures") == "adjusted"


def date_of(request: SignedInRequest, name: str) -> date | None:
    """Return a date asked for, if one is. Raises Http404 for anything else."""
    asked = plain(request.GET, name)
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise Http404(str(error)) from error


def desk_of_reader(request: SignedInRequest, slug: str) -> Desk:
    """Return the reader's desk under an agreement. Raises Http404 for a stranger."""
    try:
        return desk_of(request.user, slug)
    except Agreement.DoesNotExist as error:
        raise Http404 from error
