"""Rejections: what waits for the arbiter, and what marketing can still contest."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.requests import SignedInRequest
from leads.lead_pages import pages_about_leads
from leads.rejections import Rejection, still_contestable, waiting_for_arbiter
from leads.views.lead_page import desk_that_reads_all


@login_required
@require_GET
def rejections(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the rejections that wait for a decision, and those that can still be contested."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    contestable = still_contestable(desk, now)
    context = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:rejections"),
        "waiting": waiting_for_arbiter(desk),
        "contestable": contestable,
        "cannot_contest": _said_of_all(contestable),
        "now": now,
    }
    return render(request, "leads/rejections.html", context)


def _said_of_all(rows: Sequence[Rejection]) -> str:
    """Return why nothing can be done about any of them; empty where it differs."""
    reasons = {row.cannot for row in rows}
    return reasons.pop() if len(reasons) == 1 else ""
