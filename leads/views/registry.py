"""The registry: every lead of an agreement that the reader may read."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements import formats
from agreements.models import Agreement
from agreements.requests import SignedInRequest
from agreements.terms import Terms
from leads.addresses import less_empty, without
from leads.became.cohort import GROUPS, WITHOUT, Cohort
from leads.became.words import names_of_groups, outcome_names
from leads.deeds.bulk import MOST, deeds_offered
from leads.lead_pages import pages_about_leads
from leads.models import Handoff
from leads.origins import known
from leads.paging import BoundedPaginator
from leads.queue.handoffs import Desk, desk_for_registry
from leads.registry.exporting import export_words
from leads.registry.filters import BARRED, FREE, NOBODY, RegistryFilters, misread_days
from leads.registry.leads import (
    cohort_of,
    kept_leads,
    lasting_handoffs,
    listed_in,
    number_of_offers,
)
from leads.registry.rows import RowWriter
from leads.story.side import reason_names

PER_PAGE = 50
# Not where a lead stands: another handoff of it does, or none.
_HIDDEN = (Handoff.Status.REPEATED, Handoff.Status.TAKEN_BACK, Handoff.Status.MERGED)
_MORE = ("campaign", "source", "offered_from", "offered_to", "outcome", "contact")
# Asked for by links only, and kept while one filters on.
_KEPT = ("reason", "batch", "offered_by", "sort")
Choices = dict[str, list[tuple[str, str]]]


@login_required
@require_GET
@vary_on_headers("HX-Request")
def registry(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the leads that fit the filters of the address, in the order it asks for."""
    now = timezone.now()
    try:
        desk, team, saved_views = desk_for_registry(request.user, slug)
    except Agreement.DoesNotExist as error:
        raise Http404 from error
    address = less_empty(request)
    if address and not request.htmx:
        return HttpResponseRedirect(address)
    filters = RegistryFilters.read(request.GET)
    cohort = cohort_of(desk, filters) if filters.asks_of_offers else None
    found = listed_in(desk, filters, now, BoundedPaginator.LIMIT + 1, cohort)
    paginator = BoundedPaginator(found, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    writer = writer_for(desk, filters)
    terms = writer.terms
    choices = _choices(terms, team if desk.sees_all else [])
    lead_pages = pages_about_leads(desk, "leads:list")
    context = {
        "agreement": desk.agreement,
        "lead_pages": lead_pages,
        "filters": filters,
        "kept_filters": {name: filters.asked[name] for name in _KEPT if name in filters.asked},
        "has_more_filters": any(name in filters.chosen for name in _MORE)
        or bool(misread_days(request.GET)),
        "misread": _misread(request),
        "days": {"offered_from": filters.offered_from, "offered_to": filters.offered_to}
        | misread_days(request.GET),
        "offers": _offers_beside(desk, filters, cohort, paginator, now),
        "paginator": paginator,
        "page": page,
        "rows": writer.rows(list(page.object_list)),
        "choices": choices,
        "saved_views": saved_views,
        "known": known(kept_leads(desk)),
        "chips": _chips(request, desk, filters, choices, terms),
        "sorts": _sorts(request, filters),
        "bulk": _bulk(desk),
        "export_words": export_words(),
        "may_import": any(each.name == "leads:imports" for each in lead_pages),
        "is_signed": terms is not None,
        "now": now,
    }
    template = "leads/list.html#list" if request.htmx else "leads/list.html"
    response = render(request, template, context)
    if address:
        response["HX-Push-Url"] = address
    return response


def _offers_beside(
    desk: Desk,
    filters: RegistryFilters,
    cohort: Cohort | None,
    paginator: BoundedPaginator,
    now: datetime,
) -> int | None:
    """Return how many handoffs the list is of, where it is of offers and few enough to count."""
    if cohort is None or paginator.has_more:
        return None
    number = number_of_offers(desk, filters, cohort, now)
    return number if number != paginator.count else None


def _misread(request: SignedInRequest) -> list[str]:
    """Say which days the address asks for in vain."""
    return [
        _("“%(text)s” is no day on which something can have been offered: it is left out.")
        % {"text": text}
        for text in misread_days(request.GET).values()
    ]


def writer_for(desk: Desk, filters: RegistryFilters) -> RowWriter:
    """Return what dresses leads with their latest handoffs, or with those that were asked for."""
    versions = list(desk.agreement.versions.signed().order_by("number"))
    handoffs = None if filters.asks_of_offers else lasting_handoffs(desk)
    return RowWriter(desk.agreement, versions, handoffs)


def _bulk(desk: Desk) -> dict[str, Any] | None:
    """Return what somebody may do to many leads at once; None where there is nothing."""
    may_offer, deeds = deeds_offered(desk)
    if not (deeds or may_offer):
        return None
    return {"deeds": deeds, "may_offer": may_offer, "most": MOST}


def _choices(terms: Terms | None, holders: list[tuple[str, str]]) -> Choices:
    """Return what each filter may be, as pairs of value and name."""
    statuses = [each for each in Handoff.Status if each not in _HIDDEN]
    return {
        "stage": [(stage.key, stage.name) for stage in terms.stages] if terms else [],
        "status": [(str(status), str(status.label)) for status in statuses],
        "holder": [*holders, (NOBODY, _("Nobody"))],
        "tier": [(tier.key, tier.name) for tier in terms.tiers] if terms else [],
        "outcome": list(outcome_names().items()),
        "attention": [("yes", _("What needs attention"))],
        "contact": [(FREE, _("May be contacted")), (BARRED, _("Not to be contacted"))],
        "reason": list(reason_names(terms).items()),
    }


def _chips(
    request: SignedInRequest,
    desk: Desk,
    filters: RegistryFilters,
    choices: Choices,
    terms: Terms | None,
) -> list[dict[str, Any]]:
    labels = {
        "q": _("Search"),
        "stage": _("Stage"),
        "status": _("Handoff"),
        "holder": _("Held by"),
        "tier": _("Tier"),
        "origin": _("Origin"),
        "campaign": _("Campaign"),
        "source": _("System"),
        "offered_from": _("Offered from"),
        "offered_to": _("Offered until"),
        "attention": _("Only"),
        "contact": _("Only"),
        "outcome": _("What became of it"),
        "reason": _("Reason"),
        "batch": _("Batch"),
        "offered_by": _("Offered by"),
    }
    return [
        {
            "label": labels[name],
            "value": _value(name, value, choices, desk, terms),
            "remove_href": without(request.GET, name, "page"),
        }
        for name, value in filters.chosen.items()
    ]


def _value(name: str, value: str, choices: Choices, desk: Desk, terms: Terms | None) -> str:
    if name in ("offered_from", "offered_to"):
        return formats.day(date.fromisoformat(value))
    if name in ("batch", "offered_by") or (name in GROUPS and value == WITHOUT):
        key = "" if value == WITHOUT else value
        return names_of_groups(name, [key], desk.agreement, terms)[key]
    return dict(choices.get(name, ())).get(value, value)


def _sorts(request: SignedInRequest, filters: RegistryFilters) -> dict[str, dict[str, str]]:
    """Return for each column one can sort by how it is sorted, and the address that turns it.

    Names begin with the first letter, moments with the latest.
    """
    current = filters.order
    usual = {"name": "name", "stage": "-stage", "offered": "-offered", "heard": "-heard"}
    return {
        column: {
            "direction": {f"-{column}": "descending", column: "ascending"}.get(current, ""),
            "href": _sorted_href(request, _turned(first) if current == first else first),
        }
        for column, first in usual.items()
    }


def _turned(sort: str) -> str:
    return sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"


def _sorted_href(request: SignedInRequest, sort: str) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    asked["sort"] = sort
    return f"?{asked.urlencode()}"
