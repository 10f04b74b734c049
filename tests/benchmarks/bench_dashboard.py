"""The dashboard of a month: little more than its template, and whatever the leads of a year.

A *bare* page is the same template, rendered for the same reader through the same middleware and
context processors, out of a context that was made before: all that is left out is reading and
working out what the page shows.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from django.contrib.auth.decorators import login_required
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
from tests.benchmarks.year import vacuum, year_of
from tests.factories import make_user

FEW, MANY = 10_000, 1_000_000
ROUNDS = 25

Deed = Callable[[], object]
ready: dict[str, Any] = {}


@login_required
def bare(request: HttpRequest, slug: str) -> HttpResponse:
    """Render the dashboard out of the context that was made before."""
    return render(request, "metrics/dashboard.html", ready)


urlpatterns = [path("bare/<slug:slug>/", bare, name="bare"), *portal_urls]


def measure(scale: float = 1.0) -> list[Line]:
    """Read the figures, and the page, of a month of a year with few and with many leads."""
    now = timezone.now()
    client = Client(headers={"host": "localhost"})
    client.force_login(make_user("Admin", is_admin=True))
    first_rep = min(make_user(f"Rep {number}").pk for number in range(20))
    few = year_of("few", FEW, first_rep, now)
    many_leads = int(MANY * scale)
    many = year_of("many", many_leads, first_rep, now)
    rebuild_roll_ups(now=now)
    vacuum()
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
