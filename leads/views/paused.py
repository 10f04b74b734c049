"""Handoffs that are paused, or were: how long in all, by whom, and which too long."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.requests import SignedInRequest
from agreements.rulebook import Rulebook
from leads.lead_pages import pages_about_leads
from leads.models import HandoffEvent
from leads.paused import Paused, paused_of
from leads.queue import Desk
from leads.reasons import RulebooksFor, reasons_in
from leads.views.lead_page import desk_that_reads_all

MOST = 200
"""How many open handoffs are shown, the latest offered first."""


@login_required
@require_GET
def paused(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the open handoffs that were paused: what is too much first, then what is paused now."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    rows = _rows(desk, now)
    context = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:paused"),
        "rows": rows,
        "too_much": sum(row["paused"].is_too_much for row in rows),
        "now": now,
    }
    return render(request, "leads/paused.html", context)


def _rows(desk: Desk, now: datetime) -> list[dict[str, Any]]:
    pauses = HandoffEvent.objects.holding().filter(
        handoff=OuterRef("pk"), kind=HandoffEvent.Kind.PAUSED
    )
    found = desk.agreement.handoffs.open().filter(Exists(pauses))
    handoffs = list(
        found.select_related("lead__merged_into", "holder", "version", "agreement").order_by(
            "-offered_at"
        )[:MOST]
    )
    told, books = paused_of(handoffs, now), RulebooksFor()
    ordered = sorted(
        (each for each in handoffs if each.pk in told), key=lambda each: _rank(told[each.pk])
    )
    return [
        {
            "handoff": each,
            "paused": told[each.pk],
            "reason": _reason(books[each], told[each.pk].running or told[each.pk].latest),
        }
        for each in ordered
    ]


def _rank(paused: Paused) -> tuple[bool, bool, float]:
    return not paused.is_too_much, paused.running is None, -paused.length.total_seconds()


def _reason(book: Rulebook | None, pause: HandoffEvent) -> str:
    return dict(reasons_in(book, "pause")).get(pause.reason, pause.reason)
