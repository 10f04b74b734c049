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
from metrics.realism import TooGood
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
        "too_good": [
            _too_good(rate, history.too_good[rate.key])
            for rate in history.rates
            if rate.key in history.too_good
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


def _too_good(rate: RateHistory, planned: TooGood) -> str:
    """Say that a rate is planned which no month reached, and what the goal needs instead."""
    words = {
        "from": rate.from_name,
        "to": rate.to_name,
        "planned": percent_text(planned.planned),
        "share": percent_text(rate.share),
        "highest": percent_text(rate.highest),
    }
    said = _("%(from)s to %(to)s is planned at %(planned)s; it was %(share)s, at best %(highest)s.")
    if planned.needed is None or not planned.more:
        return said % words
    words |= {"needed": count_text(planned.needed), "more": count_text(planned.more)}
    more = _("At %(share)s the year needs %(needed)s %(from)s, %(more)s more than planned.")
    return f"{said % words} {more % words}"


def _range(rate: RateHistory) -> str:
    """Say between what its months lie."""
    if rate.lowest is None or rate.highest is None:
        return ""
    return _("months from %(lowest)s to %(highest)s") % {
        "lowest": percent_text(rate.lowest),
        "highest": percent_text(rate.highest),
    }
