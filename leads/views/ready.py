"""Before the handoff: who could be offered, who is near, who comes back, and the offer itself."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from agreements import formats
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from leads.actions import offer_rules
from leads.addresses import plain
from leads.kin import kept_apart_from
from leads.lead_pages import pages_about_leads
from leads.many import Done
from leads.models import Handoff, Lead, OfferRule, Readiness
from leads.offer_forms import MOST, OfferForm
from leads.offerable import sort_out
from leads.offering import local_date, offer_all, to_owner_by
from leads.paging import BoundedPaginator
from leads.permissions import check_user_can_offer, check_user_can_turn_offer_rule
from leads.qualifying import lacking
from leads.queue import Desk
from leads.readiness import is_being_judged
from leads.ready_rows import past_of, rows_of
from leads.registry import kept_leads
from leads.rejections import number_waiting
from leads.views.lead_page import desk_that_reads_all

PER_PAGE = 25
_AHEAD = timedelta(days=30)
VIEWS = ("ready", "near", "returning")


@login_required
@require_GET
@vary_on_headers("HX-Request")
def ready(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the leads that could be offered, those near the criteria, or those coming back."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    view = plain(request.GET, "view")
    view = view if view in VIEWS else VIEWS[0]
    version = desk.agreement.versions.in_force(now).first()
    terms = version.parsed_terms() if version else None
    context: dict[str, Any] = {
        "agreement": desk.agreement,
        "view": view,
        "lead_pages": pages_about_leads(desk, "leads:ready"),
        "tabs": _tabs(desk, view, now),
        "terms": terms,
        "now": now,
        "cannot_offer": refusal(
            check_user_can_offer, desk.agreement, request.user, roles=desk.roles
        ),
        "cannot_turn": refusal(check_user_can_turn_offer_rule, desk.agreement, request.user),
        "rule": OfferRule.objects.filter(agreement=desk.agreement).first(),
        "contested": number_waiting(desk),
        "is_being_judged": is_being_judged(desk.agreement, version),
    }
    found = _returning(desk, now) if view == "returning" else _found(desk, view)
    page = BoundedPaginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context |= {"page": page, "rows": rows}
    if view != "returning":
        context["rows"] = rows_of(desk.agreement, rows, terms, now)
    else:
        context["today"] = local_date(desk.agreement, now)
        to_owner = to_owner_by(desk.agreement)
        context["rows"] = [(each, each.version_id in to_owner) for each in rows]
    template = "leads/ready.html#ready" if request.htmx else "leads/ready.html"
    return render(request, template, context)


def _found(desk: Desk, view: str) -> QuerySet[Readiness]:
    # What was just offered or merged is not judged again yet.
    judged = Readiness.objects.filter(agreement=desk.agreement).select_related("lead")
    rows = kept_apart_from(judged, desk.agreement.handoffs.open())
    if view == "ready":
        return rows.filter(ready_since__isnull=False).order_by("-ready_since", "-lead")
    return rows.filter(ready_since=None).order_by("lacks", "missing_points", "-lead")


def _returning(desk: Desk, now: datetime) -> QuerySet[Handoff]:
    """Return the recycled handoffs whose lead comes back within a month, the earliest first."""
    until = local_date(desk.agreement, now) + _AHEAD
    coming = desk.agreement.handoffs.resting(by=until)
    return coming.select_related("lead__merged_into", "holder", "version", "agreement").order_by(
        F("returns_date"), "pk"
    )


def _tabs(desk: Desk, view: str, now: datetime) -> list[dict[str, Any]]:
    names = {"ready": _("Ready"), "near": _("Near"), "returning": _("Coming back")}
    counts = {
        "ready": BoundedPaginator(_found(desk, "ready"), PER_PAGE),
        "returning": BoundedPaginator(_returning(desk, now), PER_PAGE),
    }
    return [
        {
            "view": each,
            "name": name,
            "count": counts[each].count if each in counts else None,
            "is_current": each == view,
        }
        for each, name in names.items()
    ]


@login_required
@require_http_methods(["GET", "POST"])
def offer(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what is about to be offered, one lead or many, and offer it."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    check_user_can_offer(desk.agreement, request.user, roles=desk.roles)
    chosen = _chosen(request, desk)
    leads, refused = sort_out(chosen, desk.agreement)
    version = desk.agreement.versions.in_force(now).first()
    terms = version.parsed_terms() if version else None
    lacks = {lead.pk: lacking(terms, lead.attributes) if terms else () for lead in leads}
    form = OfferForm(request.POST or None, needs_reason=any(lacks.values()))
    if request.method == "POST" and chosen and form.is_valid():
        told = form.cleaned_data
        # What somebody offered since the page was shown is refused one by one.
        offered = offer_all(chosen, agreement=desk.agreement, by=request.user, now=now, **told)
        return _after(request, desk, offered)
    past = past_of(desk.agreement, [lead.pk for lead in leads], terms)
    context = {
        "agreement": desk.agreement,
        "leads": leads,
        "refused": refused,
        "below": [(lead, lacks[lead.pk], past.get(lead.pk)) for lead in leads if lacks[lead.pk]],
        "meeting": [(lead, past.get(lead.pk)) for lead in leads if not lacks[lead.pk]],
        "form": form,
        "version": version,
    }
    return render(request, "leads/offer.html", context, status=422 if form.errors else 200)


def _chosen(request: SignedInRequest, desk: Desk) -> list[Lead]:
    """Return the leads that were chosen, or the ready ones; at most ``MOST``."""
    asked = request.POST if request.method == "POST" else request.GET
    if asked.get("which") == "ready" and request.method == "GET":
        return [row.lead for row in _found(desk, "ready")[:MOST]]
    keys = [int(key) for key in asked.getlist("lead") if key.isdecimal()][:MOST]
    return list(kept_leads(desk).filter(pk__in=keys).order_by("pk"))


def _after(request: SignedInRequest, desk: Desk, offered: Done[Lead, Handoff]) -> HttpResponse:
    """Say what was offered and what was not, and go back to the list."""
    number = len(offered.done)
    if number:
        messages.success(
            request,
            ngettext(
                "%(number)s lead was offered to sales.",
                "%(number)s leads were offered to sales.",
                number,
            )
            % {"number": formats.figure(number)},
        )
    for _lead, sentence in offered.refused:
        messages.warning(request, sentence)
    slug = desk.agreement.slug
    if number == 1 and not offered.refused:
        lead_url = reverse("leads:detail", kwargs={"slug": slug, "pk": offered.done[0][0].pk})
        return HttpResponseRedirect(lead_url, status=303)
    return HttpResponseRedirect(reverse("leads:ready", kwargs={"slug": slug}), status=303)


@login_required
@require_POST
def turn_rule(request: SignedInRequest, slug: str) -> HttpResponse:
    """Turn offering by rule on or off."""
    desk = desk_that_reads_all(request.user, slug)
    check_user_can_turn_offer_rule(desk.agreement, request.user)
    is_on = request.POST.get("turn") == "on"
    offer_rules.turn(agreement=desk.agreement, is_on=is_on, by=request.user, now=timezone.now())
    messages.success(
        request,
        _("From now on leads are offered as soon as they meet the criteria.")
        if is_on
        else _("Leads are offered by people alone."),
    )
    return redirect("leads:ready", slug=slug)
