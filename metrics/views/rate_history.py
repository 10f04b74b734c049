"""The history of the funnel's rates, beside the fields that ask for them or as a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements import formats
from agreements.editing import part_hash, part_of, section_of_path
from agreements.models import AgreementVersion
from agreements.permissions import check_user_can_edit, refusal
from agreements.requests import SignedInRequest
from metrics.figure_words import count_text, percent_text
from metrics.rate_history import MONTHS, FunnelHistory, RateHistory, funnel_history
from metrics.realism import TooGood
from metrics.views.asked import agreement_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRate:
    """A rate as it is shown; ``taken`` is what "Use this rate" plans, empty where that is idle.

    ``place`` is its stage in the document: the editor has a place for the history of each.
    """

    rate: RateHistory
    place: str
    words: str
    range: str
    text: str
    taken: str
    never: str
    needed: str


@login_required
@require_GET
@vary_on_headers("HX-Request")
def rate_history(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show what every rate of the funnel was in the last months."""
    agreement, now = agreement_of(request, slug), timezone.now()
    history = funnel_history(agreement, now)
    draft = history.version
    is_draft = draft is not None and draft.status == AgreementVersion.Status.DRAFT
    can_edit = is_draft and not refusal(check_user_can_edit, agreement, request.user)
    rates = list(_shown(history, can_edit=can_edit))
    context = {
        "agreement": agreement,
        "rates": rates,
        "can_edit": can_edit,
        "seen": part_hash(part_of(draft.terms, section_of_path("funnel"))) if draft else "",
        "from_date": history.from_date,
        "last_date": history.last_date,
    }
    page = "metrics/rate_history.html"
    return render(request, f"{page}#beside" if request.htmx else page, context)


def _shown(history: FunnelHistory, *, can_edit: bool) -> Iterator[ShownRate]:
    for rate in history.rates:
        rounded, planned = rate.rounded, history.planned.get(rate.key)
        is_idle = rounded is None or not 0 < rounded <= 1 or rounded == planned
        better = history.too_good.get(rate.key)
        yield ShownRate(
            rate=rate,
            place=f"funnel.stages.{rate.key}",
            words=_words(rate),
            range=_range(rate),
            text=_percent(rounded),
            taken="" if is_idle or not can_edit else f"{_per_cent(rounded):f}%",
            never=_never(rate, better) if better else "",
            needed=_needed(rate, better) if better else "",
        )


def _per_cent(rate: Decimal | None) -> Decimal:
    """Return a share in per cent, without zeros that say nothing."""
    number = (rate or Decimal(0)) * 100
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _percent(rate: Decimal | None) -> str:
    places = max(-int(_per_cent(rate).as_tuple().exponent), 0)
    return formats.percent(rate, places)


def _words(rate: RateHistory) -> str:
    """Say a rate with what it is made of."""
    if rate.share is None:
        return _("No history yet.")
    return _("Last %(months)s months: %(share)s, %(reached)s of %(entered)s") % {
        "months": formats.figure(MONTHS),
        "share": _percent(rate.rounded),
        "reached": count_text(rate.reached),
        "entered": count_text(rate.entered),
    }


def _never(rate: RateHistory, planned: TooGood) -> str:
    """Say that a rate is planned which no month reached."""
    return _("%(planned)s was never reached: the best month had %(highest)s.") % {
        "planned": percent_text(planned.planned),
        "highest": percent_text(rate.highest),
    }


def _needed(rate: RateHistory, planned: TooGood) -> str:
    """Say what the goal needs at the rate there was."""
    if planned.needed is None or not planned.more:
        return ""
    return _("At %(share)s the year needs %(needed)s %(from)s, %(more)s more than planned.") % {
        "share": _percent(rate.rounded),
        "needed": count_text(planned.needed),
        "from": rate.from_name,
        "more": count_text(planned.more),
    }


def _range(rate: RateHistory) -> str:
    """Say between what its months lie; nothing where all are alike."""
    if rate.lowest is None or rate.highest is None:
        return ""
    lowest, highest = percent_text(rate.lowest), percent_text(rate.highest)
    if lowest == highest:
        return ""
    return _("months from %(lowest)s to %(highest)s") % {"lowest": lowest, "highest": highest}
