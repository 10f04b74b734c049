"""The queue: what a person follows up next."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap

from agreements import formats
from agreements.models import Agreement
from agreements.requests import SignedInRequest
from agreements.whole_numbers import whole_numbers
from leads.addresses import plain
from leads.assignment.given_on import GivenOn
from leads.models import Handoff
from leads.paging import CountedPaginator
from leads.queue.arrivals import MOST, News, lost_in, news_since
from leads.queue.handoffs import Desk, QueueFilters, desk_and_views_of, listed_in, summary_of
from leads.queue.page import (
    chips_of,
    choices_of,
    empty_of,
    tabs_of,
    terms_in_force,
    versions_for,
)
from leads.queue.rows import QueueRow, grouped, rows_of
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
    found = listed_in(desk, filters, now).select_related("lead__merged_into", "holder")
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
        "arrived": _arrived(request, desk, filters, now),
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


def _arrived(
    request: SignedInRequest, desk: Desk, filters: QueueFilters, now: datetime
) -> set[int]:
    """Return the keys of what is new since an instant that the address names; a query more then."""
    since = _instant(plain(request.GET, "since"))
    if since is None:
        return set()
    return {each.pk for each in news_since(desk, filters, since, now).arrived}


@login_required
@require_GET
def arrivals(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say what came into the view since the page was made, and count every view anew."""
    now = timezone.now()
    desk = desk_or_404(request.user, slug)
    asked = QueueFilters.read(request.GET, desk)
    since = _instant(plain(request.GET, "since"))
    if since is None:
        return HttpResponse(status=204)
    summary = summary_of(desk, asked, now)
    filters = asked.with_view(desk, summary)
    news = news_since(desk, filters, since, now)
    lost = lost_in(desk, filters, _shown(request))
    context = {
        "agreement": desk.agreement,
        "since": plain(request.GET, "since"),
        "told": [*_told(desk, filters, news, now), *_told_of_lost(lost)],
        "lost": lost,
        "told_of_team": _told_of_team(news.in_team),
        "filters": filters,
        "tabs": tabs_of(desk, filters, summary),
        "queue_overdue": summary.overdue["mine"],
    }
    response = render(request, "leads/fragments/arrivals.html", context)
    # Where there is no news, what was said before stays, and only the counts are put in place.
    return response if news or lost else reswap(response, "none")


def _shown(request: SignedInRequest) -> list[int]:
    """Return the keys of the handoffs that the page shows, as it says itself."""
    return whole_numbers(request.GET.getlist("row")[:PER_PAGE])


def _told(desk: Desk, filters: QueueFilters, news: News, now: datetime) -> Iterator[str]:
    """Say how many arrived and how many ran out, and which where it is one."""
    alone = [found[0] for found in (news.arrived, news.ran_out) if len(found) == 1]
    versions = versions_for(desk, alone, now) if alone else {}
    clause = filters.clause
    rows = rows_of(alone, versions, clause=clause, reader=desk.user, now=now) if alone else []
    row_of = {row.handoff.pk: row for row in rows}
    for found, said in (
        (news.arrived, _arrived_words(len(news.arrived))),
        (news.ran_out, _ran_out_words(len(news.ran_out))),
    ):
        if len(found) == 1:
            yield _("%(said)s: %(what)s") % {"said": said, "what": _what(row_of[found[0].pk])}
        elif found:
            yield said


def _told_of_lost(lost: list[tuple[Handoff, GivenOn]]) -> Iterator[str]:
    """Say who has what the page shows, or how many have gone to others."""
    if len(lost) == 1:
        handoff, given = lost[0]
        yield _("%(said)s: %(what)s") % {"said": handoff.kept_lead, "what": given.said}
    elif lost:
        said = ngettext(
            "%(number)s handoff has gone to others",
            "%(number)s handoffs have gone to others",
            len(lost),
        )
        yield said % {"number": formats.figure(len(lost))}


def _what(row: QueueRow) -> str:
    clause = row.clock.clause_key if row.clock else ""
    return ", ".join(filter(None, [str(row.handoff.kept_lead), clause, row.promise]))


def _arrived_words(number: int) -> str:
    if number > MOST:
        return _("More than %(number)s handoffs arrived") % {"number": formats.figure(MOST)}
    return ngettext("%(number)s new handoff arrived", "%(number)s new handoffs arrived", number) % {
        "number": formats.figure(number)
    }


def _ran_out_words(number: int) -> str:
    if number > MOST:
        return _("More than %(number)s handoffs became overdue") % {"number": formats.figure(MOST)}
    said = ngettext(
        "%(number)s handoff became overdue", "%(number)s handoffs became overdue", number
    )
    return said % {"number": formats.figure(number)}


def _told_of_team(found: list[Handoff]) -> str:
    """Say how many came into the team's queue, and which where it is one; empty for none."""
    number = len(found)
    if not number:
        return ""
    if number > MOST:
        said = _("More than %(number)s new handoffs came into the team's queue")
        return said % {"number": formats.figure(MOST)}
    said = ngettext(
        "%(number)s new handoff came into the team's queue",
        "%(number)s new handoffs came into the team's queue",
        number,
    ) % {"number": formats.figure(number)}
    if number > 1:
        return said
    return _("%(said)s: %(what)s") % {"said": said, "what": found[0].kept_lead}


def _instant(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
