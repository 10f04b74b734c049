"""The history of the funnel's rates, beside the fields that ask for them or as a page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements import formats
from agreements.requests import SignedInRequest
from metrics.figure_words import count_text, percent_text
from metrics.rate_history import MONTHS, RateHistory, funnel_history
from metrics.views.asked import agreement_of


@login_required
@require_GET
@vary_on_headers("HX-Request")
def rate_history(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what every rate of the funnel was in the last months."""
    agreement, now = agreement_of(request, slug), timezone.now()
    history = funnel_history(agreement, now)
    context = {
        "agreement": agreement,
        "rates": [
            {"rate": rate, "words": _words(rate), "range": _range(rate)} for rate in history.rates
        ],
        "from_date": history.from_date,
        "last_date": history.last_date,
    }
    page = "metrics/rate_history.html"
    return render(request, f"{page}#rates" if request.htmx else page, context)


def _words(rate: RateHistory) -> str:
    """Say a rate with what it is made of."""
    if rate.share is None:
        return _("No history yet.")
    return _("Last %(months)s months: %(share)s, %(reached)s of %(entered)s") % {
        "months": formats.figure(MONTHS),
        "share": percent_text(rate.share),
        "reached": count_text(rate.reached),
        "entered": count_text(rate.entered),
    }


def _range(rate: RateHistory) -> str:
    """Say between what its months lie."""
    if rate.lowest is None or rate.highest is None:
        return ""
    return _("months from %(lowest)s to %(highest)s") % {
        "lowest": percent_text(rate.lowest),
        "highest": percent_text(rate.highest),
    }
