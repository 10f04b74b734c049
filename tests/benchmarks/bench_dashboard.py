"""The dashboard of a month: little more than its template, and whatever the leads of a year.

A *bare* page is the same template, rendered for the same reader through the same middleware and
context processors, out of a context that was made before: all that is left out is reading and
working out what the page shows.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, override_settings
from django.urls import path, reverse
from django.utils import timezone

from agreements.models import Agreement
from metrics.month_figures import month_figures
from metrics.periods import month_of
from metrics.rollup import rebuild_roll_ups
from slaportal.urls import urlpatterns as portal_urls
from tests.benchmarks.report import Line
from tests.factories import example_terms, make_user, make_version

FEW, MANY = 10_000, 1_000_000
ROUNDS = 25

Deed = Callable[[], object]
ready: dict[str, Any] = {}


@login_required
def bare(request: HttpRequest, slug: str) -> HttpResponse:
    """Render the dashboard out of the context that was made before."""
    return render(request, "metrics/dashboard.html", ready)


urlpatterns = [path("bare/<slug:slug>/", bare, name="bare"), *portal_urls]

# A year of leads: a handoff each, offered in office hours; one of nine is rejected, one of fifty
# is never followed up, some are followed up late, and the youngest still have time.
_LEADS = """
INSERT INTO leads_lead (name, company, email, phone, attributes, origin, is_email_verified,
    is_contact_barred, first_heard_at)
SELECT '', '', '', '', '{}', (ARRAY['organic', 'webinar', 'event', NULL])[1 + n %% 4], false,
    false, %(now)s
FROM generate_series(1, %(leads)s) AS n;
INSERT INTO leads_handoff (agreement_id, lead_id, source, external_id, status, tier, contest,
    reason, origin, version_id, holder_id, offered_at, decided_at, closed_at)
SELECT %(agreement)s, lead.id, 'bench', 'H' || lead.id,
    CASE WHEN lead.id %% 9 = 0 THEN 'rejected' ELSE 'accepted' END, '', '',
    CASE WHEN lead.id %% 9 = 0 THEN 'wrong_data' ELSE '' END, lead.origin, %(version)s,
    %(first_rep)s + lead.id %% 20, at, at + interval '20 minutes',
    CASE WHEN lead.id %% 9 = 0 THEN at + interval '20 minutes' END
FROM (
    SELECT id, origin,
        date_trunc('day', %(now)s - interval '364 days' * (id - %(first)s) / %(leads)s)
        + interval '12 hours' + interval '8 hours' * ((id * 7919) %% 1000) / 1000 AS at
    FROM leads_lead WHERE id >= %(first)s
) AS lead
WHERE at < %(now)s;
INSERT INTO leads_clock (handoff_id, agreement_id, version_id, clause_key, occurrence, kind, party,
    started_at, due_at, stopped_at, used, holder_id, gave_up, is_back_dated, attempts)
SELECT handoff.id, %(agreement)s, %(version)s, clause.key, 0, clause.kind, 'sales', offered_at,
    offered_at + clause.within, CASE WHEN stopped_at < %(now)s THEN stopped_at END,
    CASE WHEN stopped_at < %(now)s THEN stopped_at - offered_at END, holder_id, false, false, 1
FROM leads_handoff AS handoff
CROSS JOIN (VALUES
    ('S1', 'acceptance', interval '4 hours'), ('S2', 'first_follow_up', interval '4 hours'),
    ('S3', 'persistence', interval '10 days'), ('S4', 'disposition', interval '15 days')
) AS clause (key, kind, within)
CROSS JOIN LATERAL (SELECT CASE WHEN handoff.id %% 50 = 0 THEN NULL
    ELSE offered_at + clause.within * (0.1 + (handoff.id * 31 %% 997) / 997.0) END AS stopped_at
) AS outcome
WHERE handoff.agreement_id = %(agreement)s;
INSERT INTO leads_stageentry (agreement_id, lead_id, stage, occurred_at, recorded_at, source,
    external_id, content_hash, is_current, is_retracted, correction_reason)
SELECT %(agreement)s, lead_id, 'customer', offered_at + interval '9 days', %(now)s, 'bench',
    'C' || lead_id, '', true, false, ''
FROM leads_handoff
WHERE agreement_id = %(agreement)s AND lead_id %% 12 = 0
    AND offered_at + interval '9 days' < %(now)s;
"""


def measure(scale: float = 1.0) -> list[Line]:
    """Read the figures, and the page, of a month of a year with few and with many leads."""
    now = timezone.now()
    client = Client(headers={"host": "localhost"})
    client.force_login(make_user("Admin", is_admin=True))
    first_rep = min(make_user(f"Rep {number}").pk for number in range(20))
    few = _year_of("few", FEW, first_rep, now)
    many_leads = int(MANY * scale)
    many = _year_of("many", many_leads, first_rep, now)
    rebuild_roll_ups(now=now)
    _vacuum()
    against = f"{many_leads:,} leads a year against {FEW:,}"
    page_of_few, page_of_many = _page(client, few, now), _page(client, many, now)
    with override_settings(ROOT_URLCONF=__name__):
        bare_page = _bare_page(client, page_of_many)
        return [
            _line(f"figures of a month: {against}", _figures(few, now), _figures(many, now), 1.3),
            _line(f"dashboard page: {against}", page_of_few, page_of_many, 1.3),
            _line("dashboard page: against a bare page", bare_page, page_of_many, 3),
        ]


def _line(name: str, less: Deed, more: Deed, budget: float) -> Line:
    """Time both in turn, so that what else the machine does slows both alike."""
    less()
    more()
    times = [(_seconds(less), _seconds(more)) for _ in range(ROUNDS)]
    little, much = (median(each) for each in zip(*times, strict=True))
    return Line(
        name,
        much / little,
        budget,
        at_least=False,
        detail=f"{much * 1e3:.1f} ms against {little * 1e3:.1f} ms, median of {ROUNDS}",
    )


def _year_of(slug: str, leads: int, first_rep: int, now: datetime) -> Agreement:
    effective_date = now.date() - timedelta(days=500)
    version = make_version(_terms(), slug=slug, effective_date=effective_date)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) + 1 FROM leads_lead")
        (first,) = cursor.fetchone()
        known = {"agreement": version.agreement_id, "version": version.pk, "first": first}
        cursor.execute(_LEADS, known | {"leads": leads, "first_rep": first_rep, "now": now})
    _vacuum()
    return version.agreement


def _terms() -> dict[str, Any]:
    """Promises of every kind: a volume, a rate, clocks, customers."""
    terms = example_terms()
    more: list[dict[str, Any]] = [
        {"key": "M1", "measure": "stage_volume", "stage": "mql", "target": 900},
        {"key": "M2", "measure": "acceptance_rate", "target": "0.90"},
        {"key": "S8", "party": "sales", "measure": "customers", "target": 75},
        {
            "key": "S9",
            "party": "sales",
            "measure": "conversion_rate",
            "from": "mql",
            "within": "30d",
            "target": "0.08",
        },
    ]
    terms["commitments"] += [{"party": "marketing"} | commitment for commitment in more]
    return terms


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _figures(agreement: Agreement, now: datetime) -> Deed:
    return partial(month_figures, agreement, month_of(now, agreement.time_zone), now)


def _page(client: Client, agreement: Agreement, now: datetime) -> Deed:
    address = reverse("metrics:dashboard", args=[agreement.slug])
    asked = {"month": month_of(now, agreement.time_zone).label}
    response = client.get(address, asked)
    if response.status_code != 200:
        raise ValueError(f"{address} answered {response.status_code}.")
    return partial(client.get, address, asked)


def _bare_page(client: Client, page: Deed) -> Deed:
    """Take the context that a page was rendered from, and render it again."""
    with patch("metrics.views.dashboard.render", wraps=render) as rendered:
        page()
    _request, _template, context = rendered.call_args.args
    ready.update(context)
    address = reverse("bare", args=[context["agreement"].slug], urlconf=__name__)
    if not client.get(address).content:
        raise ValueError(f"{address} answered nothing.")
    return partial(client.get, address)


def _seconds(deed: Deed) -> float:
    start = perf_counter()
    deed()
    return perf_counter() - start
