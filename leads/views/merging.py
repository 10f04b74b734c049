"""Leads that look like one: suggested, compared, merged, parted again, or told apart."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_number
from leads.actions import distinctions, merges
from leads.addresses import plain
from leads.deadlocks import retry_once
from leads.lead_pages import pages_about_leads
from leads.merging.alike import alike_among, alike_to, said_of
from leads.merging.comparison import compare, why_words
from leads.merging.likeness import likenesses
from leads.merging.words import merges_into, names_apart
from leads.models import Distinction, Lead, LeadMerge
from leads.one_lead import readable_lead
from leads.permissions import check_user_can_merge, refusal_to_merge
from leads.queue.handoffs import Desk
from leads.registry.leads import readable_leads
from leads.views.lead_page import desk_or_404


@login_required
@require_GET
@vary_on_headers("HX-Request")
def duplicates(request: SignedInRequest, slug: str) -> HttpResponse:
    """List the leads that look like an earlier one, the latest heard of first."""
    desk = desk_or_404(request.user, slug)
    before = whole_number(plain(request.GET, "before"))
    found = alike_among(desk, before)
    context = {
        "agreement": desk.agreement,
        "lead_pages": pages_about_leads(desk, "leads:duplicates"),
        "pairs": [(pair, why_words(pair.why)) for pair in found.pairs],
        "found": found,
        "before": found.before,
        "is_first": before is None,
        "refusal": refusal_to_merge(desk.agreement, request.user),
        "now": timezone.now(),
    }
    template = "leads/duplicates.html#list" if request.htmx else "leads/duplicates.html"
    return render(request, template, context)


@login_required
@require_GET
@vary_on_headers("HX-Request")
def alike(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show which leads look like this one, were merged into it, or are told apart from it."""
    desk = desk_or_404(request.user, slug)
    lead = _readable(desk, pk)
    apart = Distinction.objects.filter(Q(first=lead) | Q(second=lead)).order_by("-told_at")
    context = {
        "agreement": desk.agreement,
        "lead": lead,
        "pairs": [(pair, why_words(pair.why)) for pair in alike_to(desk, lead)],
        "merges": merges_into(lead),
        "apart": [
            (each, each.second if each.first_id == lead.pk else each.first)
            for each in apart.select_related("first", "second", "told_by")
        ],
        "refusal": refusal_to_merge(desk.agreement, request.user),
        "now": timezone.now(),
    }
    template = "leads/partials/alike.html" if request.htmx else "leads/alike.html"
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: SignedInRequest, slug: str, pk: int, other: int) -> HttpResponse:
    """Compare two leads, of which ``pk`` would be kept, and merge them."""
    desk = desk_or_404(request.user, slug)
    kept, merged = _two(desk, pk, other)
    check_user_can_merge(desk.agreement, request.user)
    now = timezone.now()
    if "swap" in request.POST:
        return _swapped(request, desk, kept, merged)
    try:
        if request.method == "POST":
            _merge(request, kept, merged, now)
            return _to(desk, kept)
        merges.check_can_be_merged(kept, merged)
    except (merges.AlreadyMerged, merges.UnableToMerge) as error:
        messages.warning(request, str(error))
        return _to(desk, kept)
    context = {
        "agreement": desk.agreement,
        "lead": kept,
        "comparison": compare(kept, merged, desk.agreement, now),
        "why": why_words(likenesses(said_of(kept), said_of(merged))),
        "names": _names(kept, merged),
        "reason": plain(request.GET, "reason"),
        "now": now,
    }
    return render(request, "leads/merge.html", context)


def _swapped(request: SignedInRequest, desk: Desk, kept: Lead, merged: Lead) -> HttpResponse:
    """Ask the same with the other one kept; what was typed goes along."""
    told = {"slug": desk.agreement.slug, "pk": merged.pk, "other": kept.pk}
    url = reverse("leads:merge", kwargs=told)
    reason = plain(request.POST, "reason")
    query = f"?{urlencode({'reason': reason})}" if reason else ""
    return HttpResponseRedirect(f"{url}{query}", status=303)


def _names(kept: Lead, merged: Lead) -> dict[str, str]:
    """Name the two, apart where they are called the same."""
    names = names_apart([kept, merged])
    return {"kept": names[kept.pk], "merged": names[merged.pk]}


def _merge(request: SignedInRequest, kept: Lead, merged: Lead, now: datetime) -> None:
    reason = plain(request.POST, "reason")
    retry_once(
        lambda: merges.merge(kept=kept, merged=merged, by=request.user, now=now, reason=reason)
    )
    messages.success(
        request,
        _(
            "Merged: %(merged)s and %(kept)s are one lead now. It can be undone at any time below, "
            "under “Merged into this lead”."
        )
        % _names(kept, merged),
    )


@login_required
@require_POST
def part(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Undo a merge."""
    desk = desk_or_404(request.user, slug)
    fact = LeadMerge.objects.select_related("kept", "merged").filter(pk=pk).first()
    if fact is None:
        raise Http404
    kept = _readable(desk, fact.kept_id)
    check_user_can_merge(desk.agreement, request.user)
    now = timezone.now()
    try:
        retry_once(lambda: merges.undo(merge=fact, by=request.user, now=now))
    except merges.AlreadyUndone as error:
        messages.warning(request, str(error))
    else:
        told = _names(kept, fact.merged)
        messages.success(request, _("Undone: %(merged)s and %(kept)s are two leads again.") % told)
    return _to(desk, kept.kept)


@login_required
@require_POST
def tell_apart(request: SignedInRequest, slug: str, pk: int, other: int) -> HttpResponse:
    """Say that two leads are not the same, so that they are suggested no more."""
    desk = desk_or_404(request.user, slug)
    lead, unlike = _two(desk, pk, other)
    check_user_can_merge(desk.agreement, request.user)
    distinctions.tell_apart(one=lead, other=unlike, by=request.user, now=timezone.now())
    names = names_apart([lead, unlike])
    messages.success(
        request,
        _("%(lead)s and %(other)s are not the same: they are not suggested any more.")
        % {"lead": names[lead.pk], "other": names[unlike.pk]},
    )
    if plain(request.POST, "from") == "list":
        url = reverse("leads:duplicates", kwargs={"slug": slug})
        return HttpResponseRedirect(url, status=303)
    return _to(desk, lead)


@login_required
@require_POST
def tell_alike(request: SignedInRequest, slug: str, pk: int, other: int) -> HttpResponse:
    """Take back that two leads are not the same."""
    desk = desk_or_404(request.user, slug)
    lead, unlike = _two(desk, pk, other)
    check_user_can_merge(desk.agreement, request.user)
    first, second = sorted((lead.pk, unlike.pk))
    for distinction in Distinction.objects.filter(first=first, second=second):
        distinctions.take_back(distinction=distinction, by=request.user, now=timezone.now())
    messages.success(request, _("The two may be suggested again where they look alike."))
    return _to(desk, lead)


def _readable(desk: Desk, pk: int) -> Lead:
    """Return a lead that the person may read. Raises Http404."""
    lead = readable_lead(desk, pk)
    if lead is None:
        raise Http404
    return lead


def _two(desk: Desk, pk: int, other: int) -> tuple[Lead, Lead]:
    """Return two leads that the person may read. Raises Http404."""
    found = readable_leads(desk).in_bulk([pk, other])
    if len(found) != 2:
        raise Http404
    return found[pk], found[other]


def _to(desk: Desk, lead: Lead) -> HttpResponse:
    url = reverse("leads:detail", kwargs={"slug": desk.agreement.slug, "pk": lead.pk})
    return HttpResponseRedirect(url, status=303)
