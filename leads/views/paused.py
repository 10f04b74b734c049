"""Handoffs that are paused, or were: how long in all, by whom, and which too long."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements.requests import SignedInRequest
from agreements.rulebook import Rulebook
from leads.lead_pages import pages_about_leads
from leads.models import HandoffEvent
from leads.paused import Paused, paused_of, said_of_too_much
from leads.queue import Desk
from leads.reasons import RulebooksFor, reasons_in
from leads.views.lead_page import desk_that_reads_all

MOST = 200
"""How many open handoffs are shown, the latest offered first."""


# What other pages ask for once they are shown, by the id of what it replaces there.
_FRAGMENTS = {
    "paused-count": "leads/fragments/paused_count.html",
    "paused-note": "leads/fragments/paused_note.html",
}


@login_required
@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def paused(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the open handoffs that were paused: what is too much first, then what is paused now."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    rows = _rows(desk, now)
    too_much = sum(row["paused"].is_too_much for row in rows)
    context = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:paused"),
        "rows": rows,
        "too_much": too_much,
        "said": said_of_too_much(too_much),
        "now": now,
    }
    template = _FRAGMENTS.get(request.htmx.target or "") if request.htmx else None
    return render(request, template or "leads/paused.html", context)


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
            "others": [name for name in told[each.pk].people if name != str(each.holder)],
            "reason": _reason(books[each], told[each.pk].running or told[each.pk].latest),
        }
        for each in ordered
    ]


def _rank(paused: Paused) -> tuple[bool, bool, float]:
    return not paused.is_too_much, paused.running is None, -paused.length.total_seconds()


def _reason(book: Rulebook | None, pause: HandoffEvent) -> str:
    return dict(reasons_in(book, "pause")).get(pause.reason, pause.reason)
