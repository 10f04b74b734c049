"""Rejections: what waits for the arbiter, what marketing can still contest, what was decided."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.requests import SignedInRequest
from leads.deeds.rejections import Rejection, decided_lately, still_contestable, waiting_for_arbiter
from leads.deeds.undo import undoable_in
from leads.lead_pages import pages_about_leads
from leads.views.lead_page import desk_that_reads_all


@login_required
@require_GET
def rejections(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the rejections that wait for a decision, can still be contested, and were decided."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    contestable = still_contestable(desk, now)
    page, decided = decided_lately(desk, request.GET.get("page"))
    context = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:rejections"),
        "waiting": waiting_for_arbiter(desk),
        "contestable": contestable,
        "cannot_contest": _said_of_all(contestable),
        "page": page,
        "decided": decided,
        "undoable": undoable_in(request.session, desk.agreement.pk, now),
        "now": now,
    }
    return render(request, "leads/rejections.html", context)


def _said_of_all(rows: Sequence[Rejection]) -> str:
    """Return why nothing can be done about any of them; empty where it differs."""
    reasons = {row.cannot for row in rows}
    return reasons.pop() if len(reasons) == 1 else ""
