"""The dashboard: who keeps the agreement, why not, and how the month will end."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agreements import formats
from agreements.kick import kick
from agreements.models import Agreement
from agreements.permissions import user_can_see_figures_of_reps
from agreements.requests import SignedInRequest
from leads.queue.handoffs import Desk
from metrics.addresses import breaches_href, dashboard_href
from metrics.breach_list import BreachFilters, BreachList, rows_of
from metrics.breach_words import tellings_of
from metrics.dashboard import Dashboard, dashboard_of, read_month
from metrics.empty_states import empty_state_of
from metrics.findings import breaches_finding
from metrics.freshness import freshness_of
from metrics.ledger import Ledger
from metrics.month_figures import MonthFigures
from metrics.month_notes import ending_of, notes_of
from metrics.periods import Period
from metrics.tasks import roll_up
from metrics.views.asked import asks_for_adjusted, desk_of_reader, month_of

BREACHES_SHOWN = 6
BREACHES_COUNTED = 1000


@login_required
@require_GET
def dashboard(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the figures of a month of an agreement."""
    now = timezone.now()
    desk = desk_of_reader(request, slug)
    agreement = desk.agreement
    period, adjusted = month_of(request, agreement, now), asks_for_adjusted(request)
    ledger, month = read_month(agreement, period, now)
    if month.is_being_recalculated:
        kick(roll_up)
    context: dict[str, Any] = {
        "agreement": agreement,
        "now": now,
        "stepper": _stepper(month, adjusted=adjusted),
        "freshness": freshness_of(month),
        "calls_pauses": desk.sees_all and period.starts_at <= now < period.ends_at,
    }
    empty = empty_state_of(ledger, month)
    if empty is not None:
        context |= {"verdict": empty.verdict, "empty": empty, "notes": ending_of(ledger, month)}
    else:
        shown = dashboard_of(ledger, month, adjusted=adjusted)
        context |= {
            "verdict": shown.verdict,
            "gone": shown.gone,
            "dashboard": shown,
            "figures": _figures_shown_as(agreement, period, adjusted=adjusted),
            "notes": notes_of(ledger, month, restated=shown.restated),
            **_breaches(desk, ledger, month, shown),
        }
    return render(request, "metrics/dashboard.html", context)


def _stepper(month: MonthFigures, *, adjusted: bool) -> dict[str, str]:
    """Return the months before and after; none beyond the next to come."""
    period = month.period

    def href(to: Period) -> str:
        return dashboard_href(month.agreement, to, adjusted=adjusted)

    return {
        "label": formats.month(period.from_date),
        "previous_href": href(period.previous()),
        "next_href": href(period.next()) if period.starts_at <= month.now else "",
    }


def _figures_shown_as(
    agreement: Agreement, period: Period, *, adjusted: bool
) -> list[dict[str, Any]]:
    """Return raw and adjusted figures as a choice."""
    return [
        {
            "label": _("Adjusted") if each else _("Raw"),
            "href": dashboard_href(agreement, period, adjusted=each),
            "is_current": each is adjusted,
        }
        for each in (False, True)
    ]


def _breaches(desk: Desk, ledger: Ledger, month: MonthFigures, shown: Dashboard) -> dict[str, Any]:
    """Return the latest breaches of the month, where any clock is promised."""
    if not shown.has_clocks:
        return {}
    now = month.now
    found = BreachList(desk.agreement, month.period, BreachFilters(), now)
    number = found.count_up_to(BREACHES_COUNTED)
    sees_reps = user_can_see_figures_of_reps(desk.agreement, desk.user)
    rows = rows_of(found[:BREACHES_SHOWN], ledger.versions)
    return {
        "sees_reps": sees_reps,
        "breaches": {
            "count": number,
            "has_more": number == BREACHES_COUNTED,
            "finding": breaches_finding(number, is_over=now >= month.period.ends_at),
            "href": breaches_href(desk.agreement, month.period),
            "rows": tellings_of(rows, desk, sees_reps=sees_reps, now=now),
        },
    }
