"""The queue: what a person follows up next."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from agreements import formats
from agreements.models import Agreement, AgreementVersion
from agreements.requests import SignedInRequest
from agreements.terms import Terms
from agreements.wording import short_promise
from leads.addresses import without
from leads.paging import CountedPaginator
from leads.queue import (
    Desk,
    QueueFilters,
    QueueSummary,
    desk_of,
    found_in,
    result_since,
    summary_of,
)
from leads.queue_rows import grouped, rows_of

PER_PAGE = 25


@login_required
@require_GET
@vary_on_headers("HX-Request")
def queue(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the reader's open handoffs, what runs out first on top."""
    now = timezone.now()
    try:
        desk = desk_of(request.user, slug)
    except Agreement.DoesNotExist as error:
        raise Http404 from error
    asked = QueueFilters.read(request.GET, desk)
    summary = summary_of(desk, asked, now)
    filters = asked.with_view(desk, summary)
    found = found_in(desk, filters).select_related("lead", "holder")
    paginator = CountedPaginator(found, PER_PAGE, count=summary.found[filters.view])
    page = paginator.get_page(request.GET.get("page"))
    handoffs = list(page.object_list)
    judging = Q(pk__in={each.version_id for each in handoffs if each.version_id})
    in_force = Q(status=AgreementVersion.Status.SIGNED, effective__contains=now)
    versions = {each.pk: each for each in desk.agreement.versions.filter(judging | in_force)}
    rows = rows_of(handoffs, versions, clause=filters.clause, reader=request.user, now=now)
    terms = _terms_in_force(list(versions.values()), now)
    context = {
        "agreement": desk.agreement,
        "desk": desk,
        "filters": filters,
        "summary": summary,
        "page": page,
        "groups": grouped(rows),
        "tabs": _tabs(desk, filters, summary),
        "choices": _choices(terms, summary),
        "chips": _chips(request, filters, terms),
        "empty": None if handoffs else _empty(desk, filters, summary, now),
        "queue_overdue": summary.overdue["mine"],
        "now": now,
    }
    template = "leads/queue.html#queue" if request.htmx else "leads/queue.html"
    return render(request, template, context)


def _terms_in_force(versions: list[AgreementVersion], now: datetime) -> Terms | None:
    """Return the terms of the version in force, else of the latest there is."""
    versions.sort(key=lambda version: (version.status_at(now) == "in_force", version.number))
    return versions[-1].parsed_terms() if versions else None


def _tabs(desk: Desk, filters: QueueFilters, summary: QueueSummary) -> list[dict[str, object]]:
    names = {"mine": _("Mine"), "team": _("Team"), "all": _("All")}
    return [
        {
            "view": view,
            "name": name,
            "count": summary.counts[view],
            "overdue": summary.overdue[view],
            "is_current": view == filters.view,
        }
        for view, name in names.items()
        if view in desk.views
    ]


def _choices(terms: Terms | None, summary: QueueSummary) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter may be, as pairs of value and name."""
    clauses = [] if terms is None else [
        (each.key, f"{each.key} · {short_promise(each)}")
        for each in terms.clock_commitments
        if each.party == "sales"
    ]  # fmt: skip
    return {
        "clause": clauses,
        "tier": [(key, _tier_name(terms, key)) for key in summary.tiers],
        "origin": [(origin, origin) for origin in summary.origins],
    }


def _tier_name(terms: Terms | None, key: str) -> str:
    names = {tier.key: tier.name for tier in terms.tiers} if terms else {}
    return names.get(key, key)


def _chips(
    request: SignedInRequest, filters: QueueFilters, terms: Terms | None
) -> list[dict[str, str]]:
    labels = {"clause": _("Clause"), "tier": _("Tier"), "origin": _("Origin")}
    return [
        {
            "label": labels[name],
            "value": _tier_name(terms, value) if name == "tier" else value,
            "remove_href": without(request.GET, name, "page"),
        }
        for name, value in filters.chosen.items()
    ]


def _empty(
    desk: Desk, filters: QueueFilters, summary: QueueSummary, now: datetime
) -> dict[str, object]:
    """Say what to do next where nothing is found."""
    queue_url = reverse("leads:queue", kwargs={"slug": desk.agreement.slug})
    if filters.chosen:
        return {
            "title": _("No open handoff fits these filters"),
            "sentence": _("Remove a filter, or look at the whole queue."),
            "action_label": _("Show all of them"),
            "action_href": f"{queue_url}?view={filters.view}",
        }
    facts = _facts(desk, summary, now)
    if filters.view == "mine" and summary.counts["team"]:
        return {
            "title": _("Nothing waits for you"),
            "sentence": _("You have followed up every handoff you hold. Others wait for somebody."),
            "action_label": _("Take one from the team's queue"),
            "action_href": f"{queue_url}?view=team",
            "facts": facts,
        }
    if filters.view == "mine":
        return {
            "title": _("Nothing waits for you"),
            "sentence": _("You have followed up every handoff you hold. New ones appear here."),
            "facts": facts,
        }
    return {
        "title": _("Nobody waits"),
        "sentence": _("Every handoff in this view is followed up. New ones appear here."),
        "action_label": _("Look at all leads"),
        "action_href": reverse("leads:list", kwargs={"slug": desk.agreement.slug}),
        "facts": facts,
    }


def _facts(desk: Desk, summary: QueueSummary, now: datetime) -> list[dict[str, str]]:
    """Return what is known although nothing waits: the team's queue, and the day's result."""
    facts = []
    waiting = summary.counts["team"]
    if waiting:
        facts.append(
            {
                "label": _("Unassigned in the team"),
                "value": _("%(count)s, first due %(when)s")
                % {
                    "count": formats.figure(waiting),
                    "when": formats.near_instant(summary.next_due_in_team, now),
                },
            }
        )
    if desk.follows_up:
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        result = result_since(desk, today)
        facts.append(
            {
                "label": _("Met today"),
                "value": _("%(met)s of %(all)s")
                % {"met": formats.figure(result.met), "all": formats.figure(result.stopped)},
            }
        )
    return facts
