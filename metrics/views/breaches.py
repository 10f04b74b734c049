"""The breaches of a month: which lead, under which clause, how late, and who held it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from agreements import formats
from agreements.models import Agreement, User
from agreements.models.contracts import Party
from agreements.permissions import user_can_see_figures_of_reps
from agreements.requests import SignedInRequest
from agreements.wording import short_promise
from leads.addresses import without
from leads.paging import CountedPaginator
from metrics.addresses import breaches_href, dashboard_href
from metrics.breach_list import NOBODY, BreachFilters, BreachList, rows_of
from metrics.breach_words import tellings_of
from metrics.ledger import versions_of
from metrics.periods import Period
from metrics.views.asked import desk_of_reader, month_of

PER_PAGE = 50
Choices = dict[str, list[tuple[str, str]]]


@login_required
@require_GET
def breaches(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the breaches of a month, the latest first."""
    now = timezone.now()
    desk = desk_of_reader(request, slug)
    agreement = desk.agreement
    period = month_of(request, agreement, now)
    sees_reps = user_can_see_figures_of_reps(agreement, request.user)
    filters = BreachFilters.read(request.GET)
    if not sees_reps:
        filters = filters.without_holder()
    counts = _counts(agreement, period, filters, now)
    found: Any = BreachList(agreement, period, filters, now)
    shown = counts["withdrawn" if filters.withdrawn else "standing"]
    page = CountedPaginator(found, PER_PAGE, count=shown).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), versions_of(agreement))
    choices = _choices(agreement, sees_reps=sees_reps)
    context = {
        "agreement": agreement,
        "now": now,
        "stepper": _stepper(agreement, period, now),
        "dashboard_href": dashboard_href(agreement, period),
        "month": period.label,
        "month_name": formats.month(period.from_date),
        "count": shown,
        "tabs": _tabs(request, filters, counts),
        "filters": filters,
        "choices": choices,
        "chips": _chips(request, filters, choices),
        "page": page,
        "rows": tellings_of(rows, desk, sees_reps=sees_reps, now=now),
        "sees_reps": sees_reps,
    }
    return render(request, "metrics/breaches.html", context)


def _counts(
    agreement: Agreement, period: Period, filters: BreachFilters, now: datetime
) -> dict[str, int]:
    return {
        name: BreachList(agreement, period, filters.asking_withdrawn(asked), now).count()
        for name, asked in (("standing", ""), ("withdrawn", "yes"))
    }


def _stepper(agreement: Agreement, period: Period, now: datetime) -> dict[str, str]:
    return {
        "label": formats.month(period.from_date),
        "previous_href": breaches_href(agreement, period.previous()),
        "next_href": breaches_href(agreement, period.next()) if period.ends_at <= now else "",
    }


def _tabs(
    request: SignedInRequest, filters: BreachFilters, counts: dict[str, int]
) -> list[dict[str, Any]]:
    standing = without(request.GET, "withdrawn", "page")
    withdrawn = f"{standing}&withdrawn=yes" if standing != "?" else "?withdrawn=yes"
    return [
        {
            "name": pgettext("breaches", "Standing"),
            "number": counts["standing"],
            "href": standing,
            "is_current": not filters.withdrawn,
        },
        {
            "name": pgettext("breaches", "Withdrawn"),
            "number": counts["withdrawn"],
            "href": withdrawn,
            "is_current": bool(filters.withdrawn),
        },
    ]


def _choices(agreement: Agreement, *, sees_reps: bool) -> Choices:
    """Return what each filter may be, as pairs of value and name."""
    version = agreement.versions.signed().order_by("-number").first()
    clauses = version.parsed_terms().clock_commitments if version else ()
    holders: list[tuple[str, str]] = []
    if sees_reps:
        teams = (agreement.marketing_team_id, agreement.sales_team_id)
        members = User.objects.filter(memberships__team__in=teams).distinct()
        people = members.order_by("name").values_list("pk", "name")
        holders = [*((str(pk), name) for pk, name in people), (NOBODY, _("Nobody"))]
    return {
        "clause": [(each.key, f"{each.key} · {short_promise(each)}") for each in clauses],
        "party": [(value, str(label)) for value, label in Party.choices],
        "holder": holders,
    }


def _chips(
    request: SignedInRequest, filters: BreachFilters, choices: Choices
) -> list[dict[str, str]]:
    labels = {"clause": _("Clause"), "party": _("Party"), "holder": _("Held by")}
    return [
        {
            "label": labels[name],
            "value": dict(choices[name]).get(value, value),
            "remove_href": without(request.GET, name, "page"),
        }
        for name, value in filters.chosen.items()
    ]
