"""Do one deed to many leads: what it would do to each, then doing it, then what was done."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agreements.models import Agreement, Audit
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_numbers
from leads.addresses import plain
from leads.assignment.candidates import Absent, Choosing
from leads.back import list_back
from leads.before.forms import MOST as MOST_OFFERED
from leads.deeds.bulk import (
    DEEDS,
    DONE,
    MOST,
    BulkDeed,
    Considered,
    consider,
    consider_found,
    do_to_all,
)
from leads.deeds.bulk_undo import WITHIN, undo_all, undone_of
from leads.deeds.seen import read, what_changed
from leads.models import Handoff, Lead, LeadStage
from leads.permissions import check_user_can_offer, check_user_can_organise
from leads.queue.handoffs import Desk
from leads.registry.filters import RegistryFilters
from leads.registry.leads import chosen_in, leads_in, listed_in, readable_handoffs
from leads.views.lead_page import desk_or_404
from leads.views.offer import Chosen, offer_page

_HANDOFF = "handoff"


@login_required
@require_http_methods(["GET", "POST"])
def bulk(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show to which of the chosen leads a deed can be done, and do it to them."""
    now = timezone.now()
    desk = desk_or_404(request.user, slug)
    asked = request.POST if request.method == "POST" else request.GET
    filters = RegistryFilters.read(asked)
    if "deed" not in asked:
        # The address alone does not say what was chosen.
        return HttpResponseRedirect(_list_of(slug, filters))
    if plain(asked, "deed") == "offer":
        check_user_can_offer(desk.agreement, request.user, roles=desk.roles)
        chosen = leads_in(_chosen(asked, desk, filters, MOST_OFFERED, now))
        return offer_page(request, desk, Chosen(chosen, []), now)
    deed = DEEDS.get(plain(asked, "deed"))
    if deed is None:
        raise Http404
    deed.check(desk.agreement, request.user, roles=desk.roles)
    # The list sends what was chosen, this page the handoffs that it showed.
    if _HANDOFF in request.POST:
        return _do(request, desk, deed, filters, now)
    found = _chosen(asked, desk, filters, MOST, now)
    return _preview(request, desk, deed, filters, consider_found(desk, deed, found), now)


def _chosen(
    asked: QueryDict, desk: Desk, filters: RegistryFilters, most: int, now: datetime
) -> Sequence[Lead | Handoff | LeadStage]:
    """Return what was chosen in the list, or all that fit the filters; at most so many."""
    if asked.get("which") == "all":
        return list(listed_in(desk, filters, now, most)[:most])
    keys = whole_numbers(asked.getlist("lead"))[:most]
    return chosen_in(desk, filters, keys, now)


def _list_of(slug: str, filters: RegistryFilters) -> str:
    """Return the address of where leads are chosen."""
    url = reverse("leads:list", kwargs={"slug": slug})
    return f"{url}?{filters.address}" if filters.address else url


def _preview(
    request: SignedInRequest,
    desk: Desk,
    deed: BulkDeed,
    filters: RegistryFilters,
    considered: list[Considered],
    now: datetime,
    form: forms.Form | None = None,
) -> HttpResponse:
    possible = [each.handoff for each in considered if each.handoff and not each.why_not]
    if form is None and possible:
        form = deed.make_form(None, possible, now)
    slug = desk.agreement.slug
    asked = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {
        "agreement": desk.agreement,
        "deed": deed,
        "filters": filters,
        "back": list_back(asked, slug) or _list_of(slug, filters),
        "possible": [each for each in considered if not each.why_not],
        "refused": sorted(
            (each for each in considered if each.why_not), key=lambda each: each.why_not
        ),
        "is_bounded": len(considered) == MOST,
        "most": MOST,
        "form": form,
        "now": now,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "leads/bulk.html", context, status=status)


def _do(
    request: SignedInRequest, desk: Desk, deed: BulkDeed, filters: RegistryFilters, now: datetime
) -> HttpResponse:
    """Do the deed to the handoffs that were shown, as they were shown."""
    seen = read(request.POST.getlist(_HANDOFF)[:MOST])
    found = readable_handoffs(desk).filter(pk__in=seen)
    handoffs = list(
        found.select_related("agreement", "version", "lead__merged_into", "holder").order_by("-pk")
    )
    if not handoffs:
        return _preview(request, desk, deed, filters, [], now)
    form = deed.make_form(request.POST, handoffs, now)
    if not form.is_valid():
        # The deed would be done to nothing that changed since the page was shown first.
        changed = what_changed(handoffs, seen)
        shown = [
            replace(each, why_not=each.why_not or changed[each.handoff.pk])
            for each in consider(handoffs, deed, request.user)
            if each.handoff
        ]
        return _preview(request, desk, deed, filters, shown, now, form)
    told = form.told()  # type: ignore[attr-defined]
    kept = do_to_all(
        deed, handoffs, told, seen=seen, agreement=desk.agreement, by=request.user, now=now
    )
    url = reverse("leads:bulk-done", kwargs={"slug": desk.agreement.slug, "pk": kept.pk})
    return HttpResponseRedirect(f"{url}?{filters.address}", status=303)


def _row_or_404(desk: Desk, pk: int) -> Audit:
    """Return the row that keeps what the reader did to many leads of the agreement."""
    own = Audit.objects.filter(action=DONE, actor_id=desk.user.pk)
    return get_object_or_404(own.filter(subject_id=str(desk.agreement.pk)), pk=pk)


@login_required
@require_GET
def done(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show what somebody did to many leads, what was refused, and what was taken back."""
    now = timezone.now()
    desk = desk_or_404(request.user, slug)
    row = _row_or_404(desk, pk)
    undone = undone_of(row)
    until = row.recorded_at + WITHIN
    known = _known(desk.agreement, row, undone)
    done_to = [known[key] for key in row.data["done"] if key in known]
    context = {
        "agreement": desk.agreement,
        "deed": DEEDS[row.data["deed"]],
        "filters": RegistryFilters.read(request.GET),
        "done": done_to,
        "absent": _absent(desk, done_to, now),
        "refused": _refused(row, known),
        "done_at": row.recorded_at,
        "undo_until": until if row.data["done"] and undone is None and now < until else None,
        "row": row,
        "undone": undone and [known[key] for key in undone.data["done"] if key in known],
        "left": undone and _refused(undone, known),
        "now": now,
    }
    return render(request, "leads/bulk_done.html", context)


def _known(agreement: Agreement, *rows: Audit | None) -> dict[int, Handoff]:
    """Return by key the handoffs that rows speak of."""
    told = [row.data for row in rows if row]
    keys = {key for data in told for key in (*data["done"], *dict(data["refused"]))}
    handoffs = agreement.handoffs.filter(pk__in=keys)
    return handoffs.select_related("agreement", "lead__merged_into", "holder").in_bulk()


def _absent(desk: Desk, handoffs: Sequence[Handoff], now: datetime) -> list[Absent]:
    """Return for who gives handoffs away which of their holders are not there in time."""
    if refusal(check_user_can_organise, desk.agreement, desk.user, roles=desk.roles):
        return []
    return Choosing(desk.agreement, now).absent(handoffs)


def _refused(row: Audit, known: Mapping[int, Handoff]) -> list[Considered]:
    told = [(known[key], said) for key, said in row.data["refused"] if key in known]
    return [Considered(handoff.kept_lead, handoff, said) for handoff, said in told]


@login_required
@require_POST
def undo(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Take back what one has just done to many leads."""
    now = timezone.now()
    desk = desk_or_404(request.user, slug)
    row = _row_or_404(desk, pk)
    DEEDS[row.data["deed"]].check(desk.agreement, request.user, roles=desk.roles)
    if now - row.recorded_at > WITHIN:
        messages.warning(request, _("Too late to take all of it back: open each lead instead."))
    else:
        undo_all(row, agreement=desk.agreement, by=request.user, now=now)
    url = reverse("leads:bulk-done", kwargs={"slug": slug, "pk": pk})
    return HttpResponseRedirect(f"{url}?{RegistryFilters.read(request.GET).address}", status=303)
