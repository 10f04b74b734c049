"""The offer: what is about to be offered, one lead or many, and offering it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from agreements import formats
from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_numbers
from leads.back import list_back
from leads.became.words import batch_key
from leads.before.filters import BeforeFilters
from leads.before.forms import AGAIN, MOST, OfferForm
from leads.before.lists import ready_ones
from leads.before.offerable import sort_out
from leads.before.offered_before import OfferedLead, offered_leads, rejected_before
from leads.before.offering import offer_all
from leads.before.qualifying import lacking_at
from leads.deeds.bulk import DEEDS
from leads.deeds.many import Done
from leads.models import Handoff, Lead
from leads.permissions import check_user_can_offer
from leads.queue.handoffs import Desk
from leads.registry.leads import kept_leads
from leads.registry.parts import FirstOf
from leads.views.lead_page import desk_that_reads_all

MOST_SHOWN = 30
"""How many leads the page shows of itself: the button stays near."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The leads that are to be offered, and those that are only where the box for them is ticked.

    The latter were rejected before, and nobody chose them one by one.
    """

    leads: list[Lead]
    again: list[Lead]


@login_required
@require_http_methods(["GET", "POST"])
def offer(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what is about to be offered, one lead or many, and offer it."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    check_user_can_offer(desk.agreement, request.user, roles=desk.roles)
    # A list sends what was chosen alone; this page sends its note as well, be it empty.
    told = request.POST if "note" in request.POST else None
    return offer_page(request, desk, _chosen(request, desk), now, told)


def offer_page(
    request: SignedInRequest,
    desk: Desk,
    chosen: Chosen,
    now: datetime,
    told: QueryDict | None = None,
) -> HttpResponse:
    """Show what is about to be offered; where it is told how, offer it.

    The page itself keeps what was chosen: its address need not say it.
    """
    leads, refused = sort_out(chosen.leads, desk.agreement)
    again, _refused = sort_out(chosen.again, desk.agreement)
    version = desk.agreement.versions.in_force(now).first()
    terms = version.parsed_terms() if version else None
    takes_again = bool(told and told.get("takes_again"))
    asked = [*chosen.leads, *chosen.again] if takes_again else chosen.leads
    lacking = lacking_at(terms, [lead.pk for lead in (*leads, *again)], now)
    # What is refused is in neither: it gets no note.
    judged = [(lead.pk, lacking[lead.pk].lacks) for lead in asked if lead.pk in lacking]
    below = [pk for pk, lacks in judged if lacks]
    form = OfferForm(told, needs_reason=bool(below), is_mixed=len(below) < len(judged))
    status = 422 if form.errors else 200
    if asked and form.is_valid():
        # What somebody offered since the page was shown is refused one by one.
        offered = offer_all(
            asked, agreement=desk.agreement, by=request.user, now=now, note_of=form.note_of(below)
        )
        if offered.done:
            return _after(request, desk, offered, now)
        leads, refused = sort_out(asked, desk.agreement)
        status = 422
    rows = offered_leads(desk.agreement, [*leads, *again], lacking, terms, now)
    context = _lists([rows[lead.pk] for lead in leads]) | {
        "agreement": desk.agreement,
        "leads": leads,
        "refused": refused,
        "again": [rows[lead.pk] for lead in again],
        "most_shown": MOST_SHOWN,
        "rejected": rejected_before(desk.agreement, [*leads, *again], now),
        "form": form,
        "version": version,
        "is_bounded": len(chosen.leads) + len(chosen.again) == MOST,
        "most": MOST,
        "was_told": told is not None,
        "takes_again": takes_again,
        "back": _back(request, desk),
        "now": now,
    }
    return render(request, "leads/offer.html", context, status=status)


def _lists(rows: Sequence[OfferedLead]) -> dict[str, Any]:
    """Return what is offered in the two lists of the page, and how many come back later."""
    # Whoever is offered too early stands where it is seen.
    rows = sorted(rows, key=lambda row: not row.rests)
    return {
        "below": [row for row in rows if row.lacking.lacks],
        "meeting": [row for row in rows if not row.lacking.lacks],
        "resting": sum(row.rests for row in rows),
    }


def _chosen(request: SignedInRequest, desk: Desk) -> Chosen:
    """Return the leads that were chosen, or the ready ones that fit the filters; at most ``MOST``.

    Of the ready ones those that were rejected before wait for a word of their own.
    """
    if request.method == "GET" and request.GET.get("which") == "ready":
        now = timezone.now()
        asked_for = BeforeFilters.read(request.GET).leads(desk.agreement, now)
        ready = [row.lead for row in FirstOf(ready_ones(desk.agreement, asked_for), MOST)[:]]
        rejected = rejected_before(desk.agreement, ready, now).lead_ids
        return Chosen(
            [lead for lead in ready if lead.pk not in rejected],
            [lead for lead in ready if lead.pk in rejected],
        )
    asked = request.POST if request.method == "POST" else request.GET
    keys = _keys(asked, "lead")
    again = _keys(asked, AGAIN)[: MOST - len(keys)]
    found = kept_leads(desk).filter(pk__in=[*keys, *again]).in_bulk()
    return Chosen(
        [found[key] for key in sorted(set(keys)) if key in found],
        [found[key] for key in sorted(set(again) - set(keys)) if key in found],
    )


def _keys(asked: QueryDict, name: str) -> list[int]:
    return whole_numbers(asked.getlist(name))[:MOST]


def _after(
    request: SignedInRequest, desk: Desk, offered: Done[Lead, Handoff], now: datetime
) -> HttpResponse:
    """Say what was offered and what was not, and go back to the list."""
    number = len(offered.done)
    messages.success(request, _said_offered(number, desk, now))
    for _lead, sentence in offered.refused:
        messages.warning(request, sentence)
    if number == 1 and not offered.refused:
        pk = offered.done[0][0].pk
        lead_url = reverse("leads:detail", kwargs={"slug": desk.agreement.slug, "pk": pk})
        return HttpResponseRedirect(lead_url, status=303)
    return HttpResponseRedirect(_back(request, desk), status=303)


def _said_offered(number: int, desk: Desk, now: datetime) -> str:
    """Say how many were offered; of several with where all are looked at, and where withdrawn."""
    said = ngettext(
        "%(number)s lead was offered to sales.", "%(number)s leads were offered to sales.", number
    ) % {"number": formats.figure(number)}
    if number == 1:
        return said
    batch, slug = {"batch": batch_key(now, desk.user.pk)}, {"slug": desk.agreement.slug}
    return format_html(
        '{} <a href="{}">{}</a> · <a href="{}">{}</a>',
        said,
        reverse("leads:list", kwargs=slug, query=batch),
        pgettext("leads", "Look at them"),
        reverse("leads:bulk", kwargs=slug, query=batch | {"deed": "withdraw", "which": "all"}),
        DEEDS["withdraw"].label,
    )


def _back(request: SignedInRequest, desk: Desk) -> str:
    """Return the list of leads that somebody came from."""
    slug = desk.agreement.slug
    asked = request.POST if request.method == "POST" else request.GET
    return list_back(asked, slug) or reverse("leads:ready", kwargs={"slug": slug})
