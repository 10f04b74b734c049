"""Whether the reps can follow up what the draft plans."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.models import Agreement
from agreements.requests import SignedInRequest
from agreements.workload import countable_terms, months_of_work, why_uncounted


@login_required
@require_GET
def capacity(request: SignedInRequest, slug: str) -> HttpResponse:
    """Hold the handoffs of each month against the reps' hours; the fullest month is told."""
    agreement = get_object_or_404(
        Agreement.objects.visible_to(request.user).select_related("sales_team"), slug=slug
    )
    version = agreement.versions.open().first()
    if version is None:
        raise Http404
    why_not = why_uncounted(version.terms)
    terms = None if why_not else countable_terms(version.terms)
    months = months_of_work(agreement, terms, timezone.now()) if terms else ()
    fullest = max(months, key=lambda each: each.check.load or 0, default=None)
    template = "agreements/editor/capacity.html"
    return render(
        request,
        template if request.htmx else "agreements/editor/capacity_page.html",
        {
            "agreement": agreement,
            "why_not": why_not,
            "terms": terms,
            "months": months,
            "fullest": fullest,
        },
    )
