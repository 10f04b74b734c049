"""A lead's page: where its handoff stands, why its clocks are due when they are, what happened."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements.requests import SignedInRequest
from leads.views.lead_page import context_of, handoff_asked, read
from leads.views.taken import answer_lost

# What a swap asks for, by the id of the region it replaces.
_FRAGMENTS = {
    "lead": "leads/fragments/lead.html",
    "clocks": "leads/fragments/clocks.html",
    "deed": "leads/partials/deed.html",
    "timeline": "leads/partials/timeline.html",
}


@login_required
@require_GET
@vary_on_headers("HX-Request", "HX-Target")
def detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a lead, one of its handoffs and the explanation of one of its clocks."""
    region = (request.htmx.target or "") if request.htmx else ""
    fragment = _FRAGMENTS.get(region)
    try:
        reading = read(request, slug, pk)
    except Http404:
        told_in = region if fragment else "lead"
        return answer_lost(request, slug, pk, asked=handoff_asked(request), region=told_in)
    context = context_of(request, reading, now=timezone.now())
    response = render(request, fragment or "leads/detail.html", context)
    if fragment == _FRAGMENTS["lead"]:
        # What the deed did is said at the top, wherever its form stood.
        response["HX-Reswap"] = "outerHTML show:window:top"
    return response
