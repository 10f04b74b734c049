"""The leads behind a figure: any number of the dashboard leads here."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import formats
from agreements.permissions import user_can_see_figures_of_reps
from agreements.requests import SignedInRequest
from leads.addresses import plain, without
from metrics.addresses import BehindAddress, clause_href, dashboard_href
from metrics.behind_rows import BehindWriter
from metrics.behind_words import FigureTelling, figure_telling
from metrics.drilldown import Behind, UnknownFigure, leads_behind
from metrics.freshness import freshness_of
from metrics.month_figures import MonthFigures, figures_of
from metrics.views.asked import date_of, desk_of_reader, month_of

PER_PAGE = 50


@login_required
@require_GET
def behind(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """Show the leads that a figure of a month counts, or a part of them."""
    now = timezone.now()
    desk = desk_of_reader(request, slug)
    period = month_of(request, desk.agreement, now)
    part = plain(request.GET, "part")
    days = {"from_date": date_of(request, "from"), "to_date": date_of(request, "to")}
    try:
        found = leads_behind(desk.agreement, period, key, now=now, part=part, **days)
    except UnknownFigure as error:
        raise Http404(str(error)) from error
    ledger = found.ledger
    month = figures_of(ledger, period)
    figure = figure_telling(ledger, month, key)
    listed: Any = found
    page: Page[Behind] = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    sees_reps = user_can_see_figures_of_reps(desk.agreement, request.user)
    writer = BehindWriter(ledger, desk, list(page.object_list), sees_reps=sees_reps)
    context = {
        "agreement": desk.agreement,
        "now": now,
        "month_name": formats.month(period.from_date),
        "dashboard_href": dashboard_href(desk.agreement, period),
        "figure": figure,
        "clause_href": _clause_href(month, figure),
        "parts": _parts(request, month, key, figure, part),
        "chips": _chips(request, **days),
        "freshness": freshness_of(month),
        "page": page,
        "rows": writer.rows(),
        "is_about_clocks": writer.is_about_clocks,
        "sees_reps": sees_reps,
        "sees_all": desk.sees_all,
    }
    return render(request, "metrics/behind.html", context)


def _clause_href(month: MonthFigures, figure: FigureTelling) -> str:
    if not figure.clause or not month.versions:
        return ""
    return clause_href(month.agreement, month.versions[-1].number, figure.clause)


def _parts(
    request: SignedInRequest, month: MonthFigures, key: str, figure: FigureTelling, part: str
) -> list[dict[str, Any]]:
    """Return the parts of the figure as a choice; numbers are those of the whole month."""
    href = BehindAddress(month.agreement, key, month.period)
    from_date, to_date = date_of(request, "from"), date_of(request, "to")
    return [
        {
            "name": each.name,
            "number": None if from_date or to_date else each.number,
            "href": href(each.key, from_date=from_date, to_date=to_date),
            "is_current": each.key == part,
        }
        for each in figure.parts
    ]


def _chips(
    request: SignedInRequest, *, from_date: date | None, to_date: date | None
) -> list[dict[str, str]]:
    if from_date is None and to_date is None:
        return []
    first, last = from_date or to_date, to_date or from_date
    value = formats.day(first)
    if first != last:
        value = _("%(first)s to %(last)s") % {"first": value, "last": formats.day(last)}
    return [
        {
            "label": _("Days"),
            "value": value,
            "remove_href": without(request.GET, "from", "to", "page"),
        }
    ]
