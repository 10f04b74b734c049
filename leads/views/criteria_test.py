"""The live test of the draft's handoff criteria on the leads of the last days."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements.requests import SignedInRequest
from agreements.terms import Terms
from leads.addresses import plain
from leads.queue.handoffs import Desk
from leads.trying.criteria import CriteriaTest, read_leads
from leads.trying.criteria_words import NearRows, picture_of, table_of
from leads.trying.drafts import OnTheTable, criteria_of, on_the_table
from leads.trying.offers import Window, latest_days
from leads.trying.words import further_problems, told_problems
from leads.views.lead_page import desk_or_404

DAYS = (30, 90, 180)
USUAL_DAYS = 90


@login_required
@require_GET
@vary_on_headers("HX-Request")
def criteria_test(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show how many of the latest leads would pass, and those nearest to the line."""
    desk = desk_or_404(request.user, slug)
    now, days = timezone.now(), _days_of(request)
    table = on_the_table(desk.agreement, now)
    window = latest_days(desk.agreement, days, now)
    context = {
        "agreement": desk.agreement,
        "now": now,
        "days": days,
        "choices": _choices(desk, days),
        "version": table.version,
        "in_force": table.in_force,
        "window": window,
        **_tested(desk, table, window),
    }
    template = "leads/criteria_test.html#test" if request.htmx else "leads/criteria_test.html"
    return render(request, template, context)


def _days_of(request: SignedInRequest) -> int:
    asked = plain(request.GET, "days") or str(USUAL_DAYS)
    if asked not in map(str, DAYS):
        raise Http404
    return int(asked)


def _tested(desk: Desk, table: OnTheTable, window: Window) -> dict[str, Any]:
    """Return what the criteria say; only the handoff section need be right."""
    if table.version is None:
        return {}
    tried = criteria_of(desk.agreement, table.version.terms)
    if not isinstance(tried, Terms):
        return {
            "problems": told_problems(table.version, tried),
            "further": further_problems(tried),
            "is_untestable": True,
        }
    former = table.in_force.parsed_terms().handoff if table.in_force else None
    leads = read_leads(window, [tried.handoff, *([former] if former else [])])
    test = CriteriaTest(leads, tried.handoff, former)
    bars = test.bars()
    return {
        "test": test,
        "has_criteria": bool(tried.handoff.rules or tried.handoff.scoring),
        "share": test.passing / test.number if test.number else None,
        "picture": picture_of(bars, test),
        "points": table_of(bars),
        "points_head": [_("Points"), _("Leads")],
        "near": list(NearRows(desk, tried.handoff).rows(list(test.nearest()))),
    }


def _choices(desk: Desk, current: int) -> list[dict[str, Any]]:
    address = reverse("leads:criteria-test", args=[desk.agreement.slug])
    return [
        {
            "label": ngettext("%(number)s day", "%(number)s days", days) % {"number": days},
            "href": f"{address}?days={days}",
            "is_current": days == current,
        }
        for days in DAYS
    ]
