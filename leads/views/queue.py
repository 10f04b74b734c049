"""The queue: what a person follows up next."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements import formats
from agreements.models import Agreement
from agreements.requests import SignedInRequest
from leads.addresses import plain
from leads.arrivals import MOST, arrived_since
from leads.models import Handoff
from leads.paging import CountedPaginator
from leads.queue import QueueFilters, desk_and_views_of, found_in, summary_of
from leads.queue_page import (
    chips_of,
    choices_of,
    empty_of,
    tabs_of,
    terms_in_force,
    versions_for,
)
from leads.queue_rows import QueueRow, grouped, rows_of
from leads.views.lead_page import desk_or_404

PER_PAGE = 25


@login_required
@require_GET
@vary_on_headers("HX-Request")
def queue(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the reader's open handoffs, what runs out first on top."""
    now = timezone.now()
    try:
        desk, saved_views = desk_and_views_of(request.user, slug)
    except Agreement.DoesNotExist as error:
        raise Http404 from error
    asked = QueueFilters.read(request.GET, desk)
    summary = summary_of(desk, asked, now)
    filters = asked.with_view(desk, summary)
    found = found_in(desk, filters, now).select_related("lead__merged_into", "holder")
    paginator = CountedPaginator(found, PER_PAGE, count=summary.found[filters.view])
    page = paginator.get_page(request.GET.get("page"))
    handoffs = list(page.object_list)
    versions = versions_for(desk, handoffs, now)
    rows = rows_of(handoffs, versions, clause=filters.clause, reader=request.user, now=now)
    terms = terms_in_force(versions.values(), now)
    context = {
        "agreement": desk.agreement,
        "desk": desk,
        "filters": filters,
        "listed": listed(filters, page.number),
        "opened": opened(request, handoffs),
        "summary": summary,
        "page": page,
        "groups": grouped(rows),
        "tabs": tabs_of(desk, filters, summary),
        "choices": choices_of(terms, summary),
        "chips": chips_of(request.GET, filters, terms),
        "saved_views": saved_views,
        "empty": None if handoffs else empty_of(desk, filters, summary, now),
        "queue_overdue": summary.overdue["mine"],
        "now": now,
        "since": f"{now.timestamp():.6f}",
    }
    template = "leads/queue.html#queue" if request.htmx else "leads/queue.html"
    return render(request, template, context)


def listed(filters: QueueFilters, page: int) -> str:
    """Return what the address of the list asks for, to come back to it from a handoff."""
    return f"{filters.address}&page={page}" if page > 1 else filters.address


def opened(request: SignedInRequest, handoffs: Iterable[Handoff]) -> int | None:
    """Return the key of the handoff that the address opens, if it is one of those listed."""
    asked = plain(request.GET, "open")
    return next((each.pk for each in handoffs if str(each.pk) == asked), None)


@login_required
@require_GET
def arrivals(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say what came in since the page was made; nothing where nothing did."""
    now = timezone.now()
    desk = desk_or_404(request.user, slug)
    filters = QueueFilters.read(request.GET, desk)
    since = _instant(plain(request.GET, "since"))
    arrived = arrived_since(desk, filters, since, now) if since else []
    if not arrived:
        return HttpResponse(status=204)
    versions = versions_for(desk, arrived[:1], now)
    first = rows_of(arrived[:1], versions, reader=request.user, now=now)[0]
    context = {
        "agreement": desk.agreement,
        "said": _arrived_words(len(arrived), first),
        "listed": filters.address,
    }
    return render(request, "leads/fragments/arrivals.html", context)


def _arrived_words(number: int, first: QueueRow) -> str:
    """Say how many arrived, and which where it is one."""
    if number > MOST:
        return _("More than %(number)s handoffs arrived") % {"number": formats.figure(MOST)}
    said = ngettext("%(number)s new handoff arrived", "%(number)s new handoffs arrived", number) % {
        "number": formats.figure(number)
    }
    if number > 1:
        return said
    clause = first.clock.clause_key if first.clock else ""
    what = ", ".join(filter(None, [str(first.handoff.kept_lead), clause, first.promise]))
    return _("%(said)s: %(what)s") % {"said": said, "what": what}


def _instant(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
