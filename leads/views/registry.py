"""The registry: every lead of an agreement that the reader may read."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements.models import User
from agreements.permissions import refusal
from agreements.requests import SignedInRequest
from agreements.terms import Terms
from leads.addresses import without
from leads.models import Handoff
from leads.paging import BoundedPaginator
from leads.permissions import check_user_can_import
from leads.queue import Desk
from leads.registry import RegistryFilters, found_in, rows_of
from leads.views.lead_page import desk_or_404, latest_terms

PER_PAGE = 50
_HIDDEN = (Handoff.Status.REPEATED, Handoff.Status.TAKEN_BACK)
Choices = dict[str, list[tuple[str, str]]]


@login_required
@require_GET
@vary_on_headers("HX-Request")
def registry(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the leads that fit the filters of the address, the latest heard of first."""
    desk = desk_or_404(request.user, slug)
    filters = RegistryFilters.read(request.GET)
    paginator = BoundedPaginator(found_in(desk, filters), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    terms = latest_terms(desk.agreement)
    choices = _choices(desk, terms)
    context = {
        "agreement": desk.agreement,
        "filters": filters,
        "paginator": paginator,
        "page": page,
        "rows": rows_of(desk.agreement, list(page.object_list), terms),
        "choices": choices,
        "chips": _chips(request, filters, choices),
        "may_import": not refusal(check_user_can_import, desk.agreement, desk.user),
        "now": timezone.now(),
    }
    template = "leads/list.html#list" if request.htmx else "leads/list.html"
    return render(request, template, context)


def _choices(desk: Desk, terms: Terms | None) -> Choices:
    """Return what each filter may be, as pairs of value and name."""
    statuses = [each for each in Handoff.Status if each not in _HIDDEN]
    holders: list[tuple[str, str]] = []
    if desk.sees_all:
        team = User.objects.filter(memberships__team=desk.agreement.sales_team_id)
        holders = [(str(pk), name) for pk, name in team.order_by("name").values_list("pk", "name")]
    return {
        "stage": [(stage.key, stage.name) for stage in terms.stages] if terms else [],
        "status": [(str(status), str(status.label)) for status in statuses],
        "holder": [*holders, ("none", _("Nobody"))],
        "tier": [(tier.key, tier.name) for tier in terms.tiers] if terms else [],
    }


def _chips(
    request: SignedInRequest, filters: RegistryFilters, choices: Choices
) -> list[dict[str, Any]]:
    labels = {
        "q": _("Search"),
        "stage": _("Stage"),
        "status": _("Handoff"),
        "holder": _("Held by"),
        "tier": _("Tier"),
        "origin": _("Origin"),
    }
    return [
        {
            "label": labels[name],
            "value": dict(choices.get(name, ())).get(value, value),
            "remove_href": without(request.GET, name, "page"),
        }
        for name, value in filters.chosen.items()
    ]
