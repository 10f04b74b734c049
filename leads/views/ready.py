"""Before the handoff: who could be offered, who is near or far, and who comes back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from agreements.models import Audit
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from agreements.terms import Terms
from leads.actions import offer_rules
from leads.addresses import less_empty, plain, without
from leads.before.filters import BeforeFilters
from leads.before.lists import (
    NEAR_LACKS,
    far_ones,
    near_ones,
    near_points,
    ready_ones,
    returning_ones,
)
from leads.before.offering import to_owner_by
from leads.before.readiness import is_being_judged
from leads.before.rows import health_names, rows_of
from leads.deeds.rejections import number_waiting
from leads.lead_pages import pages_about_leads
from leads.models import OfferRule
from leads.origins import known
from leads.paging import BoundedPaginator
from leads.permissions import check_user_can_offer, check_user_can_turn_offer_rule
from leads.queue.handoffs import Desk
from leads.registry.leads import kept_leads
from leads.registry.parts import FirstOf
from leads.views.lead_page import desk_that_reads_all

PER_PAGE = 25
VIEWS = ("ready", "near", "far", "returning")


@login_required
@require_GET
@vary_on_headers("HX-Request")
def ready(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the leads that could be offered, those near the criteria, or those coming back."""
    desk, now = desk_that_reads_all(request.user, slug), timezone.now()
    address = less_empty(request)
    if address and not request.htmx:
        return HttpResponseRedirect(address)
    view = plain(request.GET, "view")
    view = view if view in VIEWS else VIEWS[0]
    version = desk.agreement.versions.in_force(now).first()
    terms = version.parsed_terms() if version else None
    filters = BeforeFilters.read(request.GET, is_returning=view == "returning")
    lists = _lists(desk, terms, filters, now)
    rule = OfferRule.objects.select_related("agreement").filter(agreement=desk.agreement).first()
    context: dict[str, Any] = {
        "agreement": desk.agreement,
        "view": view,
        "near_points": near_points(terms),
        "near_lacks": NEAR_LACKS,
        "lead_pages": pages_about_leads(desk, "leads:ready"),
        "filters": filters,
        "choices": {"health": list(health_names().items())},
        "known": known(kept_leads(desk)),
        "chips": _chips(request, filters),
        "tabs": _tabs(lists, view, filters),
        "terms": terms,
        "now": now,
        "cannot_offer": refusal(
            check_user_can_offer, desk.agreement, request.user, roles=desk.roles
        ),
        "cannot_turn": refusal(check_user_can_turn_offer_rule, desk.agreement, request.user),
        "rule": rule,
        "turned_by": _turned_on_by(rule),
        "contested": number_waiting(desk),
        "is_being_judged": is_being_judged(desk.agreement, version),
    }
    page = lists[view].get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context |= {"page": page, "rows": rows}
    if view != "returning":
        context["rows"] = rows_of(desk.agreement, rows, terms, now)
    else:
        context["today"] = desk.today(now)
        to_owner = to_owner_by(desk.agreement)
        context["rows"] = [(each, each.version_id in to_owner) for each in rows]
    template = "leads/ready.html#ready" if request.htmx else "leads/ready.html"
    response = render(request, template, context)
    if address:
        response["HX-Push-Url"] = address
    return response


def _lists(
    desk: Desk, terms: Terms | None, filters: BeforeFilters, now: datetime
) -> dict[str, BoundedPaginator]:
    """Return the pages of each list; what is not asked for is counted only."""
    agreement, leads = desk.agreement, filters.leads(desk.agreement, now)
    before = agreement.local_date(now) if filters.over else None
    found: dict[str, QuerySet[Any] | FirstOf] = {
        "ready": FirstOf(ready_ones(agreement, leads), BoundedPaginator.LIMIT + 1),
        "near": near_ones(agreement, terms, leads),
        "far": far_ones(agreement, terms, leads),
        "returning": returning_ones(agreement, leads, before=before),
    }
    return {view: BoundedPaginator(rows, PER_PAGE) for view, rows in found.items()}


def _tabs(
    lists: Mapping[str, BoundedPaginator], current: str, filters: BeforeFilters
) -> list[dict[str, Any]]:
    # Words leave few leads, anything else many that each list would be searched through for.
    counts_all = not filters.asked or bool(filters.q)
    names = {
        "ready": _("Ready"),
        "near": _("Near"),
        "far": _("Far"),
        "returning": _("Coming back"),
    }
    return [
        {
            "view": each,
            "name": name,
            "pages": lists[each] if counts_all or each == current else None,
            "is_current": each == current,
        }
        for each, name in names.items()
    ]


def _chips(request: SignedInRequest, filters: BeforeFilters) -> list[dict[str, str]]:
    labels = {
        "q": _("Search"),
        "origin": _("Origin"),
        "campaign": _("Campaign"),
        "health": _("Health"),
        "over": _("Comes back"),
    }
    names = {"health": health_names(), "over": {"yes": _("its day is over")}}
    return [
        {
            "label": labels[name],
            "value": names.get(name, {}).get(value, value),
            "remove_href": without(request.GET, name, "page"),
        }
        for name, value in filters.asked.items()
    ]


def _turned_on_by(rule: OfferRule | None) -> str:
    """Name who turned the rule on that is in use; empty where none is, or nobody is known."""
    if rule is None or rule.in_use_since is None:
        return ""
    agreement = rule.agreement
    deeds = Audit.objects.filter(
        subject_type=agreement._meta.label_lower,
        subject_id=str(agreement.pk),
        action="leads.offer_rule.turned_on",
    )
    latest = deeds.order_by("-pk").first()
    return latest.actor_name if latest else ""


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
