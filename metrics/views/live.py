"""The figures of this month beside each clause of the document, as one answer."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agreements.requests import SignedInRequest
from leads.addresses import plain
from metrics.live_figures import live_figures
from metrics.month_figures import month_figures
from metrics.views.asked import agreement_of, month_of


@login_required
@require_GET
def live(request: SignedInRequest, slug: str) -> HttpResponse:
    """Answer with a fragment for each clause of a version that is measured in the month."""
    now = timezone.now()
    agreement = agreement_of(request, slug)
    period = month_of(request, agreement, now)
    month = month_figures(agreement, period, now)
    context = {
        "figures": live_figures(month, version=plain(request.GET, "version")),
        "first_day": period.from_date,
    }
    return render(request, "metrics/live.html", context)
