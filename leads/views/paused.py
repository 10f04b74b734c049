"""Handoffs that are paused, or were: how long in all, by whom, and which too long."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements.requests import SignedInRequest
from agreements.rulebook import Rulebook
from leads.deeds.paused import Paused, paused_of, said_of_too_much
from leads.deeds.reasons import RulebooksFor, reasons_in
from leads.lead_pages import pages_about_leads
from leads.models import Handoff, HandoffEvent
from leads.queue.handoffs import Desk
from leads.views.lead_page import desk_that_reads_all

MOST = 200
"""How many open handoffs are listed: what is too much first, then what is paused now."""
# Seconds; other pages tell the same number for as long.
_KEPT_FOR = 60
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
    fragment = _FRAGMENTS.get(request.htmx.target or "") if request.htmx else None
    if fragment:
        key = f"paused-too-much:{desk.agreement.pk}"
        number = cache.get_or_set(key, lambda: _too_much(_told(desk, now)), _KEPT_FOR)
        return render(request, fragment, _said(number or 0))
    told = _told(desk, now)
    context = _said(_too_much(told)) | {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:paused"),
        "rows": _rows(told),
        "number": len(told),
        "now": now,
    }
    return render(request, "leads/paused.html", context)


def _too_much(told: dict[int, Paused]) -> int:
    return sum(each.is_too_much for each in told.values())


def _said(too_much: int) -> dict[str, Any]:
    return {"too_much": too_much, "said": said_of_too_much(too_much)}


def _told(desk: Desk, now: datetime) -> dict[int, Paused]:
    """Return how each open handoff that ever was paused was, by its key."""
    pauses = HandoffEvent.objects.holding().filter(
        handoff=OuterRef("pk"), kind=HandoffEvent.Kind.PAUSED
    )
    return paused_of(desk.agreement.handoffs.open().filter(Exists(pauses)), now)


def _rows(told: dict[int, Paused]) -> list[dict[str, Any]]:
    listed = sorted(told, key=lambda pk: (*_rank(told[pk]), -pk))[:MOST]
    handoffs = Handoff.objects.select_related(
        "lead__merged_into", "holder", "version", "agreement"
    ).in_bulk(listed)
    books = RulebooksFor()
    return [
        {
            "handoff": handoffs[pk],
            "paused": told[pk],
            "others": [name for name in told[pk].people if name != str(handoffs[pk].holder)],
            "reason": _reason(books[handoffs[pk]], told[pk].running or told[pk].latest),
        }
        for pk in listed
    ]


def _rank(paused: Paused) -> tuple[bool, bool, float]:
    return not paused.is_too_much, paused.running is None, -paused.length.total_seconds()


def _reason(book: Rulebook | None, pause: HandoffEvent) -> str:
    return dict(reasons_in(book, "pause")).get(pause.reason, pause.reason)
